package fleet

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

const pollEvery = 700 * time.Millisecond // between calls about an instance that is starting

// claimTime bounds what comes before EC2's start: a few calls, or some tries of them while AWS limits requests.
const (
	claimTime     = 5 * time.Minute
	throttlePause = 3 * time.Second
)

// Start refuses a user whose name cannot be a name of the zone. It claims an instance, arms its stop, starts it, sets
// its DNS name, and returns when the avatar answers at that name.
// A user who has a session gets that one: a start whose process died is continued. If there is no instance, Start waits
// in the queue until ctx is done.
func (s *Service) Start(ctx context.Context, u backend.User, report func(backend.Progress)) (*backend.Session, error) {
	if p := backend.CheckUsername(u.DomainLabel()); p != nil {
		return nil, p
	}
	took := &stopwatch{report: report}
	began := s.Clock.Now()
	report = func(p backend.Progress) {
		// A throttled start meets the session that it has made itself.
		p.Attached = p.Attached && p.Session.CreationTime.Before(began)
		took.progress(p)
	}
	row, session, err := s.startAny(ctx, u, report)
	if err == nil {
		session.ReadyAt = s.Clock.Now()
		phases := took.phases()
		s.background.Go(func() { s.recordReady(context.WithoutCancel(ctx), *row, *session, phases) })
	}
	return session, problem(messages.New("fleet.cannotStartInstance"), err)
}

// obtain returns a session whose instance is starting and whose stop is armed: the one that the user has, else each
// warm instance in turn that is not in lost, else a fresh launch.
func (s *Service) obtain(ctx context.Context, u backend.User, lost map[string]bool,
	report func(backend.Progress)) (*sessionRow, error) {
	limited, cancel := context.WithTimeout(ctx, claimTime)
	defer cancel()
	lost = maps.Clone(lost) // what somebody else has now may be free when a user who waits in the queue tries again
	refusals := 0
	for range s.current().MaxInstances + claimTries {
		row, err := s.obtainOnce(limited, u, lost, report)
		var refused *startRefused
		if errors.As(err, &refused) {
			refusals++
		}
		switch {
		case err == nil || ctx.Err() != nil:
			return row, err
		case limited.Err() != nil:
			return nil, errBusy
		case refusals >= startTries:
			return nil, refused.err
		case errors.Is(err, errAgain):
		case isContended(err): // many start at once: EC2 launches and starts two a second for everybody
			_ = awsx.Sleep(limited, throttlePause+rand.N(2*throttlePause))
		default:
			return nil, err
		}
	}
	return nil, errBusy
}

// errBusy is the error of a start that could not claim an instance in claimTime.
var errBusy = &backend.Problem{Kind: backend.KindBusy, What: messages.New("fleet.cannotStartInstance"),
	Why: messages.New("fleet.manyPeopleStartingMoment"), Next: messages.New("fleet.pressStartAgain")}

// errAgain is the error of a try that should be repeated, since something has changed.
var errAgain = errors.New("try again")

func (s *Service) obtainOnce(ctx context.Context, u backend.User, lost map[string]bool, report func(backend.Progress)) (
	*sessionRow, error,
) {
	row, err := s.claim(ctx, u, lost)
	if err == nil && row == nil {
		if len(lost) > 0 && s.lacksCapacity() {
			trying(report, messages.New("fleet.tryLaunch"))
		}
		row, err = s.launch(ctx, u, report)
		if err == nil {
			return row, nil
		}
	}
	var had *existing
	if errors.As(err, &had) {
		row, err := s.attach(ctx, had.row, lost, report)
		if why := notStarted(err); !why.IsZero() && had.row.InstanceID != "" {
			return nil, errors.Join(err, s.endUnstarted(ctx, had.row, why, lost), errAgain)
		}
		return row, err
	}
	if err != nil {
		return nil, err
	}
	report(backend.Progress{Phase: backend.Arming, Session: row.session()})
	var refused *startRefused
	switch err = s.startClaimed(ctx, newAttempt(row, lost, report)); {
	case errors.Is(err, errStopFiring) || errors.As(err, &refused):
		lost[row.InstanceID] = true
		s.rememberCapacity("", row.InstanceID)
		return nil, errors.Join(err, s.release(ctx, *row), errAgain)
	case isCapacity(err):
		lost[row.InstanceID] = true
		return nil, errors.Join(s.releaseForCapacity(ctx, *row, err), errAgain)
	}
	return row, err
}

// notStarted returns why EC2 does not start an instance that another one can stand in for, zero for any other error.
func notStarted(err error) messages.Message {
	var refused *startRefused
	switch {
	case errors.As(err, &refused):
		return messages.New("fleet.launchRefused")
	case isCapacity(err):
		return messages.New("fleet.noCapacity")
	}
	return messages.Message{}
}

// endUnstarted ends a session whose instance EC2 does not start. The instance has been used, so it is recycled.
func (s *Service) endUnstarted(ctx context.Context, row sessionRow, why messages.Message, lost map[string]bool) error {
	lost[row.InstanceID] = true
	s.rememberCapacity("", row.InstanceID)
	return s.end(ctx, row, backend.Recycling, s.LauncherID, why)
}

// releaseForCapacity releases a claimed instance that AWS has no capacity to start, and records the lack.
func (s *Service) releaseForCapacity(ctx context.Context, row sessionRow, lack error) error {
	s.rememberCapacity("", row.InstanceID)
	if inst, err := s.ledger.instance(ctx, row.InstanceID); err == nil && inst != nil {
		s.rememberLack(inst.Zone, row.InstanceType, lack)
	}
	return s.release(ctx, row)
}

// attach continues the session that the user has, if it still holds its instance. If its time is up, or its instance
// has gone back to the pool, attach ends it and returns errAgain: a new claim is due.
func (s *Service) attach(ctx context.Context, row sessionRow, lost map[string]bool,
	report func(backend.Progress)) (*sessionRow, error) {
	over := !s.Clock.Now().Before(row.ExpireAt)
	if row.LaunchToken != "" {
		if over {
			return nil, errors.Join(s.abandon(ctx, row, messages.New("fleet.neverLaunched")), errAgain)
		}
		return s.resumeLaunch(ctx, row, report)
	}
	inst, err := s.ledger.instance(ctx, row.InstanceID)
	if err != nil {
		return nil, err
	}
	// The desktop that made the claim may have died before it found out.
	fires := inst != nil && firing(inst.ArmedBefore, s.Clock.Now()) && row.Phase != string(backend.Ready)
	if over || !inst.heldBy(row) || fires {
		return nil, errors.Join(s.end(ctx, row, backend.Recycling, s.LauncherID, messages.New("fleet.time")), errAgain)
	}
	report(backend.Progress{Phase: backend.Arming, Session: row.session(), Cold: row.Cold, Attached: true})
	row.armedUntil = row.ExpireAt.Unix() // it may be armed or not; arm finds out
	return &row, s.startClaimed(ctx, newAttempt(&row, lost, report))
}

// armAndStart arms the stop and tags the instance, both before it runs, then starts it. Starting an instance that runs
// is a no-op, so attaching goes the same way; one that is still stopping is waited for.
func (s *Service) armAndStart(ctx context.Context, row *sessionRow) error {
	err := s.whileHeld(ctx, *row, true, func(ctx context.Context) error {
		if err := s.armStop(ctx, row); err != nil {
			return err
		}
		return s.startInstance(ctx, row.InstanceID)
	})
	if !isWrongState(err) {
		return err
	}
	for {
		if err := awsx.Sleep(ctx, pollEvery); err != nil {
			return err
		}
		err := s.whileHeld(ctx, *row, false, func(ctx context.Context) error {
			return s.startInstance(ctx, row.InstanceID)
		})
		if !isWrongState(err) {
			return err
		}
	}
}

// startInstance asks EC2 to start an instance that has just been tagged as the user's. It returns *startRefused if EC2
// refuses this instance, such as one whose disk's key is disabled: another one may be started.
func (s *Service) startInstance(ctx context.Context, instanceID string) error {
	err := untilTagsSeen(ctx, func() error { return s.compute.start(ctx, instanceID) })
	if isRefusedStart(err) {
		s.Log.Warn("EC2 refuses to start the instance", "instance", instanceID, "cause", err)
		return &startRefused{err}
	}
	return err
}

// startRefused is EC2's refusal to start one instance.
type startRefused struct{ err error }

func (e *startRefused) Error() string { return e.err.Error() }
func (e *startRefused) Unwrap() error { return e.err }

// isRefusedStart reports whether EC2 has refused a start for a reason that lies in the instance. The state of the
// account, the sign-in and the network are none.
func isRefusedStart(err error) bool {
	return awsx.Code(err) != "" && !awsx.IsDenied(err) && !isExpired(err) && !isContended(err) && !isCapacity(err) &&
		!isWrongState(err) && !isGone(err) && !awsx.IsUnreachable(err)
}

// armStop sets the two stops that need no launcher: the schedule, and the tag expire-at, which the
// instance's timer reads.
func (s *Service) armStop(ctx context.Context, row *sessionRow) error {
	var both errgroup.Group
	owned, created := *row, row.mayFire
	both.Go(func() error {
		if row.mayFire { // its schedule is deleted once the stop is over
			err := s.alarm.create(ctx, row.InstanceID, s.armTime(*row))
			if isConflict(err) {
				return errStopFiring
			}
			row.mayFire = err != nil
			return err
		}
		if s.Clock.Now().Before(time.Unix(row.armedUntil, 0)) {
			return s.rearm(ctx, row.InstanceID, s.armTime(*row))
		}
		return s.arm(ctx, row.InstanceID, s.armTime(*row))
	})
	both.Go(func() error { return s.tagOwner(ctx, owned) })
	err := both.Wait()
	// A claim that AWS held up may move the earlier stop too late, while an instance that runs already is being stopped.
	if err == nil && !created && firing(row.earlier, s.Clock.Now()) {
		return errStopFiring
	}
	return err
}
