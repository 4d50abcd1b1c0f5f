package identity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

func TestSignOut(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(t, "demo")
	copied := w.ring.copied()
	must(t, s.SignOut(t.Context()))
	if n := w.count("cognito-idp:RevokeToken"); n != 1 {
		t.Errorf("%d calls of RevokeToken", n)
	}
	w.ring.wantEmpty(t)
	o := w.options()
	o.Keyring = copied
	_, err := identity.New(o).Resume(t.Context())
	refusal(t, err, backend.KindRefused, "expired")
	must(t, s.SignOut(t.Context())) // again is no error
}

// TestSignOutWithoutNetwork deletes the sign-in at once, and revokes its token as soon as a later start can.
func TestSignOutWithoutNetwork(t *testing.T) {
	const revocations = "cognito-idp:RevokeToken"
	for name, cut := range map[string]func(*world) error{
		"no network": func(w *world) error { w.wire.cut(); return nil },
		"no answer, and nothing has happened": func(w *world) error {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
				Kind: localcloud.FaultDropBefore})
			return err
		},
		"no answer, and it has happened": func(w *world) error {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
				Kind: localcloud.FaultDropAfter})
			return err
		},
		"a fault of Cognito's": func(w *world) error {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
				Kind: localcloud.FaultError,
				Code: "InternalErrorException", Status: 500})
			return err
		},
		"is busy": func(w *world) error {
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
				Kind: localcloud.FaultError,
				Code: "TooManyRequestsException", Status: 400})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := w.signedIn(t, "demo")
				stolen := w.ring.copied()
				must(t, cut(w))
				err := s.SignOut(t.Context())
				var p *backend.Problem
				if !errors.As(err, &p) || !strings.Contains(p.Error(), "signed out on this computer") ||
					!strings.Contains(p.Next.String(), "next time it opens") {
					t.Errorf("got %v", err)
				}
				if users := w.ring.users(); slices.ContainsFunc(users, func(u string) bool {
					return !strings.HasPrefix(u, "test/revoke")
				}) || len(users) == 0 {
					t.Errorf("the keyring holds %v", users)
				}
				if user, err := w.service().Resume(t.Context()); user != nil || err != nil { // a start that finds the same
					t.Errorf("got %v, %v", user, err)
				}
				if len(w.ring.users()) == 0 {
					t.Error("the token is forgotten, and not revoked")
				}
				w.wire.mend()
				w.cloud.RemoveFault("")
				before := w.count(revocations)
				if user, err := w.service().Resume(t.Context()); user != nil || err != nil {
					t.Errorf("got %v, %v", user, err)
				}
				w.ring.wantEmpty(t)
				if n := w.count(revocations) - before; n != 1 {
					t.Errorf("%d calls of RevokeToken", n)
				}
				o := w.options()
				o.Keyring = stolen
				_, err = identity.New(o).Resume(t.Context())
				refusal(t, err, backend.KindRefused, "expired")
			})
		})
	}
}

// TestStartIsNotHeldUpByAnEarlierSignOut has a revocation that gets no answer: the sign-in that is kept
// is resumed soon.
func TestStartIsNotHeldUpByAnEarlierSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.wire.cut()
		s := w.service()
		w.wire.mend()
		_, _, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
		must(t, err)
		w.wire.cut()
		_ = s.SignOut(t.Context())
		w.wire.mend()
		_, err = w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
			Kind: localcloud.FaultLatency, Latency: time.Hour})
		must(t, err)
		w.signedIn(t, "alice").Forget()
		start := time.Now()
		user, err := w.service().Resume(t.Context())
		if err != nil || user.Username != "alice" || time.Since(start) > 6*time.Second {
			t.Errorf("after %v: %v, %v", time.Since(start), user, err)
		}
		w.cloud.RemoveFault("")
		_, _, err = s.SignIn(t.Context(), "demo", w.password(t, "demo")) // the same process tries again when it can
		must(t, err)
		if left := strings.Join(w.ring.users(), " "); strings.Contains(left, "revoke") {
			t.Errorf("the keyring holds %s", left)
		}
	})
}

// TestSignOutOfWhatCannotBeResumed is a sign-out of a launcher that started without network.
func TestSignOutOfWhatCannotBeResumed(t *testing.T) {
	w := newWorld(t)
	w.signedIn(t, "demo").Forget()
	stolen := w.ring.copied()
	w.wire.cut()
	s := w.service()
	_, err := s.Resume(t.Context())
	refusal(t, err, backend.KindUnreachable, "isn’t responding")
	refusal(t, s.SignOut(t.Context()), backend.KindUnreachable, "signed out on this computer")
	w.wire.mend()
	if user, err := w.service().Resume(t.Context()); user != nil || err != nil {
		t.Errorf("got %v, %v", user, err)
	}
	w.ring.wantEmpty(t)
	o := w.options()
	o.Keyring = stolen
	_, err = identity.New(o).Resume(t.Context())
	refusal(t, err, backend.KindRefused, "expired")
}

// TestSignOutThatACrashCutShort dies at every call of the keyring: the next start finds the sign-in as it was, or sees
// to it that its token is over and nothing is left.
func TestSignOutThatACrashCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := false // so far
		for call, done := 1, false; !done; call++ {
			w := newWorld(t)
			s := w.signedIn(t, "demo")
			stolen, left := w.ring.copied(), (*ring)(nil)
			n := 0
			w.ring.hook(func(string, string) error {
				if n++; n == call {
					left = w.ring.copied()
				}
				return nil
			})
			must(t, cutRevocations(w))
			_ = s.SignOut(t.Context())
			if done = left == nil; done {
				continue // there are not as many calls
			}
			w.cloud.RemoveFault("")
			o := w.options()
			o.Keyring = left
			user, err := identity.New(o).Resume(t.Context())
			must(t, err)
			if user != nil {
				if out {
					t.Errorf("dying at call %d leaves somebody signed in", call)
				}
				continue
			}
			out = true
			left.wantEmpty(t)
			o.Keyring = stolen
			_, err = identity.New(o).Resume(t.Context())
			refusal(t, err, backend.KindRefused, "expired")
		}
		if !out {
			t.Error("it never signed out")
		}
	})
}

// cutRevocations lets no RevokeToken arrive.
func cutRevocations(w *world) error {
	_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "RevokeToken",
		Kind: localcloud.FaultDropBefore})
	return err
}
