package identity_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// guarded is what guards the account.
func guarded(t *testing.T, s *identity.Service) backend.Security {
	t.Helper()
	out, err := s.Security(t.Context())
	must(t, err)
	return *out
}

func TestAuthenticatorWhileSignedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.setMFA(t, types.UserPoolMfaTypeOptional, true, false, false)
		s := w.signedIn(t, "demo")
		if guarded(t, s).Authenticator {
			t.Error("there is an authenticator before there is one")
		}
		time.Sleep(3 * time.Hour) // the access token is renewed when it is wanted
		c, err := s.BeginAuthenticator(t.Context())
		must(t, err)
		if c.Name != "MFA_SETUP" || c.Username != "demo" || len(c.Secret) < 16 ||
			!strings.HasPrefix(c.QR, "data:image/png;base64,") {
			t.Fatalf("got %+v", c)
		}
		if guarded(t, s).Authenticator {
			t.Error("it counts before it was proved")
		}
		refusal(t, s.ConfirmAuthenticator(t.Context(), " "), backend.KindRefused, "is empty")
		refusal(t, s.ConfirmAuthenticator(t.Context(), "000000"), backend.KindRefused, "doesn’t match the key")
		code := appCode(t, c.Secret)
		must(t, s.ConfirmAuthenticator(t.Context(), code[:3]+" "+code[3:]))
		if !guarded(t, s).Authenticator {
			t.Error("it does not count")
		}
		must(t, s.SignOut(t.Context()))
		time.Sleep(time.Minute)

		_, next, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, next, err, "SOFTWARE_TOKEN_MFA")
		_, _, err = s.Respond(t.Context(), appCode(t, c.Secret))
		must(t, err)
		must(t, s.RemoveAuthenticator(t.Context()))
		if guarded(t, s).Authenticator {
			t.Error("it still counts")
		}
		must(t, s.SignOut(t.Context()))
		if user, next, err := s.SignIn(t.Context(), "demo", w.password(t, "demo")); err != nil || next != nil ||
			user.Username != "demo" {
			t.Errorf("got %v, %v, %v", user, next, err)
		}
		if strings.Contains(w.log.String(), c.Secret) {
			t.Error("the secret is in the log")
		}
	})
}

func TestAccountsThatCannotBeLookedAfter(t *testing.T) {
	w := newWorld(t)
	s := w.service()
	for _, err := range []error{s.ForgetDevice(t.Context()), s.RemoveAuthenticator(t.Context()),
		s.ConfirmAuthenticator(t.Context(), "123456")} {
		refusal(t, err, backend.KindRefused, "You’re not signed in")
	}
	w.setMFA(t, types.UserPoolMfaTypeOff, false, false, false)
	s = w.signedIn(t, "demo")
	_, err := s.BeginAuthenticator(t.Context())
	refusal(t, err, backend.KindRefused, "doesn’t offer authenticator apps")
	refusal(t, s.ForgetDevice(t.Context()), backend.KindRefused, "isn’t on your list")
	must(t, s.SignOut(t.Context()))

	p := w.person(t)
	s = w.browsing(t, w.ports(t, 1), func(address string) error {
		go p.signIn(t, address, "demo", w.password(t, "demo"))
		return nil
	})
	_, err = s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	must(t, err)
	_, err = s.Security(t.Context())
	refusal(t, err, backend.KindRefused, "signing in with your user name and password")
}

// remembered is a service of demo's on a computer that the pool remembers, and the secret of the authenticator.
func (w *world) remembered(t *testing.T) (*identity.Service, string) {
	t.Helper()
	w.track(t, false)
	app := w.enrol(t)
	s := w.service()
	_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
	asks(t, c, err, "SOFTWARE_TOKEN_MFA")
	_, c, err = s.Respond(t.Context(), appCode(t, app))
	must(t, err)
	if c != nil {
		t.Fatalf("then comes %+v", c)
	}
	return s, app
}

func (w *world) devices(t *testing.T) int {
	t.Helper()
	out, err := w.admin.AdminListDevices(context.Background(), &cognitoidentityprovider.AdminListDevicesInput{
		UserPoolId: &w.out.UserPoolID, Username: aws.String("demo")})
	must(t, err)
	return len(out.Devices)
}

func TestForgettingThisComputer(t *testing.T) {
	for name, resumed := range map[string]bool{"at once": false, "After you quit": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s, app := w.remembered(t)
				if resumed {
					s.Forget()
					s = w.service()
					_, err := s.Resume(t.Context())
					must(t, err)
				}
				if d := guarded(t, s).Device; d != backend.DeviceRemembered {
					t.Errorf("this computer is %q", d)
				}
				before := w.devices(t)
				must(t, s.ForgetDevice(t.Context()))
				must(t, s.SignOut(t.Context()))
				w.ring.wantEmpty(t)
				if n := w.devices(t); n != before-1 {
					t.Errorf("Cognito knows %d devices, of %d before", n, before)
				}
				time.Sleep(time.Minute)
				_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				asks(t, c, err, "SOFTWARE_TOKEN_MFA")
				_, _, err = s.Respond(t.Context(), appCode(t, app))
				must(t, err)
			})
		})
	}
}

func TestForgettingThisComputerWithoutNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s, _ := w.remembered(t)
		time.Sleep(3 * time.Hour) // the access token has to be renewed, too
		w.wire.cut()
		refusal(t, s.ForgetDevice(t.Context()), backend.KindUnreachable, "Couldn’t forget this computer")
		_ = s.SignOut(t.Context())
		w.wire.mend()
		_, err := w.service().Resume(t.Context())
		must(t, err)
		w.ring.wantEmpty(t) // so nothing here can stand for the second factor
		_, c, err := w.service().SignIn(t.Context(), "demo", w.password(t, "demo"))
		asks(t, c, err, "SOFTWARE_TOKEN_MFA")
	})
}

func TestForgettingThisComputerBeforeItIsResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s, _ := w.remembered(t)
		s.Forget()
		refusal(t, w.service().ForgetDevice(t.Context()), backend.KindRefused, "You’re not signed in")
		if left := strings.Join(w.ring.users(), " "); strings.Contains(left, "devices") {
			t.Errorf("the keyring holds %s", left)
		}
	})
}

func TestComputerThatIsKnownAndNotRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.track(t, true)
		app := w.enrol(t)
		for answer, want := range map[string]backend.Device{backend.AnswerNo: backend.DeviceKnown,
			backend.AnswerYes: backend.DeviceRemembered} {
			w.ring = newRing()
			s := w.service()
			_, c, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
			asks(t, c, err, "SOFTWARE_TOKEN_MFA")
			_, c, err = s.Respond(t.Context(), appCode(t, app))
			asks(t, c, err, backend.StepRemember)
			_, _, err = s.Respond(t.Context(), answer)
			must(t, err)
			if d := guarded(t, s).Device; d != want {
				t.Errorf("after %s this computer is %q", answer, d)
			}
			time.Sleep(time.Minute) // a code works once
		}
	})
}
