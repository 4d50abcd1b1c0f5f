package fleet

import (
	"context"
	"errors"
	"net/http"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// A computer may sleep between any two calls and wake up hours later, when its session is over and its instance is
// somebody else's. So every call that changes an instance by its ID must run while the session is known
// to hold it (whileHeld).

// holdTime is how long a reading of the instance's row is trusted, by the wall clock: long enough for a few calls,
// shorter than any instance needs to be ended, stopped, scrubbed and claimed anew.
const holdTime = 15 * time.Second

// errNotHeld says that the session no longer holds its instance.
var errNotHeld = &backend.Problem{Kind: backend.KindBusy, What: messages.New("fleet.sessionEndedElsewhere"),
	Why: messages.New("fleet.anotherComputerYoursPool"), Next: messages.New("common.pressStartNewOne")}

// holds reads whether the instance is claimed by this very session.
func (s *Service) holds(ctx context.Context, row sessionRow) (bool, error) {
	inst, err := s.ledger.instance(ctx, row.InstanceID)
	if err != nil {
		return false, err
	}
	return inst.heldBy(row), nil
}

// heldBy reports whether the instance is claimed by a session. A nil row is held by none.
func (r *instanceRow) heldBy(row sessionRow) bool {
	return r != nil && r.State == backend.Claimed && r.Owner == row.UserID && r.Epoch == row.Epoch
}

// whileHeld runs do while the session holds its instance. known says that this was just read. If the computer slept
// in between, the row is read again. It returns errNotHeld if the instance is no longer held.
func (s *Service) whileHeld(ctx context.Context, row sessionRow, known bool, do func(context.Context) error) error {
	for {
		began := wall()
		if !known {
			holds, err := s.holds(ctx, row)
			if err != nil {
				return err
			}
			if !holds {
				return errNotHeld
			}
		}
		known = false
		err := do(notAfter(ctx, began.Add(holdTime)))
		if !errors.Is(err, errTooLate) || ctx.Err() != nil {
			return err
		}
	}
}

// wall is the time without its monotonic part, which stands still while a computer sleeps.
func wall() time.Time { return time.Now().Round(0) }

// errTooLate is the error of a request that was not sent because its time was over.
var errTooLate = errors.New("the request was not sent: its time was over")

type notAfterKey struct{}

// notAfter limits when the requests under a context may be sent, retries included. A deadline would not do: it is
// kept by a timer, and timers do not run while a computer sleeps.
func notAfter(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, notAfterKey{}, at)
}

// inTime reports whether a request may still be sent.
func inTime(r *http.Request) bool {
	at, limited := r.Context().Value(notAfterKey{}).(time.Time)
	return !limited || wall().Before(at)
}
