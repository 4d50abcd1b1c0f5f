package identity_test

import (
	"encoding/json"
	"fmt"
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

// TestNoSecretOfACode looks for the code and the tokens in the log, the keyring and whatever the window is told.
func TestNoSecretOfACode(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	_, c, err := s.SignInByCode(t.Context(), "demo")
	asks(t, c, err, "EMAIL_OTP")
	code := w.code(t, "demo")
	told, err := json.Marshal(c)
	must(t, err)
	said := fmt.Sprintf("%s %v %+v %#v", told, s, c, c)
	user, _, err := s.Respond(t.Context(), code)
	must(t, err)
	said += fmt.Sprintf("%+v %v", user, s)
	secrets := []string{code}
	for _, m := range secretMembers.FindAllStringSubmatch(w.wire.got.String(), -1) {
		secrets = append(secrets, m[2])
	}
	if len(secrets) < 4 {
		t.Fatalf("only %d secrets were seen: the test looks in the wrong place", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(w.log.String(), secret) || strings.Contains(said, secret) {
			t.Errorf("%.4s… is in the log, or told", secret)
		}
	}
	if strings.Contains(w.ring.text(), code) {
		t.Error("the keyring holds the code")
	}
}
