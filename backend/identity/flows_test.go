package identity_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

func lastCode(t *testing.T, body io.Reader, username string) string {
	t.Helper()
	var messages []struct{ Username, Code string }
	must(t, json.NewDecoder(body).Decode(&messages))
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Username == username {
			return messages[i].Code
		}
	}
	t.Fatalf("no code was sent to %s", username)
	return ""
}

func TestSignInGivesRolesAndCredentials(t *testing.T) {
	w := newWorld(t)
	for name, role := range map[string]backend.Role{"demo": backend.RoleUser, "operator": backend.RoleOperator} {
		s := w.service()
		user, challenge, err := s.SignIn(t.Context(), "  "+name+" ", w.password(t, name))
		must(t, err)
		if challenge != nil || user.ID == "" || user.Username != name || user.Role != role || s.Notice() != nil {
			t.Errorf("%s: got %+v, %v, %v", name, user, challenge, s.Notice())
		}
		cfg := w.sdk()
		cfg.Credentials = s.Credentials()
		who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		must(t, err)
		if !strings.Contains(*who.Arn, ":assumed-role/") {
			t.Errorf("%s is %s", name, *who.Arn)
		}
	}
}

// TestNamesAndPasswordsAsTyped: the pool folds the case of names; passwords are proved byte for byte, neither trimmed
// nor normalised.
func TestNamesAndPasswordsAsTyped(t *testing.T) {
	w := newWorld(t)
	for _, password := range []string{" Blanks at 1 end and the other ", "Caf\u00e9-Passw0rd!", "Cafe\u0301-Passw0rd!",
		"\U0001f998-Passw0rd!"} {
		w.setPassword(t, "demo", password)
		s := w.service()
		for _, other := range []string{strings.TrimSpace(password) + "\u00a0", strings.ToLower(password), "Cafe-Passw0rd!"} {
			_, _, err := s.SignIn(t.Context(), "demo", other)
			refusal(t, err, backend.KindRefused, "Wrong user name or password")
			w.setPassword(t, "demo", password) // the cloud counts wrong tries
		}
		user, _, err := s.SignIn(t.Context(), "DeMo", password)
		must(t, err)
		if user.Username != "demo" {
			t.Errorf("the name is %q", user.Username)
		}
	}
	w.setPassword(t, "demo", "Caf\u00e9-Passw0rd!")
	_, _, err := w.service().SignIn(t.Context(), "demo", "Cafe\u0301-Passw0rd!")
	refusal(t, err, backend.KindRefused, "Wrong user name or password")
	w.setPassword(t, "demo", " Passw0rd!")
	_, _, err = w.service().SignIn(t.Context(), "demo", "Passw0rd!")
	refusal(t, err, backend.KindRefused, "Wrong user name or password")
}

func TestSignInRefused(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	for name, tt := range map[string]struct {
		username, password string
		part               string
	}{
		"wrong password": {"demo", "not it", "Wrong user name or password"},
		"nobody":         {"nobody", "x", "Wrong user name or password"},
		"no name":        {" ", "x", "is missing"},
		"no password":    {"demo", "", "is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			user, challenge, err := s.SignIn(t.Context(), tt.username, tt.password)
			if user != nil || challenge != nil {
				t.Errorf("got %v, %v", user, challenge)
			}
			refusal(t, err, backend.KindRefused, tt.part)
		})
	}
	_, err := s.Credentials().Retrieve(t.Context())
	refusal(t, err, backend.KindRefused, "You’re not signed in")
	_, _, err = s.Respond(t.Context(), "1")
	refusal(t, err, backend.KindRefused, "nothing to answer")
}

func TestNewPassword(t *testing.T) {
	w := newWorld(t)
	w.addUser(t, "newcomer", "Temporary-1234", attribute("email", "n@example.com"))
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "newcomer", "Temporary-1234")
	must(t, err)
	if d := cmp.Diff(&backend.Challenge{Name: "NEW_PASSWORD_REQUIRED", Username: "newcomer"}, c); d != "" {
		t.Fatal(d)
	}
	_, c, err = s.Respond(t.Context(), "short")
	refusal(t, err, backend.KindRefused, "doesn’t meet your organization’s rules")
	if c == nil || c.Name != "NEW_PASSWORD_REQUIRED" {
		t.Fatalf("the step is gone: %v", c)
	}
	_, c, err = s.Respond(t.Context(), " ")
	if err == nil || c == nil {
		t.Errorf("an empty password: %v, %v", c, err)
	}
	user, c, err := s.Respond(t.Context(), "with some spaces In 1t!")
	if err != nil || c != nil || user.Username != "newcomer" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
	if _, _, err := w.service().SignIn(t.Context(), "newcomer", "with some spaces In 1t!"); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestAuthenticatorApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.setMFA(t, types.UserPoolMfaTypeOn, true, false, false)
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		must(t, err)
		if c.Name != "MFA_SETUP" || len(c.Secret) < 16 {
			t.Fatalf("got %+v", c)
		}
		app := c.Secret
		_, c, err = s.Respond(t.Context(), "000000")
		refusal(t, err, backend.KindRefused, "code")
		if c == nil || c.Secret != app {
			t.Fatalf("the step is gone: %v", c)
		}
		code, err := totp.GenerateCode(app, time.Now())
		must(t, err)
		if user, _, err := s.Respond(t.Context(), code); err != nil || user.Username != "demo" {
			t.Fatalf("got %v, %v", user, err)
		}

		time.Sleep(time.Minute) // a code works once
		s = w.service()
		_, c, err = s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		must(t, err)
		if c.Name != "SOFTWARE_TOKEN_MFA" || c.Secret != "" {
			t.Fatalf("got %+v", c)
		}
		_, c, err = s.Respond(t.Context(), "123 456")
		refusal(t, err, backend.KindRefused, "code is wrong")
		if c == nil {
			t.Fatal("the step is gone")
		}
		code, err = totp.GenerateCode(app, time.Now())
		must(t, err)
		if user, _, err := s.Respond(t.Context(), code[:3]+" "+code[3:]); err != nil || user.Username != "demo" {
			t.Fatalf("got %v, %v", user, err)
		}

		s = w.service()
		_, _, err = s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		must(t, err)
		_, c, err = s.Respond(t.Context(), code)
		refusal(t, err, backend.KindRefused, "already used")
		if c == nil {
			t.Error("the next code cannot be given")
		}
		time.Sleep(time.Hour)
		_, c, err = s.Respond(t.Context(), code)
		refusal(t, err, backend.KindRefused, "too long")
		if c != nil {
			t.Error("a step whose time is over stays")
		}
	})
}

func TestSentCodesAndChoosing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.setMFA(t, types.UserPoolMfaTypeOn, false, true, true)
		w.addUser(t, "both", "Temporary-1234", attribute("email", "both@example.com"), attribute("email_verified", "true"),
			attribute("phone_number", "+15550100"), attribute("phone_number_verified", "true"))
		w.setPassword(t, "both", "Some-Passw0rd!")
		for _, choice := range []string{"SMS_MFA", "EMAIL_OTP"} {
			s := w.service()
			_, c, err := s.SignIn(t.Context(), "both", "Some-Passw0rd!")
			must(t, err)
			if c.Name != "SELECT_MFA_TYPE" || !cmp.Equal(c.Choices, []string{"SMS_MFA", "EMAIL_OTP"}) {
				t.Fatalf("got %+v", c)
			}
			_, c, err = s.Respond(t.Context(), "PIGEON")
			if err == nil || c == nil {
				t.Fatalf("a choice that is none: %v, %v", c, err)
			}
			_, c, err = s.Respond(t.Context(), choice)
			must(t, err)
			if c.Name != choice || c.Destination == "" || strings.Contains(c.Destination, "both@") {
				t.Fatalf("got %+v", c)
			}
			if user, _, err := s.Respond(t.Context(), w.code(t, "both")); err != nil || user.Username != "both" {
				t.Fatalf("%s: got %v, %v", choice, user, err)
			}
		}
	})
}

func TestSecondFactorThatCannotBeSetUpHere(t *testing.T) {
	w := newWorld(t)
	w.setMFA(t, types.UserPoolMfaTypeOn, false, true, false)
	_, _, err := w.service().SignIn(t.Context(), "demo", w.password(t, "demo"))
	refusal(t, err, backend.KindRefused, "SMS_MFA")
}

func TestCodesByEmailAreSetUp(t *testing.T) {
	w := newWorld(t)
	w.addUser(t, "bare", "Temporary-1234")
	w.setPassword(t, "bare", "Some-Passw0rd!")
	w.setMFA(t, types.UserPoolMfaTypeOn, true, true, true)
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "bare", "Some-Passw0rd!")
	asks(t, c, err, backend.StepChooseSetup)
	if !cmp.Equal(c.Choices, []string{"SOFTWARE_TOKEN_MFA", "EMAIL_OTP"}) {
		t.Errorf("the choices are %v", c.Choices)
	}
	_, c, err = s.Respond(t.Context(), "SMS_MFA")
	back(t, c, err, backend.StepChooseSetup, "isn’t one of the options")
	_, c, err = s.Respond(t.Context(), "EMAIL_OTP")
	asks(t, c, err, backend.StepEmailSetup)
	_, c, err = s.Respond(t.Context(), "bare at example")
	back(t, c, err, backend.StepEmailSetup, "a valid email address")
	_, c, err = s.Respond(t.Context(), " bare@example.com ")
	asks(t, c, err, "EMAIL_OTP")
	user, c, err := s.Respond(t.Context(), w.code(t, "bare"))
	if err != nil || c != nil || user.Username != "bare" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}

	w.addUser(t, "other", "Temporary-1234")
	w.setPassword(t, "other", "Some-Passw0rd!")
	_, c, err = s.SignIn(t.Context(), "other", "Some-Passw0rd!")
	asks(t, c, err, backend.StepChooseSetup)
	_, c, err = s.Respond(t.Context(), "SOFTWARE_TOKEN_MFA")
	asks(t, c, err, "MFA_SETUP")
	user, _, err = s.Respond(t.Context(), appCode(t, c.Secret))
	if err != nil || user.Username != "other" {
		t.Errorf("got %v, %v", user, err)
	}
}

func TestStatesOfAccounts(t *testing.T) {
	w := newWorld(t)
	_, err := w.admin.AdminResetUserPassword(t.Context(), &cognitoidentityprovider.AdminResetUserPasswordInput{
		UserPoolId: &w.out.UserPoolID, Username: &w.out.DemoUsers[0].Username})
	must(t, err)
	u := w.out.DemoUsers[0]
	_, c, err := w.service().SignIn(t.Context(), u.Username, u.Password)
	must(t, err)
	if c == nil || c.Name != backend.StepResetCode || !c.Resend {
		t.Errorf("a password that must be reset: %+v", c)
	}

	u = w.out.DemoUsers[1]
	_, err = w.admin.AdminDisableUser(t.Context(),
		&cognitoidentityprovider.AdminDisableUserInput{UserPoolId: &w.out.UserPoolID, Username: &u.Username})
	must(t, err)
	_, _, err = w.service().SignIn(t.Context(), u.Username, u.Password)
	refusal(t, err, backend.KindRefused, "disabled")
}

func TestResume(t *testing.T) {
	w := newWorld(t)
	if user, err := w.service().Resume(t.Context()); user != nil || err != nil {
		t.Fatalf("an empty keyring gives %v, %v", user, err)
	}
	w.signedIn(t, "demo").Forget()

	w.wire.cut()
	_, err := w.service().Resume(t.Context())
	refusal(t, err, backend.KindUnreachable, "isn’t responding")
	w.wire.mend()

	s := w.service()
	user, err := s.Resume(t.Context())
	if err != nil || user.Username != "demo" || user.Role != backend.RoleUser {
		t.Fatalf("got %v, %v", user, err)
	}
	_, err = s.Credentials().Retrieve(t.Context())
	must(t, err)

	_, err = w.admin.AdminUserGlobalSignOut(t.Context(), &cognitoidentityprovider.AdminUserGlobalSignOutInput{
		UserPoolId: &w.out.UserPoolID, Username: &user.Username})
	must(t, err)
	_, err = w.service().Resume(t.Context())
	refusal(t, err, backend.KindRefused, "has expired or was ended")
	if user, err := w.service().Resume(t.Context()); user != nil || err != nil {
		t.Errorf("a dead sign-in is kept: %v, %v", user, err)
	}
}

func TestResumeOfAnotherAppClient(t *testing.T) {
	w := newWorld(t)
	w.signedIn(t, "demo").Forget()
	o := w.options()
	o.ClientID = "another"
	if user, err := identity.New(o).Resume(t.Context()); user != nil || err != nil {
		t.Errorf("got %v, %v", user, err)
	}
}
