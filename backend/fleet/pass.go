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
	return s.pass(ctx, l, time.Now().Add(atLeast), report)
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
		waiting := k.last.Waiting > 0 // that they live is only seen by watching them
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
