package fleet

import (
	"context"
	"errors"
	"slices"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// If AWS has no capacity to start the instance that a start has claimed, the start tries in turn: another warm instance
// elsewhere, the claimed instance as another of the profile's types, a launch, the profile's capacity reservation, the
// queue. Each try is reported before it is made, and a type that had no capacity in a zone is not tried there again.

// attempt is what a start knows of the instance that it has claimed.
type attempt struct {
	row    *sessionRow
	lost   map[string]bool // instances that the start tries no more
	tried  map[string]bool // types that the instance has been tried as
	report func(backend.Progress)
}

func newAttempt(row *sessionRow, lost map[string]bool, report func(backend.Progress)) attempt {
	return attempt{row, lost, map[string]bool{row.InstanceType: true}, report}
}

// trying reports what a start tries next.
func trying(report func(backend.Progress), what messages.Message) {
	report(backend.Progress{Try: what})
}

// withoutTries returns report without what a start tries next, which is reported by itself.
func withoutTries(report func(backend.Progress)) func(backend.Progress) {
	return func(p backend.Progress) {
		if p.Try.IsZero() {
			report(p)
		}
	}
}

// startClaimed arms and starts a claimed instance. If AWS has no capacity for it and no warm instance is left
// elsewhere, it starts the instance as another of the profile's types.
func (s *Service) startClaimed(ctx context.Context, a attempt) error {
	err := s.armAndStart(ctx, a.row)
	if !isCapacity(err) {
		return err
	}
	return s.startAsOtherType(ctx, a, err)
}

// startAsOtherType starts a claimed instance that AWS had no capacity for as each of the profile's other types in turn.
// It returns the last lack of capacity if none of them starts, or if another warm instance is the better choice.
func (s *Service) startAsOtherType(ctx context.Context, a attempt, lack error) error {
	inst, err := s.ledger.instance(ctx, a.row.InstanceID)
	if err != nil {
		return err
	}
	if !inst.heldBy(*a.row) {
		return errNotHeld
	}
	for {
		s.rememberLack(inst.Zone, a.row.InstanceType, lack)
		elsewhere, err := s.warmElsewhere(ctx, *inst, a)
		if err != nil {
			return err
		}
		if elsewhere {
			trying(a.report, messages.New("fleet.tryOtherStandby", a.row.InstanceType, inst.Zone))
			return lack
		}
		kind := s.nextType(inst.Zone, a.tried)
		if kind == "" {
			return lack
		}
		trying(a.report, messages.New("fleet.tryOtherType", a.row.InstanceType, inst.Zone, kind))
		a.tried[kind] = true
		switch err := s.changeType(ctx, a.row, kind); {
		case awsx.IsDenied(err): // the stack is of an earlier version
			s.Log.Warn("this sign-in may not change the type of its instance", "instance", inst.InstanceID, "cause", err)
			return lack
		case isRefusedStart(err): // such as a type that the image does not run on
			s.Log.Warn("the instance cannot be of another type", "instance", inst.InstanceID, "type", kind, "cause", err)
			continue
		case err != nil:
			return err
		}
		err = s.whileHeld(ctx, *a.row, true, func(ctx context.Context) error {
			return s.startInstance(ctx, a.row.InstanceID)
		})
		if !isCapacity(err) {
			return err
		}
		lack = err
	}
}

// rememberLack records that AWS had no capacity for a type in a zone, or none anywhere if a quota is used up.
func (s *Service) rememberLack(zone, kind string, lack error) {
	if isQuota(lack) {
		zone = ""
	}
	s.rememberCapacity(zone, kind)
}

// warmElsewhere reports whether there is a warm instance that may start although this one does not. It adds those to
// a.lost that would meet the same lack of capacity.
func (s *Service) warmElsewhere(ctx context.Context, inst instanceRow, a attempt) (bool, error) {
	rows, err := s.ledger.inState(ctx, backend.Warm)
	if err != nil {
		return false, err
	}
	free := false
	for _, r := range rows {
		switch {
		case r.InstanceID == inst.InstanceID || a.lost[r.InstanceID] || r.Draining:
		case r.ReservedFor != "" && r.ReservedFor != a.row.UserID:
		case !isHot(r) && s.isFailing(r.Zone, r.InstanceType):
			a.lost[r.InstanceID] = true
		case !s.isFailing("", r.InstanceID):
			free = true
		}
	}
	return free, nil
}

// nextType returns the first of the profile's types that the instance has not been tried as, and that has not just had
// no capacity in the zone. It returns "" if there is none.
func (s *Service) nextType(zone string, tried map[string]bool) string {
	i := slices.IndexFunc(
		s.Names.InstanceTypes,
		func(kind string) bool { return !tried[kind] && !s.isFailing(zone, kind) },
	)
	if i < 0 {
		return ""
	}
	return s.Names.InstanceTypes[i]
}

// changeType makes a claimed instance one of another type, which EC2 does while it is stopped. Its disk stays. EC2
// comes first: what a process that dies leaves in the rows, the keeper corrects by what EC2 says.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html
func (s *Service) changeType(ctx context.Context, row *sessionRow, kind string) error {
	err := s.whileHeld(ctx, *row, false, func(ctx context.Context) error {
		return untilTagsSeen(ctx, func() error { return s.compute.changeType(ctx, row.InstanceID, kind) })
	})
	if err != nil {
		return err
	}
	row.InstanceType = kind
	err = s.ledger.recordClaimedType(ctx, *row)
	if isRaceLost(err) {
		return errNotHeld
	}
	return err
}

// restarted reports whether an instance runs again, as another type, that EC2 began to start and had no capacity for.
func (s *Service) restarted(ctx context.Context, a attempt, err error) bool {
	var fell *fellBack
	if !errors.As(err, &fell) || !fell.capacity() || fell.machine.State != backend.Stopped || ctx.Err() != nil {
		return false
	}
	if err := s.startAsOtherType(ctx, a, fell); err != nil {
		s.Log.Warn("the instance does not start as another type either", "instance", a.row.InstanceID, "cause", err)
		return false
	}
	return true
}
