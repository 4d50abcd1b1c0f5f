package fleet

import (
	"cmp"
	"context"
	"time"

	"avatar-launcher/backend"

	"github.com/google/uuid"
)

// execute executes one step. If a desktop could claim the instance meanwhile, the row's state is changed under its
// epoch before EC2 is called.
func (s *Service) execute(ctx context.Context, a step) error {
	id := a.row.InstanceID
	switch a.kind {
	case stepLaunch:
		return s.warmUp(ctx, a.row.Template)
	case stepPark:
		return s.park(ctx, a.row)
	case stepRehearse:
		return s.rehearse(ctx, a.row)
	case stepRecycle:
		return s.makeWarm(ctx, a.row)
	case stepReset:
		return s.beginReset(ctx, a.row)
	case stepClean:
		return s.replaceDisk(ctx, a.row)
	case stepRetire:
		return s.retireInstance(ctx, a.row)
	case stepAdopt:
		return s.adoptInstance(ctx, a.row)
	case stepStop:
		return s.stopUnclaimed(ctx, a.row)
	case stepEnd:
		return s.end(ctx, *a.session, backend.Recycling, s.LauncherID, a.why)
	case stepForget, stepWithdraw:
		return s.ledger.removeInstance(ctx, a.row)
	case stepHeat:
		return s.heat(ctx, a.row)
	case stepCool:
		return s.ledger.cool(ctx, a.row, s.Clock.Now().Add(hotPause))
	case stepReserve:
		return s.ledger.reserveFor(ctx, a.row, a.ticket.UserID, s.Clock.Now())
	case stepUnreserve:
		return s.ledger.unreserve(ctx, a.row)
	case stepRetag:
		return s.tag(ctx, id, ownerTags(*a.session))
	case stepRetype:
		return s.ledger.recordType(ctx, a.row, a.instanceType)
	case stepRearm:
		return s.rearmForHolder(ctx, id)
	case stepRename:
		ctx, cancel := context.WithTimeout(ctx, settleTime)
		defer cancel()
		return s.settleName(ctx, a.session.UserID)
	case stepDequeue:
		return s.ledger.dropTicket(ctx, a.ticket)
	case stepRollout:
		return s.ledger.putRollout(ctx, *a.rollout)
	}
	return nil
}

// auditEvents are the audit's events for steps. Other steps change nothing that matters later, or lead to an event of
// their own.
var auditEvents = map[stepKind]backend.AuditEvent{
	stepLaunch: backend.EventLaunched,
	stepRetire: backend.EventRetired,
	stepAdopt:  backend.EventAdopted,
	stepStop:   backend.EventStopped,

	stepRollout: backend.EventRollout,
}

// warmUp launches an instance of a launch template version that initialises itself and is then stopped. The intent is
// written first and counted, as for a cold start. The instance's own timer is in its tags from the launch on, and the
// schedule is armed as soon as its ID is known, so a keeper that dies leaves nothing running.
func (s *Service) warmUp(ctx context.Context, version string) error {
	now := s.Clock.Now()
	intent := instanceRow{LaunchToken: uuid.NewString(), State: backend.Launching, PooledAt: now, Template: version}
	intent.InstanceID = intentPrefix + intent.LaunchToken
	if err := s.ledger.addIntent(ctx, intent); err != nil {
		return err
	}
	if full, err := s.full(ctx); err != nil || full {
		return cmp.Or[error](err, s.ledger.removeInstance(ctx, intent), errFull)
	}
	until := now.Add(s.current().warmLimit())
	set := tags("Name", "avatar-warming", "pool", s.Names.PoolTag, "expire-at", until.Format(time.RFC3339))
	if s.WarmLine != nil { // or it would shut itself down as soon as it is ready
		set = append(set, tags(hotTag, until.Format(time.RFC3339))...)
	}
	m, _, err := s.run(ctx, intent.LaunchToken, version, set, s.places(), func(backend.Progress) {})
	if err != nil {
		if ctx.Err() == nil {
			_ = s.ledger.removeInstance(ctx, intent) // where this fails, too, the intent lapses
		}
		return err
	}
	fires := until.Add(s.current().Grace)
	if err := s.arm(ctx, m.InstanceID, fires); err != nil {
		return err
	}
	row := instanceRow{
		InstanceID:   m.InstanceID,
		State:        backend.Warming,
		Zone:         m.Zone,
		InstanceType: m.Type,
		PooledAt:     s.Clock.Now(),
		ArmedUntil:   fires.Unix(),
		Template:     version,
	}
	if err := s.ledger.replaceIntent(ctx, row, intent.LaunchToken); err != nil {
		return err
	}
	return s.tag(ctx, m.InstanceID, tags("Name", warmName(m.InstanceID)))
}

// park records that a warming instance was ready, and stops it: one that stopped without the record was not.
func (s *Service) park(ctx context.Context, row instanceRow) error {
	if err := s.ledger.markReady(ctx, row.InstanceID, row.Epoch, backend.Warming, backend.Warming); err != nil {
		return unlessConditionFailed(err) // another keeper was quicker
	}
	return s.stopInstance(ctx, row.InstanceID)
}

// makeWarm gives a stopped instance back to the pool, its owner's tags scrubbed while no desktop can claim it. The
// last owner's stop is left to fire, and the tag for its own timer stays: a start of theirs that arrives late is
// stopped by them. The next owner overwrites both.
func (s *Service) makeWarm(ctx context.Context, row instanceRow) error {
	if err := s.scrub(ctx, row.InstanceID); err != nil {
		return err
	}
	return s.ledger.makeWarm(ctx, row, s.Clock.Now())
}

func (s *Service) retireInstance(ctx context.Context, row instanceRow) error {
	if row.State != backend.Retired {
		if err := s.move(ctx, row.InstanceID, row.Epoch, row.State, backend.Retired); err != nil {
			return err
		}
		if again, err := s.ledger.instance(ctx, row.InstanceID); err != nil || again == nil ||
			again.State != backend.Retired {
			return err
		}
	}
	if err := s.terminate(ctx, row.InstanceID); err != nil {
		return err
	}
	return s.disarm(ctx, row.InstanceID)
}

// adoptInstance records an instance that nobody did (its launcher died in between), in place of its intent, and
// stops it. Anyone who still means to record it fails, and leaves it to the pool.
func (s *Service) adoptInstance(ctx context.Context, row instanceRow) error {
	token := row.LaunchToken
	row.State, row.PooledAt, row.LaunchToken = backend.Recycling, s.Clock.Now(), ""
	if err := s.ledger.replaceIntent(ctx, row, token); err != nil {
		return err
	}
	again, err := s.ledger.instance(ctx, row.InstanceID)
	if err != nil || again == nil || again.State != backend.Recycling {
		return err // its launcher was quicker after all
	}
	return s.stopInstance(ctx, row.InstanceID)
}

// stopUnclaimed stops what runs and is nobody's. A warm one is taken out of the pool first.
func (s *Service) stopUnclaimed(ctx context.Context, row instanceRow) error {
	if row.State == backend.Claimed || row.State == backend.Warm {
		if err := s.move(ctx, row.InstanceID, row.Epoch, row.State, backend.Recycling); err != nil {
			return err
		}
	}
	if again, err := s.ledger.instance(ctx, row.InstanceID); err != nil || again == nil ||
		again.State != backend.Recycling || again.Epoch != row.Epoch {
		return err // somebody claimed it meanwhile: it is theirs
	}
	return s.stopInstance(ctx, row.InstanceID)
}
