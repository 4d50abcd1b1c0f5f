package fleet

import (
	"context"
	"strconv"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// writeTries is how often an operator's change is tried again because its row was changed meanwhile.
const writeTries = 5

// Rollout begins the rollout of a launch template version. Without a version it is the latest, and the pool follows
// later ones again. Its failures until now are forgotten: an operator asks for another try.
func (s *Service) Rollout(ctx context.Context, actor backend.User, version, reason string) error {
	if reason == "" {
		return errNoReason
	}
	latest, err := s.compute.template(ctx, "")
	if err != nil {
		return problem(messages.New("fleet.cannotRollOut"), err)
	}
	target := latest.version
	if version != "" {
		if err := s.checkVersion(ctx, version); err != nil {
			return err
		}
		target = version
	}
	err = s.updateHealth(ctx, func(h healthRow) healthRow {
		h = h.of(target)
		next := h.forgiven()
		next.Other = h.Other
		return next
	})
	if err != nil {
		return problem(messages.New("fleet.cannotRollOut"), err)
	}
	why := messages.New("fleet.rolloutAsked", target, reason)
	return s.changeRollout(ctx, actor, backend.EventRollout, why, func(r rolloutRow) rolloutRow {
		r.Paused, r.Pinned = false, version != ""
		if r.Target == "" && !r.Pinned {
			r.whyColumns = whyColumnsOf(why)
			return r // the keeper sees what the pool is made of, and begins by itself
		}
		return r.begin(target, latest.version, why)
	})
}

// checkVersion returns a Problem if the launch template has no such version.
func (s *Service) checkVersion(ctx context.Context, version string) error {
	n, err := strconv.Atoi(version)
	if err == nil && n > 0 && strconv.Itoa(n) == version {
		if _, err = s.compute.template(ctx, version); err == nil {
			return nil
		}
		if !awsx.Is(err, "InvalidLaunchTemplateId.VersionNotFound") {
			return problem(messages.New("fleet.cannotRollOut"), err)
		}
	}
	return &backend.Problem{
		Kind: backend.KindConfig,
		What: messages.New("fleet.nothingDone"),
		Why:  messages.New("fleet.noTemplateVersion", version),
		Next: messages.New("fleet.chooseTemplateVersion"),
	}
}

// Pause stops the rollout where it is, and keeps others from beginning, until Resume.
func (s *Service) Pause(ctx context.Context, actor backend.User, reason string) error {
	if reason == "" {
		return errNoReason
	}
	why := messages.New("fleet.rolloutPaused", reason)
	return s.changeRollout(ctx, actor, backend.EventPaused, why, func(r rolloutRow) rolloutRow {
		r.Paused, r.whyColumns = true, whyColumnsOf(why)
		return r
	})
}

// changeRollout stores a change of the rollout's row and writes it to the audit.
func (s *Service) changeRollout(ctx context.Context, actor backend.User, event backend.AuditEvent, why messages.Message,
	change func(rolloutRow) rolloutRow) error {
	if err := s.updateRollout(ctx, change); err != nil {
		return problem(messages.New("fleet.cannotRollOut"), err)
	}
	s.recordEvent(ctx, auditRow{UserID: poolUser, Actor: actor.Username, Event: event, Why: why})
	s.wake()
	return nil
}

// updateRollout changes the rollout's row under its Version. It writes nothing if the change is none.
func (s *Service) updateRollout(ctx context.Context, change func(rolloutRow) rolloutRow) error {
	var err error
	for range writeTries {
		var c coordination
		if c, err = s.ledger.coordination(ctx); err != nil {
			return err
		}
		next := change(c.rollout)
		if next == c.rollout {
			return nil
		}
		if err = s.ledger.putRollout(ctx, next); !isConditionFailed(err) {
			return err
		}
	}
	return err
}

// Drain lets nobody have the instance any more. The keeper terminates it when its session is over, at once if it has
// none, and the pool makes another.
func (s *Service) Drain(ctx context.Context, actor backend.User, instanceID, reason string) error {
	if reason == "" {
		return errNoReason
	}
	for range writeTries {
		inst, err := s.member(ctx, instanceID)
		if err != nil {
			return err
		}
		if err = s.ledger.drain(ctx, *inst); isConditionFailed(err) {
			continue // it was claimed, or given back, meanwhile
		}
		if err != nil {
			return problem(messages.New("fleet.cannot", instanceID), err)
		}
		s.recordEvent(ctx, auditRow{
			UserID:     poolUser,
			Actor:      actor.Username,
			Event:      backend.EventDraining,
			InstanceID: instanceID,
			Why:        messages.Verbatim(reason),
		})
		s.wake()
		return nil
	}
	return problem(messages.New("fleet.cannot", instanceID), errAgain)
}

// member reads the row of an instance of the pool. It returns a Problem if there is none.
func (s *Service) member(ctx context.Context, instanceID string) (*instanceRow, error) {
	inst, err := s.ledger.instance(ctx, instanceID)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotLook", instanceID), err)
	}
	if inst == nil {
		return nil, &backend.Problem{
			Kind: backend.KindConfig,
			What: messages.New("fleet.nothingDone"),
			Why:  messages.New("fleet.poolNoInstance", instanceID),
			Next: messages.New("fleet.refreshList"),
		}
	}
	return inst, nil
}
