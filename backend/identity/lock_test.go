package identity_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// turns is a lock of processes that are goroutines here.
func turns() identity.Lock {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context) (func(), error) {
		select {
		case turn <- struct{}{}:
			return func() { <-turn }, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// slow makes every call of the keyring take some time, so that processes come between one another's.
func slow(string, string) error {
	time.Sleep(10 * time.Millisecond)
	return nil
}

// TestRotationBetweenProcesses: a window runs while commands use the same keyring. With locks nobody ever meets a token
// that is over, even without a grace period.
func TestRotationBetweenProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rotate(t)
		w.ring.hook(slow)
		o := w.options()
		o.Locks = identity.Locks{Refresh: turns(), Entries: turns()}
		window := identity.New(o)
		_, _, err := window.SignIn(t.Context(), "demo", w.password(t, "demo"))
		must(t, err)
		for range 3 {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					command := identity.New(o)
					if u, err := command.Resume(t.Context()); err != nil || u == nil || u.Username != "demo" {
						t.Errorf("a command signs in as %v: %v", u, err)
						return
					}
					retrieve(t, command)
				})
			}
			all.Wait()
			time.Sleep(2 * time.Hour)
			retrieve(t, window)
		}
		must(t, window.SignOut(t.Context()))
		w.ring.wantEmpty(t)
		if u, err := identity.New(o).Resume(t.Context()); u != nil || err != nil {
			t.Errorf("after the sign-out: %v, %v", u, err)
		}
	})
}

// TestReuseErasesNothingNewer: a launcher that knows no lock, or whose lock's file cannot be made, meets a token that
// another one has just used. The newer sign-in stays, and is used.
func TestReuseErasesNothingNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rotate(t)
		w.signedIn(t, "demo").Forget()
		w.ring.hook(slow)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { _, _ = w.service().Resume(t.Context()) })
		}
		all.Wait()
		if _, err := w.service().Resume(t.Context()); err != nil {
			t.Errorf("the sign-in did not outlive two commands at once: %v", err)
		}
	})
}

// TestAnotherProcessSignedIn: what a running launcher stores replaces its own sign-in only.
func TestAnotherProcessSignedIn(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *world){
		"as somebody else": func(t *testing.T, w *world) { w.signedIn(t, "alice") },
		"out": func(t *testing.T, w *world) {
			s := w.service()
			_, err := s.Resume(t.Context())
			must(t, err)
			must(t, s.SignOut(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.rotate(t)
				window := w.signedIn(t, "demo")
				change(t, w)
				before := w.ring.text()
				time.Sleep(2 * time.Hour)
				_, _ = window.Credentials().Retrieve(t.Context())
				if w.ring.text() != before {
					t.Error("the running launcher wrote over what another process left")
				}
			})
		})
	}
}

// TestLockThatIsNotGivenBack: a process that was stopped in a terminal holds the lock for ever.
func TestLockThatIsNotGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signedIn(t, "demo").Forget()
		o := w.options()
		o.Locks.Refresh = turns()
		unlock, err := o.Locks.Refresh(t.Context())
		must(t, err)
		s := identity.New(o)
		_, err = s.Resume(t.Context())
		refusal(t, err, backend.KindBusy, "Another launcher on this computer")
		unlock()
		_, err = s.Resume(t.Context())
		must(t, err)
	})
}
