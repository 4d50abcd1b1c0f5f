package fleet

import (
	"context"
	"fmt"

	"avatar-launcher/backend"
)

// errStartCancelled is the error of a start that CancelStart has cancelled.
var errStartCancelled = fmt.Errorf("the start was cancelled by its ID: %w", context.Canceled)

// startKey is the key of a start's ID in its context.
type startKey struct{}

// StartWithID is Start for a caller who may cancel it from another process, by CancelStart with the same ID: a Lambda
// function is not told that its caller has gone.
func (s *Service) StartWithID(ctx context.Context, u backend.User, id string, report func(backend.Progress)) (
	*backend.Session, error,
) {
	return s.Start(context.WithValue(ctx, startKey{}, id), u, report)
}

// startOf returns the ID of the start that a context belongs to, "" if it has none.
func startOf(ctx context.Context) string {
	id, _ := ctx.Value(startKey{}).(string)
	return id
}

// CancelStart makes sure that a StartWithID begins no session any more, and takes its user out of the queue. The
// session that it has begun before stays, for Stop: from here on, Current returns it.
func (s *Service) CancelStart(ctx context.Context, u backend.User, id string) error {
	if err := s.ledger.cancelStart(ctx, u.ID, id, s.purgeTime()); err != nil {
		return err
	}
	defer s.wake()
	return s.ledger.removeTicket(ctx, ticketPrefix+u.ID)
}

// checkCancelled returns errStartCancelled if the user has cancelled the start of ctx.
func (s *Service) checkCancelled(ctx context.Context, u backend.User) error {
	id := startOf(ctx)
	if id == "" {
		return nil
	}
	row, err := s.ledger.session(ctx, u.ID)
	if err == nil && row != nil && row.CancelledStart == id {
		return errStartCancelled
	}
	return err
}
