package fleet

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
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
	pauses   pauses
	health   int64 // version of the health row as read last: an operator's Resume changes it
	resumed  bool  // the stored pause of launches was read
	stored   pauseRow
	current  template
	rollout  rolloutRow           // as read or stored last
	asked    map[string]time.Time // since when the log of a stopped warming instance has been asked for its readiness line
	recorded bool                 // an occupancy
	last     auditRow             // the occupancy written last
}

// newKeeper returns the state of a keeper that has observed nothing yet.
func newKeeper(s *Service) *keeper {
	return &keeper{s: s, seen: sightings{}, asked: map[string]time.Time{}, pauses: pauses{}}
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

// awaitCampaign waits for d, or until this desktop starts or stops a session: then somebody should keep the pool now,
// and the pool is reported.
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

// waitWithoutRights waits until ctx is done. The role of the user's group may not keep the pool, and that does not
// change before the next sign-in.
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
		s.setRefused(nil)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := l.release(last); err != nil {
			s.Log.Warn("the pool's lease was not given back", "cause", err)
		}
	}()
	k := newKeeper(s)
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
	k.rollout = v.rollout
	k.resumePause(v)
	defer k.storePause(ctx)
	steps := k.due(v)
	health := v.health.of(cmp.Or(v.rollout.Target, v.current.version))
	report(s.poolOf(v.rows, health, v.rollout))
	k.recordOccupancy(ctx, v)
	for _, a := range steps {
		if ctx.Err() != nil || !l.held() {
			return true
		}
		if k.pauses.left(a) > 0 {
			continue
		}
		if err := k.carryOut(notAfter(ctx, wall().Add(holdTime)), a); err != nil {
			s.Log.Warn("pool", "do", a.kind, "instance", a.row.InstanceID, "why", a.why, "cause", err)
			if a.kind == stepRollout {
				return true // the plan's other steps follow the row that was not stored
			}
			if a.kind != stepReset && isCapacity(err) || errors.Is(err, errFull) {
				return false // there is none to be had: the next quiet turn tries again
			}
			if p := k.pauses.failed(a, err); a.kind == stepLaunch && p.denied {
				k.recordRefusal(ctx, p)
				report(s.poolOf(v.rows, health, v.rollout))
			}
			continue
		}
		k.worked(a)
		if a.kind == stepRollout {
			k.rollout = *a.rollout
		}
		s.Log.Info("pool", "do", a.kind, "instance", a.row.InstanceID, "why", a.why)
		if event := auditEvents[a.kind]; event != "" {
			s.recordEvent(ctx, auditRow{
				UserID:     poolUser,
				Event:      event,
				InstanceID: a.row.InstanceID,
				Why:        a.why,
			})
		}
	}
	for _, r := range v.rows {
		busy = busy || r.State == backend.Warming || r.State == backend.Recycling
	}
	return busy || len(steps) > 0 || len(v.tickets) > 0
}

// due returns the steps of the plan that are not paused for longer than a quiet turn.
func (k *keeper) due(v observation) []step {
	steps := plan(v, k.s.Clock.Now())
	k.pauses.keepOnly(steps)
	if v.health.Version != k.health || !slices.ContainsFunc(steps, func(a step) bool { return a.kind == stepLaunch }) {
		k.worked(step{kind: stepLaunch}) // an operator resumed it, or nothing is to be launched
	}
	k.health = v.health.Version
	return slices.DeleteFunc(steps, func(a step) bool { return k.pauses.left(a) >= quietInterval })
}

// worked forgets that a step failed.
func (k *keeper) worked(a step) {
	k.pauses.worked(a)
	if a.kind == stepLaunch {
		k.s.setRefused(nil)
	}
}

// carryOut records how a warming ended, then executes the step. A failure that could not be recorded stays as it
// is: it is found again at the next turn.
func (k *keeper) carryOut(ctx context.Context, a step) error {
	if a.result != nil {
		counts := cmp.Or(k.rollout.countsFor(*a.result), k.current.version)
		if err := k.s.recordResult(ctx, *a.result, counts); err != nil {
			return err
		}
	}
	if a.result != nil && a.result.failed {
		k.s.recordEvent(ctx, auditRow{UserID: poolUser, Event: backend.EventFailed, InstanceID: a.row.InstanceID, Why: a.why})
	}
	return k.s.execute(ctx, a)
}

// recordOccupancy writes an audit row with the pool's counts if they have changed.
func (k *keeper) recordOccupancy(ctx context.Context, v observation) {
	counts := map[backend.PoolState]int{}
	for _, r := range v.rows {
		if !r.intent() {
			counts[r.State]++
		}
	}
	now := auditRow{
		UserID:  poolUser,
		Event:   backend.EventOccupancy,
		Counts:  counts,
		Target:  v.size,
		Waiting: len(v.tickets),
	}
	if k.recorded && maps.Equal(counts, k.last.Counts) && now.Target == k.last.Target && now.Waiting == k.last.Waiting {
		return
	}
	k.recorded, k.last = true, now
	k.s.recordEvent(ctx, now)
}

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

func (s *Service) setLeading(on bool) {
	s.mu.Lock()
	s.leading = on
	s.mu.Unlock()
}
