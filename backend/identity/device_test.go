package identity_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/pquerna/otp/totp"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// track makes the pool remember devices, and let a remembered one pass without a second factor.
func (w *world) track(t *testing.T, onPrompt bool) {
	t.Helper()
	_, err := w.admin.UpdateUserPool(t.Context(),
		&cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &w.out.UserPoolID,
			AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
			DeviceConfiguration: &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true,
				DeviceOnlyRememberedOnUserPrompt: onPrompt}})
	must(t, err)
	w.setMFA(t, types.UserPoolMfaTypeOn, true, false, false)
}

// enrol gives demo an authenticator, on a computer that is not remembered afterwards, and returns its secret.
func (w *world) enrol(t *testing.T) string {
	t.Helper()
	o := w.options()
	o.Keyring = identity.Memory()
	s := identity.New(o)
	_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
	asks(t, c, err, "MFA_SETUP")
	app := c.Secret
	_, c, err = s.Respond(t.Context(), appCode(t, app))
	must(t, err)
	if c != nil {
		_, _, err = s.Respond(t.Context(), backend.AnswerNo)
		must(t, err)
	}
	time.Sleep(time.Minute) // a code works once
	return app
}

func appCode(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	must(t, err)
	return code
}

func TestRememberedComputer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.track(t, false)
		app := w.enrol(t)

		s := w.service()
		_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, c, err, "SOFTWARE_TOKEN_MFA")
		user, c, err := s.Respond(t.Context(), appCode(t, app))
		if err != nil || c != nil || user.Username != "demo" {
			t.Fatalf("got %v, %v, %v", user, c, err)
		}
		must(t, s.SignOut(t.Context()))
		if users := w.ring.users(); len(users) != 1 || users[0] != "test/devices" {
			t.Errorf("after signing out the keyring holds %v", users)
		}

		s = w.service() // the device stands for the second factor
		user, c, err = s.SignIn(t.Context(), " DEMO", w.password(t, "demo"))
		if err != nil || c != nil || user.Username != "demo" {
			t.Fatalf("got %v, %+v, %v", user, c, err)
		}
		time.Sleep(2 * time.Hour)
		retrieve(t, s) // the refresh names the device
		s.Forget()
		s = w.service()
		_, err = s.Resume(t.Context())
		must(t, err)
		time.Sleep(2 * time.Hour)
		retrieve(t, s)

		// Somebody else on the same computer is a stranger to that device.
		_, c, err = w.service().SignIn(t.Context(), "alice", w.password(t, "alice"))
		asks(t, c, err, "MFA_SETUP")
	})
}

func TestComputerThatIsNoLongerRemembered(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *world, string){
		"forgotten by the pool": func(t *testing.T, w *world, key string) {
			_, err := w.admin.AdminForgetDevice(t.Context(), &cognitoidentityprovider.AdminForgetDeviceInput{
				UserPoolId: &w.out.UserPoolID, Username: aws.String("demo"), DeviceKey: &key})
			must(t, err)
		},
		"another secret": func(_ *testing.T, w *world, _ string) {
			w.ring.entries["test/devices"] = strings.Replace(w.ring.entries["test/devices"], `"password":"`, `"password":"x`, 1)
		},
		"no list of ours": func(_ *testing.T, w *world, _ string) { w.ring.entries["test/devices"] = "?" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.track(t, false)
				app := w.enrol(t)
				s := w.service()
				_, _, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				must(t, err)
				_, _, err = s.Respond(t.Context(), appCode(t, app))
				must(t, err)
				must(t, s.SignOut(t.Context()))
				var stored []struct{ Key string }
				must(t, json.Unmarshal([]byte(w.ring.entries["test/devices"]), &stored))
				spoil(t, w, stored[0].Key)
				time.Sleep(time.Minute)

				s = w.service()
				_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				asks(t, c, err, "SOFTWARE_TOKEN_MFA") // the second factor is wanted again
				user, c, err := s.Respond(t.Context(), appCode(t, app))
				if err != nil || c != nil || user.Username != "demo" {
					t.Fatalf("got %v, %v, %v", user, c, err)
				}
			})
		})
	}
}

func TestBeingAskedWhetherToRemember(t *testing.T) {
	for _, answer := range []string{backend.AnswerYes, backend.AnswerNo} {
		t.Run(answer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.track(t, true)
				app := w.enrol(t)
				s := w.service()
				_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				asks(t, c, err, "SOFTWARE_TOKEN_MFA")
				_, c, err = s.Respond(t.Context(), appCode(t, app))
				asks(t, c, err, backend.StepRemember)
				if _, err := s.Credentials().Retrieve(t.Context()); err == nil {
					t.Error("somebody is signed in before the last step")
				}
				_, c, err = s.Respond(t.Context(), "perhaps")
				back(t, c, err, backend.StepRemember, "neither yes nor no")
				user, c, err := s.Respond(t.Context(), answer)
				if err != nil || c != nil || user.Username != "demo" {
					t.Fatalf("got %v, %v, %v", user, c, err)
				}
				must(t, s.SignOut(t.Context()))
				time.Sleep(time.Minute)
				s = w.service()
				_, c, err = s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				must(t, err)
				if remembered := c == nil; remembered != (answer == backend.AnswerYes) {
					t.Errorf("after %s the next sign-in asks %+v", answer, c)
				}
				if answer == backend.AnswerYes {
					return
				}
				_, c, err = s.Respond(t.Context(), appCode(t, app)) // it is asked that once, not at every sign-in
				if err != nil || c != nil {
					t.Errorf("then comes %+v, %v", c, err)
				}
				if !slices.ContainsFunc(strings.Split(w.wire.sent.String(), "\n"), func(body string) bool { // in either order
					return strings.Contains(body, `"SOFTWARE_TOKEN_MFA_CODE":`) && strings.Contains(body, `"DEVICE_KEY":"`)
				}) {
					t.Error("the code does not come from the device")
				}
			})
		})
	}
}
