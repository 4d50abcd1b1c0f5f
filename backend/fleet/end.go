package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// Stop ends the session: the stop request first, then the rows and the name. What comes after the stop request is
// finished by the pool's keeper if it fails; Stop then returns a Problem of KindLeftover.
func (s *Service) Stop(ctx context.Context, session backend.Session, reason messages.Message) error {
	return s.end(ctx, rowOf(session), backend.Recycling, session.Username, reason)
}

// Terminate ends the session and deletes the instance with its disk.
func (s *Service) Terminate(ctx context.Context, session backend.Session, reason messages.Message) error {
	return s.end(ctx, rowOf(session), backend.Retired, session.Username, reason)
}

// end ends a session: its instance goes on to state (recycling: it is stopped; retired: it is terminated). It is
// safe to repeat and for anybody to do; an instance that is no longer the session's is not touched.
func (s *Service) end(ctx context.Context, row sessionRow, state backend.PoolState, actor string,
	why messages.Message) error {
	defer s.wake()
	if row.InstanceID == "" { // a cold start that never got its instance
		return problem(messages.New("fleet.cannotEndSession"), s.endUnlaunched(ctx, row, why))
	}
	if err := s.stopOrTerminate(ctx, row, state); err != nil {
		return s.armedStop(*row.session(), err)
	}
	return s.finish(ctx, row, state, actor, why)
}

// stopOrTerminate requests the stop, or the termination, of the session's instance. It returns nil if the session does
// not hold it any more.
func (s *Service) stopOrTerminate(ctx context.Context, row sessionRow, state backend.PoolState) error {
	if state == backend.Retired {
		// Nobody claims what is retired: from here on the instance may be terminated at any time.
		if err := s.move(ctx, row.InstanceID, row.Epoch, backend.Claimed, backend.Retired); err != nil {
			return err
		}
		if inst, err := s.ledger.instance(ctx, row.InstanceID); err != nil || inst == nil || inst.State != backend.Retired {
			return err
		}
		return s.terminate(ctx, row.InstanceID)
	}
	stop := func(ctx context.Context) error { return s.stopInstance(ctx, row.InstanceID) }
	fresh := row.Cold && s.Clock.Now().Sub(row.CreationTime) < newborn
	if fresh {
		stop = func(ctx context.Context) error { return s.stopNewborn(ctx, row.InstanceID) }
	}
	err := s.whileHeld(ctx, row, false, stop)
	if errors.Is(err, errNotHeld) {
		return nil
	}
	if err != nil && ctx.Err() == nil && (fresh || s.tagged(ctx, row)) {
		return stop(ctx) // the tables don't answer, but EC2 says whose it is
	}
	return err
}

// tagged reports whether an instance's tags say that it is the session's. They are set before every start, so that a
// running instance carries those of its present owner.
func (s *Service) tagged(ctx context.Context, row sessionRow) bool {
	i, err := s.compute.describe(ctx, row.InstanceID)
	return err == nil && i != nil && i.owner == row.UserID && i.epoch == itoa64(row.Epoch)
}

// endUnlaunched ends a session whose instance is not known, by what is stored.
func (s *Service) endUnlaunched(ctx context.Context, row sessionRow, why messages.Message) error {
	stored, err := s.ledger.session(ctx, row.UserID)
	switch {
	case err != nil || stored == nil || stored.Phase == ended || !stored.CreationTime.Equal(row.CreationTime):
		return err
	case stored.InstanceID != "": // it got one meanwhile
		return s.end(ctx, *stored, backend.Recycling, row.Username, why)
	}
	// A launch whose answer was lost shows after a moment, if it took place.
	for range 4 {
		m, _, err := s.launched(ctx, stored.LaunchToken)
		if err != nil {
			return err
		}
		if m != nil {
			return errors.Join(s.adoptOrphan(ctx, *stored, *m), s.endRow(ctx, *stored, why))
		}
		if err := awsx.Sleep(ctx, pollEvery); err != nil {
			return err
		}
	}
	// The launch may still be on its way, so its intent stays and is counted until it lapses.
	return s.endRow(ctx, *stored, why)
}

// closeRow marks a session as over, on the condition that it is not. The row of one whose name is still to be parked
// is kept until it is.
func (s *Service) closeRow(ctx context.Context, row sessionRow, why messages.Message, namePending bool) error {
	if namePending {
		return s.ledger.closeSessionUnnamed(ctx, row, why)
	}
	return s.ledger.closeSession(ctx, row, why, s.purgeTime())
}

// endRow marks a session as over. It returns nil if it is over already.
func (s *Service) endRow(ctx context.Context, row sessionRow, why messages.Message) error {
	return unlessConditionFailed(s.closeRow(ctx, row, why, false))
}

// stopInstance stops an instance. It returns nil if the instance is stopped or gone already. EC2 refuses to stop a
// pending instance, so the request is repeated until it runs.
func (s *Service) stopInstance(ctx context.Context, instanceID string) error {
	if instanceID == "" {
		return nil
	}
	for {
		err := untilTagsSeen(ctx, func() error { return s.compute.stop(ctx, instanceID) })
		if err == nil || isGone(err) {
			return nil
		}
		// An instance that EC2 has forgotten has no tags, so a policy may deny the stop of it.
		if !isWrongState(err) && !awsx.IsDenied(err) {
			return err
		}
		m, look := s.Machine(ctx, instanceID)
		// It may have come up between the refusal and the look: only what will not run any more is done with.
		if look == nil && (m == nil || !m.State.Up()) {
			return nil
		}
		if awsx.IsDenied(err) {
			return err
		}
		if err := awsx.Sleep(ctx, pollEvery); err != nil {
			return err
		}
	}
}

// stopNewborn stops an instance that has just been launched. For newbornTime EC2 may answer that there is none of that
// ID, or that it may not be stopped, since its tags are not seen yet; neither is taken for the truth.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html#eventual-consistency
func (s *Service) stopNewborn(ctx context.Context, instanceID string) error {
	unknown := func(err error) bool { return isGone(err) || awsx.IsDenied(err) }
	err := repeatFor(ctx, newbornTime, unknown, func() error { return s.compute.stop(ctx, instanceID) })
	if err == nil || ctx.Err() != nil {
		return err
	}
	return s.stopInstance(ctx, instanceID)
}

// parkTime is how long an ending waits for Route 53.
const parkTime = 3 * time.Second

// finish records that a session is over: the instance goes back to the pool, and the session's row is closed. The name
// is parked before that, so that it normally is by the time the user's next session begins. If Route 53 does not accept
// it within parkTime, the row is closed all the same with NamePending: the name is then parked in the background, by
// the pool's keeper, or overwritten by the user's next session.
func (s *Service) finish(ctx context.Context, row sessionRow, state backend.PoolState, actor string,
	why messages.Message) error {
	parked := make(chan error, 1)
	go func() {
		limited, cancel := context.WithTimeout(ctx, parkTime)
		defer cancel()
		parked <- s.setDNS(limited, row.Domain, s.Names.ParkingAddress)
	}()
	moved := s.move(ctx, row.InstanceID, row.Epoch, backend.Claimed, state)
	unnamed := <-parked
	if moved != nil {
		return s.openRowLeft(row, moved)
	}
	row.EndedBy = actor
	err := s.closeRow(ctx, row, why, unnamed != nil)
	if isConditionFailed(err) { // somebody else closed it, and the user may have another one by now
		s.settleNameSoon(ctx, row)
		return nil
	}
	if err != nil {
		return s.openRowLeft(row, err)
	}
	s.recordEnd(ctx, row, state, actor, why)
	if unnamed != nil {
		s.background.Go(func() { s.settleNameSoon(ctx, row) })
		return s.nameLeft(row, unnamed)
	}
	return nil
}

// openRowLeft returns the Problem of a session whose instance is stopped while its row is still open.
func (s *Service) openRowLeft(row sessionRow, err error) error {
	s.Log.Warn("the session's end was not written down; the pool's keeper will", "user", row.Username,
		"instance", row.InstanceID, "cause", err)
	return &backend.Problem{
		Kind:  backend.KindLeftover,
		Cause: err,
		What:  messages.New("fleet.instanceStoppedButSession"),
		Why:   whyLeft(err, messages.New("fleet.endSessionCannotSaved")),
		Next:  messages.New("fleet.poolKeeperClosesNext"),
	}
}

// whyLeft returns why an ending is incomplete: AWS's refusal if that is the cause, which no wait mends,
// else the other reason.
func whyLeft(err error, other messages.Message) messages.Message {
	p := backend.ProblemOf(problem(messages.New("fleet.cannotEndSession"), err))
	if p != nil && (p.Kind == backend.KindDenied || p.Kind == backend.KindConfig || p.Kind == backend.KindRefused) {
		return p.Why
	}
	return other
}

// nameLeft returns the Problem of a session that is over while its name still points at its instance's address.
func (s *Service) nameLeft(row sessionRow, err error) error {
	s.Log.Warn("the name is not parked yet; the pool's keeper will do it", "name", row.Domain, "cause", err)
	return &backend.Problem{
		Kind:  backend.KindLeftover,
		Cause: err,
		What:  messages.New("fleet.instanceStoppedButName"),
		Why:   whyLeft(err, messages.New("fleet.route53DidntTake")),
		Next:  messages.New("fleet.poolKeeperChangesName"),
	}
}

// move changes the state of an instance's row under its epoch. It returns nil if the row has changed before.
func (s *Service) move(ctx context.Context, instanceID string, epoch int64, from, to backend.PoolState) error {
	if instanceID == "" {
		return nil
	}
	return s.ledger.moveInstance(ctx, instanceID, epoch, from, to, s.Clock.Now())
}

// terminate terminates an instance. It returns nil if the instance is gone already.
func (s *Service) terminate(ctx context.Context, instanceID string) error {
	err := untilTagsSeen(ctx, func() error { return s.compute.terminate(ctx, instanceID) })
	if isGone(err) {
		return nil
	}
	return err
}

func unlessConditionFailed(err error) error {
	if isConditionFailed(err) {
		return nil
	}
	return err
}

// armedStop returns the Problem of a stop request that failed: it names the time of the armed stop.
func (s *Service) armedStop(session backend.Session, err error) error {
	stops := backend.ArmedStop(session.ExpireAt, s.current().Grace)
	at := stops.Add(-s.Clock.Skew()).Local().Format("15:04") // by this computer's clock, as everything in the window
	p := &backend.Problem{
		Kind:    backend.KindUnexpected,
		Cause:   err,
		StopsAt: stops,
		What:    messages.New("fleet.stopRequestCannotSent"),
		Why:     messages.New("fleet.cloudNotTake"),
		Next:    messages.New("fleet.instanceStoppedOwnSchedule", at),
	}
	var known *backend.Problem
	if errors.As(problem(messages.New("fleet.cannotStopInstance"), err), &known) {
		p.Kind, p.Why = known.Kind, known.Why
	}
	return p
}

// WhoEnded implements backend.Endings by the session's row.
func (s *Service) WhoEnded(ctx context.Context, session backend.Session) (*backend.EndedBy, error) {
	row, err := s.ledger.session(ctx, session.UserID)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadSession2"), err)
	}
	if row == nil || row.Phase != ended || !row.CreationTime.Equal(session.CreationTime) {
		return nil, nil
	}
	return &backend.EndedBy{By: row.EndedBy, Why: row.EndedBecause}, nil
}
