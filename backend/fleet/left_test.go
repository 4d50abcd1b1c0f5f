package fleet

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"avatar-launcher/backend"
)

// TestAnEndingSaysWhatAWSRefused: a permission that is missing is not said to be slowness.
func TestAnEndingSaysWhatAWSRefused(t *testing.T) {
	s := New(Options{})
	denied := &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}
	for name, left := range map[string]func(error) error{
		"name": func(err error) error { return s.nameLeft(sessionRow{}, err) },
		"row":  func(err error) error { return s.openRowLeft(sessionRow{}, err) },
	} {
		slow := backend.ProblemOf(left(context.DeadlineExceeded))
		refused := backend.ProblemOf(left(denied))
		if slow.Why.ID == refused.Why.ID || refused.Why.ID != "fleet.signInNotAllow" {
			t.Errorf("%s: slow %q, refused %q", name, slow.Why, refused.Why)
		}
		if refused.Kind != backend.KindLeftover || !errors.Is(refused.Cause, denied) {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}
