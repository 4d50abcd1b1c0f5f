package fleet

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
)

// A schedule fires within the minute after its time, and a stop that fails is retried for stopMaxAge. AWS doesn't
// document whether an update ends the retries, so a stop may hit until firingEnd after its time. firingMargin covers
// clocks and calls.
const (
	firingMargin = 30 * time.Second
	firingEnd    = time.Minute + stopMaxAge*time.Second + firingMargin
)

// firing reports whether a stop that was armed for a time (Unix seconds) may be firing, or be retried, now.
func firing(armed int64, now time.Time) bool {
	at := time.Unix(armed, 0)
	return armed != 0 && now.After(at.Add(-firingMargin)) && now.Before(at.Add(firingEnd))
}

// mayFire reports whether a stop of an earlier owner may hit the instance, however its schedule is changed now.
func (r instanceRow) mayFire(now time.Time) bool {
	return firing(r.ArmedUntil, now) || firing(r.ArmedBefore, now)
}

// armedBefore is the ArmedBefore of a claim of the instance: an earlier one counts as long as its stop may fire.
func (r instanceRow) armedBefore(now time.Time) int64 {
	if firing(r.ArmedBefore, now) {
		return r.ArmedBefore
	}
	return r.ArmedUntil
}

// errStopFiring is the error of a start of an instance whose earlier stop is still being made.
var errStopFiring = errors.New("the stop of the instance's last owner is not over yet")

// armTime is when the armed stop of a session fires.
func (s *Service) armTime(row sessionRow) time.Time {
	return backend.ArmedStop(row.ExpireAt, s.current().Grace)
}

// rearmForHolder sets an instance's armed stop and tags for the session that holds it now, after an earlier owner moved
// the stop by mistake.
func (s *Service) rearmForHolder(ctx context.Context, instanceID string) error {
	inst, err := s.ledger.instance(ctx, instanceID)
	if err != nil || inst == nil || inst.State != backend.Claimed {
		return err
	}
	row, err := s.ledger.session(ctx, inst.Owner)
	if err != nil || row == nil || row.InstanceID != instanceID || row.Epoch != inst.Epoch || row.Phase == ended {
		return err
	}
	return errors.Join(s.rearm(ctx, instanceID, s.armTime(*row)), s.tag(ctx, instanceID, ownerTags(*row)))
}

// armedAt reads when an instance's armed stop fires, zero if none is armed.
func (s *Service) armedAt(ctx context.Context, instanceID string) (time.Time, error) {
	at, err := s.alarm.at(ctx, instanceID)
	if isNotFound(err) {
		return time.Time{}, nil
	}
	return at, err
}

// arm sets the dead-man's stop of an instance: a one-time schedule named by the instance, so that a new owner
// overwrites what an earlier one left. It fires at the given time whether or not any launcher lives.
func (s *Service) arm(ctx context.Context, instanceID string, at time.Time) error {
	err := s.alarm.create(ctx, instanceID, at)
	if !isConflict(err) {
		return err
	}
	return s.rearm(ctx, instanceID, at)
}

// rearm moves an armed stop.
func (s *Service) rearm(ctx context.Context, instanceID string, at time.Time) error {
	err := s.alarm.move(ctx, instanceID, at)
	if isNotFound(err) { // it fired, or was deleted, meanwhile
		return s.alarm.create(ctx, instanceID, at)
	}
	return err
}

// disarm deletes an instance's armed stop; one that is not there is fine. Only for an instance that is stopped.
func (s *Service) disarm(ctx context.Context, instanceID string) error {
	err := s.alarm.remove(ctx, instanceID)
	if isNotFound(err) {
		return nil
	}
	return err
}
