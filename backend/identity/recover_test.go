package identity_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// signUp makes an account as its owner would, not confirmed yet.
func (w *world) signUp(t *testing.T, name, password string) {
	t.Helper()
	_, err := w.admin.SignUp(t.Context(),
		&cognitoidentityprovider.SignUpInput{ClientId: &w.out.ClientID, Username: &name, Password: &password,
			UserAttributes: []types.AttributeType{attribute("email", name+"@example.com")}})
	must(t, err)
}

// asks fails the test unless a step of that name is open.
func asks(t *testing.T, c *backend.Challenge, err error, name string) {
	t.Helper()
	must(t, err)
	if c == nil || c.Name != name {
		t.Fatalf("got %+v, want %s", c, name)
	}
}

// back fails the test unless the answer was refused with the part, and a step of that name is open for another.
func back(t *testing.T, c *backend.Challenge, err error, name, part string) {
	t.Helper()
	refusal(t, err, backend.KindRefused, part)
	if c == nil || c.Name != name {
		t.Fatalf("got %+v, want %s again", c, name)
	}
}

func TestForgottenPassword(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	_, _, err := s.Forgot(t.Context(), "  ")
	refusal(t, err, backend.KindRefused, "The user name is missing")

	_, c, err := s.Forgot(t.Context(), " Demo ")
	asks(t, c, err, backend.StepResetCode)
	if !c.Resend || !strings.Contains(c.Destination, "***") || strings.Contains(c.Destination, "demo@") {
		t.Errorf("got %+v", c)
	}
	old := w.code(t, "demo")
	_, c, err = s.Resend(t.Context())
	asks(t, c, err, backend.StepResetCode)
	fresh := w.code(t, "demo")

	wrong := "000000"
	_, c, err = s.Respond(t.Context(), wrong)
	asks(t, c, err, backend.StepResetPassword)
	_, c, err = s.Respond(t.Context(), "A-new-Passw0rd")
	back(t, c, err, backend.StepResetCode, "code is wrong")
	if old == fresh {
		t.Fatal("the second code is the first")
	}
	_, c, err = s.Respond(t.Context(), fresh)
	asks(t, c, err, backend.StepResetPassword)
	_, c, err = s.Respond(t.Context(), "short")
	back(t, c, err, backend.StepResetPassword, "doesn’t meet your organization’s rules")
	user, c, err := s.Respond(t.Context(), "A new Passw0rd, with blanks")
	if err != nil || c != nil || user.Username != "demo" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
	_, _, err = w.service().SignIn(t.Context(), "demo", w.password(t, "demo"))
	refusal(t, err, backend.KindRefused, "Wrong user name or password")
}

func TestPasswordThatMustBeReset(t *testing.T) {
	w := newWorld(t)
	_, err := w.admin.AdminResetUserPassword(t.Context(), &cognitoidentityprovider.AdminResetUserPasswordInput{
		UserPoolId: &w.out.UserPoolID, Username: &w.out.DemoUsers[0].Username})
	must(t, err)
	name := w.out.DemoUsers[0].Username
	s := w.service()
	_, c, err := s.SignIn(t.Context(), name, w.password(t, name))
	asks(t, c, err, backend.StepResetCode)
	_, c, err = s.Respond(t.Context(), w.code(t, name))
	asks(t, c, err, backend.StepResetPassword)
	if user, c, err := s.Respond(t.Context(), "Another-Passw0rd"); err != nil || c != nil || user.Username != name {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
}

// TestForgottenByNobody tells a stranger nothing about who has an account.
func TestForgottenByNobody(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	_, c, err := s.Forgot(t.Context(), "nobody")
	asks(t, c, err, backend.StepResetCode)
	_, c, err = s.Respond(t.Context(), "123456")
	asks(t, c, err, backend.StepResetPassword)
	_, c, err = s.Respond(t.Context(), "A-new-Passw0rd")
	back(t, c, err, backend.StepResetCode, "expired or was already used")
}

func TestForgottenWithoutAnAddress(t *testing.T) {
	w := newWorld(t)
	w.addUser(t, "newcomer", "Temporary-1234")
	_, _, err := w.service().Forgot(t.Context(), "newcomer")
	refusal(t, err, backend.KindRefused, "its first temporary password")
	w.setPassword(t, "newcomer", "Some-Passw0rd!")
	_, _, err = w.service().Forgot(t.Context(), "newcomer")
	refusal(t, err, backend.KindRefused, "no verified email address")
}

func TestUnconfirmedAccount(t *testing.T) {
	w := newWorld(t)
	w.signUp(t, "fresh", "Some-Passw0rd!")
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "fresh", "Some-Passw0rd!")
	asks(t, c, err, backend.StepConfirm)
	if !c.Resend || c.Username != "fresh" {
		t.Errorf("got %+v", c)
	}
	_, c, err = s.Respond(t.Context(), "000000")
	back(t, c, err, backend.StepConfirm, "code is wrong")
	_, c, err = s.Resend(t.Context())
	asks(t, c, err, backend.StepConfirm)
	if !strings.Contains(c.Destination, "***") {
		t.Errorf("it does not say where the code went: %+v", c)
	}
	code := w.code(t, "fresh")
	user, c, err := s.Respond(t.Context(), code[:3]+" "+code[3:])
	if err != nil || c != nil || user.Username != "fresh" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
}

// TestConfirmedMeanwhile signs in a user who was confirmed elsewhere, whatever code they type.
func TestConfirmedMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.signUp(t, "fresh", "Some-Passw0rd!")
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "fresh", "Some-Passw0rd!")
	asks(t, c, err, backend.StepConfirm)
	name := "fresh"
	_, err = w.admin.AdminConfirmSignUp(t.Context(),
		&cognitoidentityprovider.AdminConfirmSignUpInput{UserPoolId: &w.out.UserPoolID, Username: &name})
	must(t, err)
	_, c, err = s.Resend(t.Context())
	back(t, c, err, backend.StepConfirm, "doesn’t need a code")
	if user, c, err := s.Respond(t.Context(), "123456"); err != nil || c != nil || user.Username != "fresh" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
}

func TestAnotherCodeForASecondFactor(t *testing.T) {
	w := newWorld(t)
	w.setMFA(t, types.UserPoolMfaTypeOn, false, true, true)
	w.addUser(t, "both", "Temporary-1234", attribute("email", "both@example.com"), attribute("email_verified", "true"),
		attribute("phone_number", "+15550100"), attribute("phone_number_verified", "true"))
	w.setPassword(t, "both", "Some-Passw0rd!")
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "both", "Some-Passw0rd!")
	asks(t, c, err, "SELECT_MFA_TYPE")
	if c.Resend {
		t.Error("a choice has no code to send again")
	}
	_, c, err = s.Respond(t.Context(), "EMAIL_OTP")
	asks(t, c, err, "EMAIL_OTP")
	old := w.code(t, "both")
	_, c, err = s.Resend(t.Context())
	asks(t, c, err, "EMAIL_OTP")
	if w.code(t, "both") == old {
		t.Fatal("no other code was sent")
	}
	if user, c, err := s.Respond(t.Context(), w.code(t, "both")); err != nil || c != nil || user.Username != "both" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
}

// TestALeftStepIsGone wants nothing to be answered after Leave, and nobody signed in.
func TestALeftStepIsGone(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	_, c, err := s.Forgot(t.Context(), "demo")
	asks(t, c, err, backend.StepResetCode)
	s.Leave()
	for _, ask := range []func() (*backend.User, *backend.Challenge, error){
		func() (*backend.User, *backend.Challenge, error) { return s.Respond(t.Context(), w.code(t, "demo")) },
		func() (*backend.User, *backend.Challenge, error) { return s.Resend(t.Context()) },
	} {
		user, c, err := ask()
		refusal(t, err, backend.KindRefused, "nothing to answer")
		if user != nil || c != nil {
			t.Errorf("got %v, %v", user, c)
		}
	}
}

// TestSignInSignsOutWhoWasBefore revokes the first one's token, which nobody would ever revoke otherwise.
func TestSignInSignsOutWhoWasBefore(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(t, "demo")
	before := w.ring.copied()
	_, _, err := s.SignIn(t.Context(), "alice", w.password(t, "alice"))
	must(t, err)
	if n := w.count("cognito-idp:RevokeToken"); n != 1 {
		t.Errorf("%d calls of RevokeToken", n)
	}
	w.ring = before
	_, err = w.service().Resume(t.Context())
	refusal(t, err, backend.KindRefused, "expired")
}

// TestRecoveryThatIsBusy leaves the step open for another try where Cognito wants a pause.
func TestRecoveryThatIsBusy(t *testing.T) {
	for code, part := range map[string]string{"LimitExceededException": "usage limit",
		"TooManyFailedAttemptsException": "Too many wrong tries"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			s := w.service()
			_, c, err := s.Forgot(t.Context(), "demo")
			asks(t, c, err, backend.StepResetCode)
			_, err = w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "ConfirmForgotPassword",
				Kind: localcloud.FaultError, Code: code, Status: 400})
			must(t, err)
			_, c, err = s.Respond(t.Context(), w.code(t, "demo"))
			asks(t, c, err, backend.StepResetPassword)
			_, c, err = s.Respond(t.Context(), "A-new-Passw0rd")
			refusal(t, err, backend.KindBusy, part)
			if c == nil || c.Name != backend.StepResetPassword {
				t.Fatalf("%s: the step is gone: %+v", code, c)
			}
			w.cloud.RemoveFault("")
			if user, c, err := s.Respond(t.Context(), "A-new-Passw0rd"); err != nil || c != nil || user.Username != "demo" {
				t.Fatalf("got %v, %v, %v", user, c, err)
			}
		})
	}
}
