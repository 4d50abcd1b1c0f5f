package identity_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// Cognito takes each answer to a challenge, and each code, once. If its reply is lost on the way, a repeated call is
// refused although nothing is wrong with what the user typed.

// lose makes the next reply of an operation get lost, after the cloud has done what was asked.
func (w *world) lose(t *testing.T, operation string) {
	t.Helper()
	_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: operation,
		Kind: localcloud.FaultDropAfter, Count: 1})
	must(t, err)
}

// admits fails the test unless the sign-in is complete.
func admits(t *testing.T, user *backend.User, c *backend.Challenge, err error) {
	t.Helper()
	if err != nil || c != nil || user == nil {
		t.Fatalf("got %v, %+v, %v, want a user who is signed in", user, c, err)
	}
}

func TestLostReplyToThePassword(t *testing.T) {
	for _, operation := range []string{"InitiateAuth", "RespondToAuthChallenge"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.lose(t, operation)
				user, c, err := w.service().SignIn(t.Context(), "demo", w.password(t, "demo"))
				admits(t, user, c, err)
			})
		})
	}
}

func TestLostReplyToTheWrongPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.lose(t, "RespondToAuthChallenge")
		_, _, err := w.service().SignIn(t.Context(), "demo", "not it")
		refusal(t, err, backend.KindRefused, "Wrong user name or password")
	})
}

func TestLostReplyToEveryPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RespondToAuthChallenge",
			Kind: localcloud.FaultDropAfter})
		must(t, err)
		_, _, err = w.service().SignIn(t.Context(), "demo", w.password(t, "demo"))
		refusal(t, err, backend.KindUnreachable, "isn’t responding")
		if n := w.count("cognito-idp:RespondToAuthChallenge"); n != 9 {
			t.Errorf("the password was proved by %d calls, want 3 proofs of the 3 attempts that the SDK makes", n)
		}
	})
}

func TestLostReplyToTheDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.track(t, false)
		app := w.enrol(t)
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, c, err, "SOFTWARE_TOKEN_MFA")
		_, _, err = s.Respond(t.Context(), appCode(t, app))
		must(t, err)
		must(t, s.SignOut(t.Context()))
		for _, body := range []string{"DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"} {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RespondToAuthChallenge",
				Contains: body,
				Kind:     localcloud.FaultDropAfter, Count: 1})
			must(t, err)
			s := w.service()
			user, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
			admits(t, user, c, err)
			must(t, s.SignOut(t.Context()))
		}
	})
}

func TestLostReplyToAResetPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.service()
		_, c, err := s.Forgot(t.Context(), "demo")
		asks(t, c, err, backend.StepResetCode)
		_, c, err = s.Respond(t.Context(), w.code(t, "demo"))
		asks(t, c, err, backend.StepResetPassword)
		w.lose(t, "ConfirmForgotPassword")
		user, c, err := s.Respond(t.Context(), "A-new-Passw0rd")
		admits(t, user, c, err)
	})
}

func TestLostReplyToTheFirstPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.addUser(t, "newcomer", "Temporary-1234")
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "newcomer", "Temporary-1234")
		asks(t, c, err, "NEW_PASSWORD_REQUIRED")
		w.lose(t, "RespondToAuthChallenge")
		user, c, err := s.Respond(t.Context(), "A-new-Passw0rd")
		admits(t, user, c, err)
	})
}

func TestLostReplyToTheConfirmation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signUp(t, "fresh", "Some-Passw0rd!")
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "fresh", "Some-Passw0rd!")
		asks(t, c, err, backend.StepConfirm)
		w.lose(t, "ConfirmSignUp")
		user, c, err := s.Respond(t.Context(), w.code(t, "fresh"))
		admits(t, user, c, err)
	})
}

// TestLostReplyToACode asks for the next code: the one given is used up.
func TestLostReplyToACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.setMFA(t, types.UserPoolMfaTypeOn, true, false, false)
		app := w.enrol(t)
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, c, err, "SOFTWARE_TOKEN_MFA")
		w.lose(t, "RespondToAuthChallenge")
		_, c, err = s.Respond(t.Context(), appCode(t, app))
		refusal(t, err, backend.KindUnreachable, "isn’t responding")
		if c == nil || c.Name != "SOFTWARE_TOKEN_MFA" {
			t.Fatalf("got %+v, want to be asked again", c)
		}
		time.Sleep(time.Minute)
		user, c, err := s.Respond(t.Context(), appCode(t, app))
		admits(t, user, c, err)
	})
}

func TestLostReplyToASentCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.setMFA(t, types.UserPoolMfaTypeOn, false, false, true)
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, c, err, "EMAIL_OTP")
		w.lose(t, "RespondToAuthChallenge")
		_, c, err = s.Respond(t.Context(), w.code(t, "demo"))
		refusal(t, err, backend.KindUnreachable, "isn’t responding")
		if c == nil || c.Name != "EMAIL_OTP" {
			t.Fatalf("got %+v, want to be asked again", c)
		}
		user, c, err := s.Respond(t.Context(), w.code(t, "demo"))
		admits(t, user, c, err)
	})
}

// TestLostReplyWhileSettingUp loses each reply of setting up an authenticator app. Once the app is the user's, its next
// code is asked for; before that, setting up begins again.
func TestLostReplyWhileSettingUp(t *testing.T) {
	for _, operation := range []string{"AssociateSoftwareToken", "VerifySoftwareToken", "RespondToAuthChallenge"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.setMFA(t, types.UserPoolMfaTypeOn, true, false, false)
				s := w.service()
				if operation == "AssociateSoftwareToken" {
					w.lose(t, operation)
				}
				_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				asks(t, c, err, "MFA_SETUP")
				app := c.Secret
				if operation != "AssociateSoftwareToken" {
					w.lose(t, operation)
				}
				user, c, err := s.Respond(t.Context(), appCode(t, app))
				if operation != "AssociateSoftwareToken" {
					refusal(t, err, backend.KindUnreachable, "isn’t responding")
					if c == nil || c.Name != "SOFTWARE_TOKEN_MFA" {
						t.Fatalf("got %+v, want the app's next code to be asked for", c)
					}
					time.Sleep(time.Minute)
					user, c, err = s.Respond(t.Context(), appCode(t, app))
				}
				admits(t, user, c, err)
			})
		})
	}
}

// TestLostReplyThenNoNetwork leaves the step open as it was.
func TestLostReplyThenNoNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.addUser(t, "newcomer", "Temporary-1234")
		s := w.service()
		_, c, err := s.SignIn(t.Context(), "newcomer", "Temporary-1234")
		asks(t, c, err, "NEW_PASSWORD_REQUIRED")
		w.wire.cut()
		_, c, err = s.Respond(t.Context(), "A-new-Passw0rd")
		refusal(t, err, backend.KindUnreachable, "isn’t responding")
		if c == nil || c.Name != "NEW_PASSWORD_REQUIRED" {
			t.Fatalf("got %+v, want the step to stay open", c)
		}
		w.wire.mend()
		user, c, err := s.Respond(t.Context(), "A-new-Passw0rd")
		admits(t, user, c, err)
	})
}

// TestLostReplyOfTheAuthenticator enrols an app from the settings.
func TestLostReplyOfTheAuthenticator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		c, err := s.BeginAuthenticator(t.Context())
		must(t, err)
		w.lose(t, "VerifySoftwareToken")
		must(t, s.ConfirmAuthenticator(t.Context(), appCode(t, c.Secret)))
	})
}

// TestLostReplyToARotation: the pool takes a refresh token again for a moment, or not at all. Then the sign-in is over,
// but nobody has copied it.
func TestLostReplyToARotation(t *testing.T) {
	for grace, part := range map[int32]string{60: "", 0: "has expired or was ended"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.rotateWithin(t, grace)
			w.signedIn(t, "demo").Forget()
			w.lose(t, "GetTokensFromRefreshToken")
			user, err := w.service().Resume(t.Context())
			if part == "" {
				admits(t, user, nil, err)
				return
			}
			refusal(t, err, backend.KindRefused, part)
		})
	}
}
