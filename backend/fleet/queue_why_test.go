package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// TestTheQueueSaysWhyItWaits fills the pool: who waits is told why, and that an instance is about to come back.
func TestTheQueueSaysWhyItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		few := figures
		few.PoolSize, few.MaxInstances = 1, 1
		w.launch(t, "keeper", userNo(50), true, 0, few, 1)
		time.Sleep(2 * time.Minute)
		holds := w.launch(t, "holds", userNo(0), false, 0, few, 2)
		holds.await(reached(backend.Idle))
		holds.do(backend.WishStart)
		if !holds.await(reached(backend.Ready)) {
			t.Fatal("the first one is not ready")
		}
		waits := w.launch(t, "waits", userNo(1), false, 0, few, 3)
		waits.await(reached(backend.Idle))
		waits.do(backend.WishStart)
		said := func(part string) bool {
			return waits.await(func(s backend.Snapshot) bool {
				return s.Queue != nil && strings.Contains(s.Queue.Why.String(), part)
			})
		}
		if !said("(max_instances)") {
			t.Errorf("who waits is told %+v", waits.launcher.Snapshot().Queue)
		}
		holds.do(backend.WishStop)
		if !said("about a minute") {
			t.Errorf("who is served next is told %+v", waits.launcher.Snapshot().Queue)
		}
		if !waits.await(reached(backend.Ready)) {
			t.Errorf("who waited stands at %s", waits.launcher.Snapshot().Phase)
		}
	})
}

// TestTheQueueSaysThatTheQuotaIsUsedUp has the account's quota refuse every start: what comes back to the pool is not
// promised, and the user is told what to do.
func TestTheQueueSaysThatTheQuotaIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		few := figures
		few.PoolSize, few.MaxInstances = 1, 2
		w.launch(t, "keeper", userNo(50), true, 0, few, 1)
		time.Sleep(2 * time.Minute)
		w.cloud.SetVCPUQuota(0)
		waits := w.launch(t, "waits", userNo(1), false, 0, few, 3)
		waits.await(reached(backend.Idle))
		waits.do(backend.WishStart)
		if !waits.await(func(s backend.Snapshot) bool {
			return s.Queue != nil && strings.Contains(s.Queue.Why.String(), "request a higher quota")
		}) {
			t.Fatalf("who waits is told %+v", waits.launcher.Snapshot().Queue)
		}
		for range 60 {
			time.Sleep(time.Second)
			if q := waits.launcher.Snapshot().Queue; q != nil && strings.Contains(q.Why.String(), "about a minute") {
				t.Fatalf("it promises an instance: %q", q.Why)
			}
		}
	})
}
