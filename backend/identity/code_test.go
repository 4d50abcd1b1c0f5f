package identity_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
)

func TestSignInByCode(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	_, _, err := s.SignInByCode(t.Context(), " ")
	refusal(t, err, backend.KindRefused, "The user name is missing")

	_, c, err := s.SignInByCode(t.Context(), " demo ")
	asks(t, c, err, "EMAIL_OTP")
	if !c.Resend || !strings.Contains(c.Destination, "***") {
		t.Errorf("got %+v", c)
	}
	old := w.code(t, "demo")
	_, c, err = s.Respond(t.Context(), "00000000")
	back(t, c, err, "EMAIL_OTP", "code is wrong")
	_, c, err = s.Resend(t.Context())
	asks(t, c, err, "EMAIL_OTP")
	_, c, err = s.Respond(t.Context(), old)
	back(t, c, err, "EMAIL_OTP", "code is wrong")
	user, c, err := s.Respond(t.Context(), w.code(t, "demo"))
	if err != nil || c != nil || user.Username != "demo" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
	if _, err := s.Credentials().Retrieve(t.Context()); err != nil {
		t.Errorf("no credentials: %v", err)
	}
}

// Who cannot be sent a code is told to use the password.
func TestSignInByCodeRefused(t *testing.T) {
	w := newWorld(t)
	w.addUser(t, "plain", "Plain-Passw0rd-1")
	_, c, err := w.service().SignInByCode(t.Context(), "plain")
	refusal(t, err, backend.KindRefused, "can’t sign in with a code")
	if c != nil {
		t.Errorf("a step is open: %+v", c)
	}
	_, c, err = w.service().SignInByCode(t.Context(), "nobody")
	asks(t, c, err, "EMAIL_OTP") // the pool hides who exists

	w.setMFA(t, types.UserPoolMfaTypeOn, true, false, false)
	_, _, err = w.service().SignInByCode(t.Context(), "demo")
	refusal(t, err, backend.KindRefused, "can’t sign in with a code")
}
