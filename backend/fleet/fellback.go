package fleet

import (
	"context"
	"errors"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

const (
	// startTries bounds how many instances one start tries that EC2 starts and that then stop by themselves.
	startTries = 3
	// staleState is how long EC2 may still describe an instance as stopped after it accepted its start.
	staleState = 5 * time.Second
	// watchEvery is the time between polls of an instance whose avatar is awaited.
	watchEvery = 4 * time.Second
	// endingTime is how long after an instance's stop its session may still end.
	endingTime = 5 * time.Second
)

// fellBack is the error of a start whose instance stopped, or was terminated, before its avatar answered.
type fellBack struct{ machine backend.Machine }

func (e *fellBack) Error() string {
	return "the instance is " + string(e.machine.State) + ": " + stateReason(e.machine).String()
}

// capacity reports whether the instance stopped since AWS has no room for it.
func (e *fellBack) capacity() bool {
	return e.machine.ReasonCode == "Server.InsufficientInstanceCapacity"
}

// problem returns the Problem of a start whose instance stopped.
func (e *fellBack) problem() *backend.Problem {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("fleet.instanceStoppedStarting"),
		Why: messages.New("fleet.ec2Says", stateReason(e.machine)), Next: messages.New("fleet.pressStartTryAnother"),
		Cause: e}
	if e.capacity() {
		p.Kind = backend.KindCapacity
	}
	return p
}

// watcher recognizes a starting instance that stops instead of running.
type watcher struct {
	began time.Time
	wasUp bool
}

// check returns *fellBack if the instance will not come up any more.
func (w *watcher) check(m *backend.Machine) error {
	switch {
	case m == nil: // EC2 does not list a new instance at once
		return nil
	case m.State.Up():
		w.wasUp = true
		return nil
	case m.State == backend.Stopped && !w.wasUp && time.Since(w.began) < staleState:
		return nil
	}
	return &fellBack{*m}
}

// watch polls a running instance until ctx is done. It returns *fellBack if the instance stops. Failed
// polls do not count.
func (s *Service) watch(ctx context.Context, instanceID string) error {
	w := watcher{began: time.Now(), wasUp: true}
	for {
		if err := awsx.Sleep(ctx, watchEvery); err != nil {
			return nil
		}
		m, err := s.Machine(ctx, instanceID)
		if err != nil {
			continue
		}
		if err := w.check(m); err != nil {
			return err
		}
	}
}

// giveUp ends the session of an instance that fell back, so that another one can be started. The instance goes back to
// the pool's keeper and is not claimed again for a while. It returns errNotHeld if somebody ended the session: then the
// instance was stopped on purpose.
func (s *Service) giveUp(ctx context.Context, row sessionRow, why *fellBack) error {
	if slices.Contains(orderlyReasons, why.machine.ReasonCode) {
		if err := awsx.Sleep(ctx, endingTime); err != nil {
			return err
		}
	}
	stored, err := s.ledger.session(ctx, row.UserID) // the instance's row may be gone with its instance
	switch {
	case err != nil:
		return err
	case stored == nil || stored.Phase == ended || !stored.CreationTime.Equal(row.CreationTime):
		return errNotHeld
	}
	s.rememberCapacity("", row.InstanceID)
	if why.capacity() {
		s.rememberCapacity(why.machine.Zone, why.machine.Type)
	}
	s.Log.Warn("the instance fell back while it was starting", "instance", row.InstanceID, "state", why.machine.State,
		"cause", why)
	return s.end(ctx, row, backend.Recycling, s.LauncherID, messages.New("fleet.stoppedStarting"))
}

// startOnce claims and starts an instance that is not in lost, and waits for its avatar.
func (s *Service) startOnce(ctx context.Context, u backend.User, lost map[string]bool, report func(backend.Progress)) (
	*sessionRow, *backend.Session, error,
) {
	report(backend.Progress{Phase: backend.Claiming})
	row, err := s.obtain(ctx, u, lost, report)
	if isCapacity(err) || errors.Is(err, errFull) {
		row, err = s.queue(ctx, u, lost, err, report)
	}
	if err != nil {
		return nil, nil, err
	}
	s.wake()
	s.background.Go(func() {
		s.recordEvent(ctx, auditRow{
			UserID:     u.ID,
			Username:   u.Username,
			Actor:      u.Username,
			Event:      backend.EventClaimed,
			InstanceID: row.InstanceID,
			Cold:       row.Cold,
		})
	})
	wait, cancel := context.WithTimeout(ctx, s.current().ReadyTimeout)
	defer cancel()
	session, err := s.awaitReady(wait, *row, report)
	for a := newAttempt(row, lost, report); s.restarted(wait, a, err); {
		session, err = s.awaitReady(wait, *row, report)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &backend.Problem{
			Kind:  backend.KindUnexpected,
			What:  messages.New("fleet.avatarNotAnswerTime"),
			Why:   messages.New("fleet.instanceStartedButAvatar", backend.Length(s.current().ReadyTimeout)),
			Next:  messages.New("fleet.pressStartTryAnother"),
			Cause: err,
		}
	}
	return row, session, err
}

// startAny starts one instance after the other until one does not fall back.
func (s *Service) startAny(ctx context.Context, u backend.User,
	report func(backend.Progress)) (*sessionRow, *backend.Session, error) {
	lost := map[string]bool{}
	for try := 1; ; try++ {
		row, session, err := s.startOnce(ctx, u, lost, report)
		var fell *fellBack
		if !errors.As(err, &fell) {
			return row, session, err
		}
		lost[row.InstanceID] = true
		if err := s.giveUp(ctx, *row, fell); err != nil || try == startTries {
			if errors.Is(err, errNotHeld) || ctx.Err() != nil {
				return nil, nil, err
			}
			return nil, nil, fell.problem()
		}
	}
}
