package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
)

// passLook is how often a pass reads a foreign lease, whose holder renews it each leaseRenew, and a pool that only has
// to be watched.
const passLook = 5 * time.Second

// passTries is how often in a row a pass tries to read the pool before it gives up.
const passTries = 3

// errUnread is the error of a pass that could not read the pool. The log has the cause.
var errUnread = errors.New("fleet: the pool could not be read")

// Pass is the result of KeepOnce.
type Pass struct {
	Led   bool         // this process kept the pool; false: another one does
	Quiet bool         // nothing was under way when the pass ended
	Pool  backend.Pool // as read last

	Waiting int // people in the queue, as read last
	Activity
}

// Activity is what has happened since the pool's keeper before this one wrote its lease for the last time.
type Activity struct {
	Starts   int // avatars that became ready for a user
	Failures int // instances of the pool that did not become ready
}

// activityLimit is how far back a pass counts, and activityTime how long it may take.
const (
	activityLimit = 12 * time.Hour
	activityTime  = 5 * time.Second
)

// activity counts the audit's rows since a time. It counts what it can read: figures are worth no failed pass.
func (s *Service) activity(ctx context.Context, since time.Time) (a Activity) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), activityTime)
	defer cancel()
	now := s.Clock.Now()
	if oldest := now.Add(-activityLimit); since.Before(oldest) {
		since = oldest
	}
	days := []time.Time{now}
	if since.UTC().Day() != now.UTC().Day() {
		days = append(days, since)
	}
	for _, day := range days {
		rows, err := s.ledger.eventsOfDaySince(ctx, day, since)
		if err != nil {
			s.Log.Warn("the starts and failures could not all be counted", "cause", err)
		}
		for _, r := range rows {
			switch r.Event {
			case backend.EventStarted:
				a.Starts++
			case backend.EventFailed:
				a.Failures++
			}
		}
	}
	return a
}

// KeepOnce keeps the pool until nothing is under way and atLeast has passed, or until ctx is done, and gives the lease
// back. If another process keeps the pool, it returns at once when it has seen that one alive. It waits for the lease
// of one that died. It returns an error if the lease or the pool could not be read.
func (s *Service) KeepOnce(ctx context.Context, atLeast time.Duration, report func(backend.Pool)) (Pass, error) {
	l := &lease{s: s}
	won, err := l.campaign(ctx)
	if err != nil || !won {
		return s.onlooker(ctx, report, err)
	}
	s.setLeading(true)
	s.Log.Info("this run keeps the pool")
	defer func() {
		s.setLeading(false)
		s.setRefused(nil)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := l.release(last); err != nil {
			s.Log.Warn("the pool's lease was not given back", "cause", err)
		}
	}()
	out, err := s.pass(ctx, l, time.Now().Add(atLeast), report)
	out.Activity = s.activity(ctx, l.before)
	return out, err
}

// onlooker returns the result of a pass that did not get the lease.
func (s *Service) onlooker(ctx context.Context, report func(backend.Pool), err error) (Pass, error) {
	if err != nil {
		return Pass{}, err
	}
	pool, err := s.Pool(ctx)
	if err != nil {
		return Pass{}, err
	}
	report(*pool)
	return Pass{Pool: *pool}, nil
}

// campaign tries to get the lease until it has it or has seen the holder renew it. It returns false if
// the holder lives.
func (l *lease) campaign(ctx context.Context) (bool, error) {
	for {
		won, err := l.acquire(ctx)
		if err != nil || won || l.met {
			return won, err
		}
		if err := awsx.Sleep(ctx, passLook); err != nil {
			return false, err
		}
	}
}

// pass observes and acts until nothing is under way at until or later.
func (s *Service) pass(ctx context.Context, l *lease, until time.Time, report func(backend.Pool)) (Pass, error) {
	k := newKeeper(s)
	out := Pass{Led: true}
	renewAt := time.Now().Add(leaseRenew)
	for unread := 0; ctx.Err() == nil; {
		if !time.Now().Before(renewAt) {
			if won, err := l.renew(ctx); err == nil && !won || err != nil && !l.held() {
				return out, err
			}
			renewAt = time.Now().Add(leaseRenew)
		}
		read := false
		busy := k.reconcile(ctx, l, func(p backend.Pool) { read, out.Pool = true, p; report(p) })
		unread++
		if read {
			unread = 0
		} else if unread == passTries && ctx.Err() == nil {
			return out, errUnread
		}
		out.Waiting = k.last.Waiting
		waiting := out.Waiting > 0 // that they live is only seen by watching them
		out.Quiet = read && !busy && !waiting
		if out.Quiet && !time.Now().Before(until) {
			return out, nil
		}
		wait := busyInterval
		if !busy {
			wait = passLook
		}
		_ = awsx.Sleep(ctx, min(wait, max(time.Until(renewAt), 10*time.Millisecond)))
	}
	return out, nil
}
