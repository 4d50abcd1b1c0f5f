package fleet

import (
	"context"
	"errors"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

// Extend moves the session's end to now + the window, never past the longest session: the armed stop first, then the
// row, then the instance's own timer. If it is interrupted before the row, that timer ends the instance at the time in
// the row, though the armed stop is later. If it is interrupted after the row, the timer ends the instance too early,
// never too late.
func (s *Service) Extend(ctx context.Context, session backend.Session) (*backend.Session, error) {
	f := s.current()
	now := s.Clock.Now()
	end := now.Add(f.Window)
	if last := session.CreationTime.Add(f.Maximum); f.Maximum > 0 && end.After(last) {
		end = last
	}
	if !end.After(session.ExpireAt) {
		return &session, nil
	}
	row := rowOf(session)
	row.ExpireAt = end
	err := s.whileHeld(ctx, row, false, func(ctx context.Context) error {
		var all errgroup.Group
		all.Go(func() error { return s.rearm(ctx, row.InstanceID, s.armTime(row)) })
		all.Go(func() error { return s.ledger.recordArmed(ctx, row, s.armTime(row)) })
		return all.Wait()
	})
	if err != nil {
		return nil, problem(messages.New("fleet.cannotExtendSession"), err)
	}
	err = s.ledger.extendSession(ctx, row, now)
	if isConditionFailed(err) {
		return nil, errors.Join(errNotHeld, s.rearmForHolder(ctx, row.InstanceID))
	}
	if err == nil {
		err = s.whileHeld(ctx, row, true, func(ctx context.Context) error {
			return s.tag(ctx, row.InstanceID, ownerTags(row))
		})
	}
	if err != nil {
		return nil, problem(messages.New("fleet.cannotExtendSession"), err)
	}
	s.recordEvent(ctx, auditRow{
		UserID:     row.UserID,
		Username:   row.Username,
		Actor:      row.Username,
		Event:      backend.EventExtended,
		InstanceID: row.InstanceID,
		Why:        row.LastUseBy.Message(),
	})
	session.ExpireAt, session.LastActivity = end, now
	return &session, nil
}
