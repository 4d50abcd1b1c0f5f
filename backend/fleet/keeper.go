package fleet

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
)

const (
	busyInterval  = 2 * time.Second  // between observations while something is under way
	quietInterval = 30 * time.Second // between observations while the pool is as it should be
	driftInterval = 5 * time.Minute  // between comparisons of schedules, names and the launch template
)

// keeper is the state of the desktop that keeps the pool, between its observations.
type keeper struct {
	s        *Service
	seen     sightings
	driftAt  time.Time
	namesAt  time.Time // no name is changed before, after Route 53 failed
	current  template
	asked    map[string]time.Time // since when the log of a stopped warming instance has been asked for its readiness line
	recorded bool                 // an occupancy
	last     auditRow             // the occupancy written last
}

// Keep campaigns for the pool's lease and, while it holds it, keeps the pool. It returns when ctx is done, having
// given the lease back.
func (s *Service) Keep(ctx context.Context, report func(backend.Pool)) error {
	if pool, err := s.Pool(ctx); err == nil {
		report(*pool)
	}
	l := &lease{s: s}
	for ctx.Err() == nil {
		won, err := l.acquire(ctx)
		if awsx.IsDenied(err) {
			s.Log.Info("this sign-in may not keep the pool")
			s.waitWithoutRights(ctx, report)
			continue
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Warn("the pool's lease cannot be read", "cause", err)
			_ = awsx.Sleep(ctx, quietInterval)
			continue
		}
		if !won {
			wait := firstPause
			if l.met {
				wait = rivalPause
			}
			s.awaitCampaign(ctx, wait, report)
			continue
		}
		s.lead(ctx, l, report)
		l = &lease{s: s}
	}
	return ctx.Err()
}

// awaitCampaign waits for d, or until this desktop starts or stops a session: then somebody should keep the pool now, and
// the pool is reported.
func (s *Service) awaitCampaign(ctx context.Context, d time.Duration, report func(backend.Pool)) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-s.kick:
		if pool, err := s.Pool(ctx); err == nil {
			report(*pool)
		}
	}
}

// waitWithoutRights waits until ctx is done. The role of the user's group may not keep the pool, and that does not change
// before the next sign-in.
func (s *Service) waitWithoutRights(ctx context.Context, report func(backend.Pool)) {
	for ctx.Err() == nil {
		s.awaitCampaign(ctx, 24*time.Hour, report)
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
	k := &keeper{s: s, seen: sightings{}, asked: map[string]time.Time{}}
	renewAt := time.Now().Add(leaseRenew)
	for ctx.Err() == nil {
		if !time.Now().Before(renewAt) {
			if won, err := l.renew(ctx); err == nil && !won || err != nil && !l.held() {
				return
			}
			renewAt = time.Now().Add(leaseRenew)
		}
		busy := k.reconcile(ctx, l, report)
		wait := quietInterval
		if busy {
			wait = busyInterval
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

// reconcile observes once and acts once. It reports whether something is still on its way.
func (k *keeper) reconcile(ctx context.Context, l *lease, report func(backend.Pool)) (busy bool) {
	s := k.s
	v, err := k.observe(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Warn("the pool cannot be read", "cause", err)
		}
		return false
	}
	report(s.poolOf(v.rows, v.health.of(v.current.version)))
	k.recordOccupancy(ctx, v)
	acts := slices.DeleteFunc(plan(v, s.Clock.Now()), k.postponed)
	for _, a := range acts {
		if ctx.Err() != nil || !l.held() {
			return true
		}
		if k.postponed(a) {
			continue
		}
		if err := k.carryOut(notAfter(ctx, wall().Add(holdTime)), a); err != nil {
			s.Log.Warn("pool", "do", a.verb, "instance", a.row.InstanceID, "why", a.why, "cause", err)
			if a.verb == rename {
				k.namesAt = time.Now().Add(quietInterval)
			}
			if isCapacity(err) || errors.Is(err, errFull) {
				return false // there is none to be had: the next quiet turn tries again
			}
			continue
		}
		s.Log.Info("pool", "do", a.verb, "instance", a.row.InstanceID, "why", a.why)
		if word := audited[a.verb]; word != "" {
			s.recordEvent(ctx, auditRow{UserID: poolUser, Event: backend.AuditEvent(word), InstanceID: a.row.InstanceID, Why: a.why})
		}
	}
	for _, r := range v.rows {
		busy = busy || r.State == backend.Warming || r.State == backend.Recycling
	}
	return busy || len(acts) > 0 || len(v.tickets) > 0
}

// postponed reports whether an action waits: while Route 53 fails, names must not hold up the rest of the pool.
func (k *keeper) postponed(a action) bool { return a.verb == rename && time.Now().Before(k.namesAt) }

// carryOut records how a warming ended, then carries the action out. A failure that could not be recorded stays as it
// is: it is found again at the next turn.
func (k *keeper) carryOut(ctx context.Context, a action) error {
	if a.result != nil {
		if err := k.s.recordResult(ctx, *a.result, k.current.version); err != nil {
			return err
		}
	}
	if a.result != nil && a.result.failed {
		k.s.recordEvent(ctx, auditRow{UserID: poolUser, Event: backend.EventFailed, InstanceID: a.row.InstanceID, Why: a.why})
	}
	return k.s.execute(ctx, a)
}

// observe reads the cloud first and its records afterwards: a record may be newer than what EC2 said, never older.
func (k *keeper) observe(ctx context.Context) (view, error) {
	s := k.s
	v := view{figures: s.current(), ready: map[string]bool{}, asking: map[string]bool{}}
	var err error
	if v.machines, err = s.machines(ctx); err != nil {
		return v, err
	}
	if v.rows, err = scan[instanceRow](ctx, s.DynamoDB, s.Names.InstancesTable); err != nil {
		return v, err
	}
	sessions, err := scan[sessionRow](ctx, s.DynamoDB, s.Names.SessionsTable)
	if err != nil {
		return v, err
	}
	for _, r := range sessions {
		if r.Phase == ended {
			v.ended = append(v.ended, r)
		} else {
			v.sessions = append(v.sessions, r)
		}
	}
	c, err := s.coordination(ctx)
	if err != nil {
		return v, err
	}
	v.health = c.health
	v.size = v.figures.sizeAt(s.Clock.Now())
	if c.size != nil {
		v.size = *c.size
	}
	s.setTarget(v.size)
	for _, t := range c.tickets {
		if k.seen.still(t, time.Now()) {
			v.stale = append(v.stale, t)
		} else {
			v.tickets = append(v.tickets, t)
		}
	}
	k.askWarming(ctx, &v)
	if time.Now().Before(k.driftAt) {
		v.current = k.current
		return v, nil
	}
	k.driftAt = time.Now().Add(driftInterval)
	if err := k.observeDrift(ctx, &v); err != nil {
		s.Log.Warn("the schedules, names and the launch template could not all be compared", "cause", err)
	}
	return v, nil
}

// observeDrift reads what rarely changes and costs a call each: schedules, names, the launch template.
func (k *keeper) observeDrift(ctx context.Context, v *view) error {
	t, unread := k.s.template(ctx)
	if unread == nil {
		k.current = t
	}
	v.current = k.current
	var unnamed, unarmed error
	v.names, unnamed = k.s.names(ctx)
	armed := map[string]time.Time{}
	for _, r := range v.sessions {
		if r.InstanceID == "" || unarmed != nil {
			continue
		}
		armed[r.InstanceID], unarmed = k.s.armedAt(ctx, r.InstanceID)
	}
	if unarmed == nil {
		v.armed = armed
	}
	return errors.Join(unread, unnamed, unarmed)
}

// recordOccupancy writes an audit row with the pool's counts if they have changed.
func (k *keeper) recordOccupancy(ctx context.Context, v view) {
	counts := map[backend.PoolState]int{}
	for _, r := range v.rows {
		if !r.intent() {
			counts[r.State]++
		}
	}
	now := auditRow{UserID: poolUser, Event: backend.EventOccupancy, Counts: counts, Target: v.size, Waiting: len(v.tickets)}
	if k.recorded && maps.Equal(counts, k.last.Counts) && now.Target == k.last.Target && now.Waiting == k.last.Waiting {
		return
	}
	k.recorded, k.last = true, now
	k.s.recordEvent(ctx, now)
}

// machines lists the pool's instances, those that were terminated of late included.
func (s *Service) machines(ctx context.Context) ([]seen, error) {
	var machines []seen
	pages := ec2.NewDescribeInstancesPaginator(s.EC2, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000), Filters: []types.Filter{
		{Name: aws.String("tag:pool"), Values: []string{poolTag}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped", "shutting-down", "terminated"}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				machines = append(machines, seen{Machine: machine(i), owner: tagOf(i, "owner"), epoch: tagOf(i, "epoch"),
					expireAt: tagOf(i, "expire-at"), token: aws.ToString(i.ClientToken), version: tagOf(i, "aws:ec2launchtemplate:version")})
			}
		}
	}
	return machines, nil
}

// openSessions lists the sessions that have not ended.
func (s *Service) openSessions(ctx context.Context) ([]sessionRow, error) {
	all, err := scan[sessionRow](ctx, s.DynamoDB, s.Names.SessionsTable)
	return slices.DeleteFunc(all, func(r sessionRow) bool { return r.Phase == ended }), err
}

// template reads what a launch would be made of now.
func (s *Service) template(ctx context.Context) (template, error) {
	out, err := s.EC2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: &s.Names.LaunchTemplate, Versions: []string{"$Latest"}})
	if err != nil || len(out.LaunchTemplateVersions) == 0 {
		return template{}, err
	}
	latest := out.LaunchTemplateVersions[0]
	t := template{version: strconv.FormatInt(aws.ToInt64(latest.VersionNumber), 10)}
	if latest.LaunchTemplateData != nil {
		t.image = aws.ToString(latest.LaunchTemplateData.ImageId)
	}
	if !strings.HasPrefix(t.image, "ami-") {
		t.image = "" // an alias such as resolve:ssm:…: what it stands for is not known here
	}
	return t, nil
}

// names returns the addresses of the zone's names; parked stands for the parking address.
func (s *Service) names(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	pages := route53.NewListResourceRecordSetsPaginator(s.Route53, &route53.ListResourceRecordSetsInput{HostedZoneId: &s.Names.ZoneID})
	suffix := "." + strings.TrimSuffix(s.Names.ZoneName, ".")
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResourceRecordSets {
			name := strings.TrimSuffix(aws.ToString(r.Name), ".")
			label, ours := strings.CutSuffix(name, suffix)
			if r.Type != r53types.RRTypeA || !ours || strings.Contains(label, ".") || strings.HasPrefix(label, `\052`) || len(r.ResourceRecords) != 1 {
				continue
			}
			if names[name] = aws.ToString(r.ResourceRecords[0].Value); names[name] == s.Names.ParkingAddress {
				names[name] = parked
			}
		}
	}
	return names, nil
}

// Pool reads the rows of the warm pool.
func (s *Service) Pool(ctx context.Context) (*backend.Pool, error) {
	rows, err := scan[instanceRow](ctx, s.DynamoDB, s.Names.InstancesTable)
	if err != nil {
		return nil, problem("read the pool", err)
	}
	c, err := s.coordination(ctx)
	if err != nil {
		return nil, problem("read the pool", err)
	}
	p := s.poolOf(rows, c.health)
	return &p, nil
}

// setTarget stores the pool's target size for Pool.
func (s *Service) setTarget(n int) {
	s.mu.Lock()
	s.target, s.targeted = n, true
	s.mu.Unlock()
}

func (s *Service) poolOf(rows []instanceRow, health healthRow) backend.Pool {
	f := s.current()
	p := backend.Pool{Target: f.sizeAt(s.Clock.Now()), AsOf: s.Clock.Now(), Backoff: health.backoff(f)}
	s.mu.Lock()
	p.Leader = s.leading
	if s.leading && s.targeted {
		p.Target = s.target
	}
	s.mu.Unlock()
	for _, r := range rows {
		if !r.intent() {
			p.Members = append(p.Members, r.member())
		}
	}
	slices.SortFunc(p.Members, func(a, b backend.PoolMember) int { return strings.Compare(a.InstanceID, b.InstanceID) })
	return p
}

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Service) setLeading(on bool) {
	s.mu.Lock()
	s.leading = on
	s.mu.Unlock()
}
