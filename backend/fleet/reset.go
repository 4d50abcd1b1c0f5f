package fleet

import (
	"context"
	"errors"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// A reset gives a used instance a new root volume, so that nothing of its last user is left on it. EC2 replaces the
// volume of a running instance only, which then reboots:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-root.html
// So a reset is one more warming. The instance is stopped as after every session; the keeper starts it with a stop
// armed, has the volume replaced, waits until the avatar on the new one is ready, and stops it. Nobody can claim it
// before.

// resetDue is the ResetTask of a row whose instance's root volume is still to be replaced.
const resetDue = "due"

// replacement is a root volume replacement as EC2 describes it.
type replacement struct {
	state string
	ended time.Time // zero while it goes on
}

func (r replacement) succeeded() bool { return r.state == "succeeded" }

// failed reports whether the task came to nothing, or is about to. The instance may have no root volume then.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRootVolumeTask.html
func (r replacement) failed() bool {
	switch r.state {
	case "failing", "failed", "failing-detached", "failed-detached":
		return true
	}
	return false
}

// bootedAt returns when the boot began that has to show that a warming instance is ready: a reset instance is not
// ready because it was so on its old disk.
func (v observation) bootedAt(row instanceRow, m instance) time.Time {
	if r := v.resets[row.ResetTask]; r.ended.After(m.LaunchTime) {
		return r.ended
	}
	return m.LaunchTime
}

// judgeReset plans what an instance needs whose root volume is not replaced yet. It isn't claimable before that has
// succeeded, and is replaced itself if it fails.
func (p *planner) judgeReset(m instance, row instanceRow, kept bool) {
	retire := func(why messages.Message) {
		p.serving.add(-1, kept)
		p.add(stepRetire, row, why)
	}
	task := p.resets[row.ResetTask]
	switch {
	case task.failed():
		retire(messages.New("fleet.resetFailed", task.state))
	case p.now.Sub(row.PooledAt) > p.figures.warmLimit():
		retire(messages.New("fleet.resetTookLong", backend.Length(p.figures.warmLimit())))
	case row.ResetTask != resetDue:
	case m.State == backend.Stopped:
		p.add(stepReset, row, messages.New("fleet.resetInterrupted"))
	case m.State == backend.Running:
		p.add(stepClean, row, messages.New("fleet.sessionOver"))
	}
}

// beginReset starts a used instance so that its root volume can be replaced. Its owner's tags are scrubbed and its stop
// is armed before: it runs unclaimed. It is repeated if the keeper died before the start.
func (s *Service) beginReset(ctx context.Context, row instanceRow) error {
	until := s.Clock.Now().Add(s.current().warmLimit())
	if row.State == backend.Recycling {
		if err := s.scrub(ctx, row.InstanceID); err != nil {
			return err
		}
		fires := until.Add(s.current().Grace)
		if err := s.armReset(ctx, row, fires); err != nil {
			return err
		}
		if err := s.ledger.beginReset(ctx, row, fires, s.Clock.Now()); err != nil {
			return err
		}
	}
	if due, err := s.resetDue(ctx, row); err != nil || due == nil {
		return err // another keeper was quicker
	}
	// Without hot-until it would shut itself down as soon as it is ready on its old disk.
	at := until.UTC().Format(time.RFC3339)
	if err := s.tag(ctx, row.InstanceID, tags("expire-at", at, hotTag, at)); err != nil {
		return err
	}
	return untilTagsSeen(ctx, func() error { return s.compute.start(ctx, row.InstanceID) })
}

// armReset arms the stop of an instance that is about to be reset. It returns errStopFiring while the stop of its last
// owner may still be firing: it would stop the instance in the middle. A keeper that died may have armed it before.
func (s *Service) armReset(ctx context.Context, row instanceRow, fires time.Time) error {
	if !row.mayFire(s.Clock.Now()) {
		return s.arm(ctx, row.InstanceID, fires)
	}
	err := s.alarm.create(ctx, row.InstanceID, fires)
	if !isConflict(err) {
		return err
	}
	at, err := s.armedAt(ctx, row.InstanceID)
	if err != nil {
		return err
	}
	if firing(at.Unix(), s.Clock.Now()) {
		return errStopFiring
	}
	return s.rearm(ctx, row.InstanceID, fires)
}

// resetDue reads the row of an instance whose root volume is still to be replaced. It returns nil if that is no longer
// so.
func (s *Service) resetDue(ctx context.Context, row instanceRow) (*instanceRow, error) {
	again, err := s.ledger.instance(ctx, row.InstanceID)
	if err != nil || again == nil || again.State != backend.Warming || again.ResetTask != resetDue ||
		again.Epoch != row.Epoch {
		return nil, err
	}
	return again, nil
}

// replaceDisk asks EC2 to replace the root volume, and records the task. The client token is the same however often it
// is asked, by this keeper or the next: one reset replaces one volume. An instance whose replacement EC2 refuses is
// retired, since its disk is its last user's.
func (s *Service) replaceDisk(ctx context.Context, row instanceRow) error {
	due, err := s.resetDue(ctx, row)
	if err != nil || due == nil {
		return err
	}
	token := "reset-" + due.InstanceID + "-" + itoa64(due.PooledAt.Unix())
	var task string
	err = untilTagsSeen(ctx, func() (err error) {
		task, err = s.compute.replaceDisk(ctx, due.InstanceID, token)
		return err
	})
	if err == nil {
		return s.ledger.recordReset(ctx, *due, task)
	}
	if isRefusedReset(err) {
		return errors.Join(err, s.retireInstance(ctx, *due))
	}
	return err // once more at the next turn
}

// isRefusedReset reports whether EC2 will not replace the root volume of an instance however often it is asked.
func isRefusedReset(err error) bool {
	return awsx.IsDenied(err) || strings.HasPrefix(awsx.Code(err), "Invalid") ||
		awsx.Is(err, "OperationNotPermitted", "Unsupported", "UnsupportedOperation")
}

// observeResets reads the root volume replacements that are under way. What cannot be read is not known to have
// succeeded.
func (k *keeper) observeResets(ctx context.Context, v *observation) {
	var ids []string
	for _, r := range v.rows {
		if r.ResetTask != "" && r.ResetTask != resetDue {
			ids = append(ids, r.InstanceID)
		}
	}
	if len(ids) == 0 {
		return
	}
	var err error
	if v.resets, err = k.s.compute.replacements(ctx, ids); err != nil && ctx.Err() == nil {
		k.s.Log.Warn("the root volume replacements could not be read", "cause", err)
	}
}
