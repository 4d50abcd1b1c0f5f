package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	busyTurn  = 2 * time.Second  // between the keeper's looks while something is on its way
	quietTurn = 15 * time.Second // and while the pool is as it should be
)

// Keep campaigns for the pool's lease and, while it holds it, keeps the pool. It returns when ctx is done, having
// given the lease back.
func (s *Service) Keep(ctx context.Context, report func(backend.Pool)) error {
	if pool, err := s.Pool(ctx); err == nil {
		report(*pool)
	}
	for ctx.Err() == nil {
		l := &lease{s: s}
		won, err := l.acquire(ctx)
		if isDenied(err) {
			s.Log.Info("this sign-in may not keep the pool")
			s.stand(ctx, report)
			continue
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("the pool's lease cannot be read", "cause", err)
			_ = pause(ctx, quietTurn)
			continue
		}
		if !won {
			s.rest(ctx, rivalPause, report)
			continue
		}
		s.lead(ctx, l, report)
	}
	return ctx.Err()
}

// rest waits for the next campaign; a start or stop of this desktop's own shows the pool anew.
func (s *Service) rest(ctx context.Context, d time.Duration, report func(backend.Pool)) {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			return
		case <-s.kick:
			if pool, err := s.Pool(ctx); err == nil {
				report(*pool)
			}
		}
	}
}

// stand is a desktop that has no right to keep the pool: its profile may say keep, the role of its user's group does
// not. Asking again would not change that before the next sign-in.
func (s *Service) stand(ctx context.Context, report func(backend.Pool)) {
	for ctx.Err() == nil {
		s.rest(ctx, 24*time.Hour, report)
	}
}

// lead keeps the pool until the lease is lost or ctx is done.
func (s *Service) lead(ctx context.Context, l *lease, report func(backend.Pool)) {
	s.setLeading(true)
	s.Log.Info("this desktop keeps the pool")
	defer func() {
		s.setLeading(false)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := l.release(last); err != nil {
			s.Log.Warn("the pool's lease was not given back", "cause", err)
		}
	}()
	renewAt := time.Now().Add(leaseRenew)
	for ctx.Err() == nil {
		if !time.Now().Before(renewAt) {
			if won, err := l.renew(ctx); err == nil && !won || err != nil && !l.held() {
				return
			}
			renewAt = time.Now().Add(leaseRenew)
		}
		busy := s.turn(ctx, l, report)
		wait := quietTurn
		if busy {
			wait = busyTurn
		}
		t := time.NewTimer(min(wait, max(time.Until(renewAt), 10*time.Millisecond)))
		select {
		case <-ctx.Done():
		case <-s.kick:
		case <-t.C:
		}
		t.Stop()
	}
}

// turn looks once and acts once; true while something is on its way.
func (s *Service) turn(ctx context.Context, l *lease, report func(backend.Pool)) (busy bool) {
	v, err := s.look(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Warn("the pool cannot be read", "cause", err)
		}
		return false
	}
	report(s.poolOf(v.rows))
	acts := plan(v, s.Clock.Now())
	for _, a := range acts {
		if ctx.Err() != nil || !l.held() {
			return true
		}
		if err := s.execute(ctx, a); err != nil {
			s.Log.Warn("pool", "do", a.verb, "instance", a.row.InstanceID, "why", a.why, "cause", err)
			if isCapacity(err) {
				return false // AWS has none: the next quiet turn tries again
			}
			continue
		}
		s.Log.Info("pool", "do", a.verb, "instance", a.row.InstanceID, "why", a.why)
	}
	for _, r := range v.rows {
		busy = busy || r.State == backend.Warming || r.State == backend.Recycling
	}
	return busy || len(acts) > 0
}

// look reads the world: the cloud before its records.
func (s *Service) look(ctx context.Context) (view, error) {
	v := view{figures: s.current(), ready: map[string]bool{}}
	pages := ec2.NewDescribeInstancesPaginator(s.EC2, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000), Filters: []types.Filter{
		{Name: aws.String("tag:pool"), Values: []string{poolTag}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return v, err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				v.machines = append(v.machines, machine(i))
			}
		}
	}
	var err error
	if v.rows, err = scan[instanceRow](ctx, s.DynamoDB, s.Names.InstancesTable); err != nil {
		return v, err
	}
	all, err := scan[sessionRow](ctx, s.DynamoDB, s.Names.SessionsTable)
	if err != nil {
		return v, err
	}
	for _, row := range all {
		if row.Phase != ended {
			v.sessions = append(v.sessions, row)
		}
	}
	s.askWarming(ctx, &v)
	return v, nil
}

// askWarming asks each warming instance once whether its avatar answers.
func (s *Service) askWarming(ctx context.Context, v *view) {
	warming := map[string]bool{}
	for _, r := range v.rows {
		warming[r.InstanceID] = r.State == backend.Warming
	}
	for _, m := range v.machines {
		if warming[m.InstanceID] && m.State == "running" && m.PublicIP != "" {
			one, cancel := context.WithTimeout(ctx, time.Second)
			v.ready[m.InstanceID] = s.probeOnce(one, m.PublicIP) == nil
			cancel()
		}
	}
}

// Pool reads the rows of the warm pool.
func (s *Service) Pool(ctx context.Context) (*backend.Pool, error) {
	rows, err := scan[instanceRow](ctx, s.DynamoDB, s.Names.InstancesTable)
	if err != nil {
		return nil, problem("read the pool", err)
	}
	p := s.poolOf(rows)
	return &p, nil
}

func (s *Service) setLeading(on bool) {
	s.mu.Lock()
	s.leading = on
	s.mu.Unlock()
}
