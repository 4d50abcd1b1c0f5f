package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// setBehavior sets how the cloud behaves from now on.
func (w *world) setBehavior(t *testing.T, b localcloud.Behavior) {
	t.Helper()
	if err := w.cloud.SetBehavior(b); err != nil {
		t.Fatal(err)
	}
}

// staleFigures are those of a pool of one.
func staleFigures(instances int) fleet.Figures {
	return fleet.Figures{PoolSize: 1, MaxInstances: instances, Window: 20 * time.Minute, Maximum: 12 * time.Hour,
		Grace: time.Minute, TTL: 10 * time.Second, ReadyTimeout: 10 * time.Minute}
}

// staleStop returns a world in which the armed stop of the only warm instance has fired and failed. Its retries go on
// for up to ten minutes, whatever becomes of the schedule.
func staleStop(t *testing.T, instances int) (w *world, instanceID string) {
	t.Helper()
	w = newWorld(t)
	keeper := w.as(t, "keeper", kim)
	keeper.Configure(staleFigures(instances))
	keep(t, keeper)
	time.Sleep(20 * time.Minute) // the stop of the warming instance has fired
	first := w.as(t, "user", demo)
	first.Configure(staleFigures(instances))
	session, _, _ := start(t, first, demo)
	if err := first.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
		t.Fatal(err)
	}
	w.setBehavior(t, localcloud.Behavior{RetriesSurvive: true, FailTargets: true})
	time.Sleep(time.Until(session.ExpireAt.Add(time.Minute + 30*time.Second)))
	return w, session.InstanceID
}

// TestAStaleStopMissesTheNextOwner: an armed stop that fails is tried again for ten minutes. Whether an update of the
// schedule ends that isn't documented, so no instance is given to a new owner meanwhile.
func TestAStaleStopMissesTheNextOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := staleStop(t, 1)
		go func() {
			time.Sleep(2 * time.Minute)
			w.setBehavior(t, localcloud.Behavior{RetriesSurvive: true})
		}()
		next := w.as(t, "user", alice)
		next.Configure(staleFigures(1))
		session, _, took := start(t, next, alice) // she waits in the queue
		if session.InstanceID != id || took > 15*time.Minute {
			t.Errorf("alice got %s after %v, want %s when its last stop is over", session.InstanceID, took, id)
		}
		time.Sleep(15 * time.Minute)
		if m, err := next.Machine(t.Context(), session.InstanceID); err != nil || m.State != backend.Running {
			t.Errorf("alice's instance is %+v, %v", m, err)
		}
	})
}

// TestAStaleStopIsRememberedOverADeath: a desktop dies after its claim and before it could find out that the earlier
// stop is still being tried. Another one of the same user doesn't go on with that instance.
func TestAStaleStopIsRememberedOverADeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := staleStop(t, 3)
		dying := w.launch(t, "dying", alice, false, 0, figures, 1)
		dying.net.set(func(n *network) { n.killAfter = "TransactWriteItems" })
		time.Sleep(5 * time.Second)
		dying.do(backend.WishStart)
		time.Sleep(5 * time.Second)
		if dying.alive() {
			t.Fatal("the desktop has made no claim")
		}
		session, _, _ := start(t, w.as(t, "user", alice), alice)
		if session.InstanceID == id {
			t.Errorf("alice got %s, whose last stop is still being tried", id)
		}
	})
}

// TestAFiredStopIsNoHindrance: the last owner's stop fired and did its work, so the instance is given out at once.
func TestAFiredStopIsNoHindrance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, id := staleStop(t, 1)
		w.setBehavior(t, localcloud.Behavior{})
		time.Sleep(5 * time.Minute) // the retry succeeded
		session, _, took := start(t, w.as(t, "user", alice), alice)
		if session.InstanceID != id || took > 20*time.Second {
			t.Errorf("alice got %s after %v, want %s", session.InstanceID, took, id)
		}
	})
}
