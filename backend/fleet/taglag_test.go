package fleet_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

var kim = backend.User{ID: "33333333-3333-4333-8333-333333333333", Username: "kim"}

// lagging returns a world whose policies see tags three seconds late, with one warm
// instance of most, and its keeper running.
func lagging(t *testing.T, most int) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.cloud.SetBehavior(localcloud.Behavior{TagLag: 3 * time.Second}); err != nil {
		t.Fatal(err)
	}
	keeper := w.as(t, "keeper", kim)
	keeper.Configure(fleet.Figures{
		PoolSize:     1,
		MaxInstances: most,
		Window:       time.Hour,
		Maximum:      12 * time.Hour,
		Grace:        time.Minute,
		TTL:          10 * time.Second,
		ReadyTimeout: 10 * time.Minute,
	})
	keep(t, keeper)
	time.Sleep(3 * time.Minute)
	return w
}

// awaitWarm waits until an instance is warm, and not a moment longer.
func awaitWarm(t *testing.T, s *fleet.Service, instanceID string) {
	t.Helper()
	for range 6000 {
		pool, err := s.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pool.Members {
			if m.InstanceID == instanceID && m.State == backend.Warm {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s was not warm again in ten minutes", instanceID)
}

// TestAClaimRightAfterAScrub: policies still see the owner tag of the user before.
func TestAClaimRightAfterAScrub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := lagging(t, 1)
		first := w.as(t, "user", demo)
		session, _, _ := start(t, first, demo)
		time.Sleep(time.Minute)
		if err := first.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		awaitWarm(t, w.desktop(t, "operator"), session.InstanceID)
		next, _, took := start(t, w.as(t, "user", alice), alice)
		if next.InstanceID != session.InstanceID || took > 15*time.Second {
			t.Errorf("it got %s after %v, want %s", next.InstanceID, took, session.InstanceID)
		}
	})
}

// TestALaunchWhoseTagsAreSeenLate: policies see no tags on the instance that has just been launched.
func TestALaunchWhoseTagsAreSeenLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := lagging(t, 3)
		start(t, w.as(t, "user", demo), demo) // the warm one
		session, _, _ := start(t, w.as(t, "user", alice), alice)
		if !session.Cold {
			t.Error("the second start was not cold")
		}
	})
}

// TestAStopBeforeTheTagsAreSeen: a start is broken off as soon as the instance is tagged.
func TestAStopBeforeTheTagsAreSeen(t *testing.T) {
	ends := map[string]func(*fleet.Service, context.Context, backend.Session, messages.Message) error{
		"stop": (*fleet.Service).Stop, "terminate": (*fleet.Service).Terminate,
	}
	for name, end := range ends {
		for _, warm := range []bool{true, false} {
			t.Run(map[bool]string{true: "warm ", false: "cold "}[warm]+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := lagging(t, 3)
					if !warm {
						start(t, w.as(t, "user", alice), alice)
					}
					s := w.as(t, "user", demo)
					ctx, cancel := context.WithCancel(t.Context())
					_, err := s.Start(ctx, demo, func(p backend.Progress) {
						if p.Phase == backend.Arming {
							time.AfterFunc(100*time.Millisecond, cancel)
						}
					})
					if err == nil {
						t.Fatal("the start was not broken off")
					}
					session, err := s.Current(t.Context(), demo)
					if err != nil || session == nil || session.InstanceID == "" {
						t.Fatalf("the session is %+v, %v", session, err)
					}
					if err := end(s, t.Context(), *session, messages.Verbatim("test")); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}
