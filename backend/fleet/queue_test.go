package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// place waits until a desktop stands somewhere in the queue, and says where; 0 if it never does.
func (d *desktop) place() int {
	d.await(func(s backend.Snapshot) bool { return s.Queue != nil })
	if q := d.launcher.Snapshot().Queue; q != nil {
		return q.Position
	}
	return 0
}

// TestTheQueueIsFair: more people want an instance than there may be. Each sees their place, those who came first are
// served first, somebody who gives up or dies holds nobody up, a newcomer does not slip in, and there are never more
// instances than are allowed.
func TestTheQueueIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		few := figures
		few.PoolSize, few.MaxInstances = 0, 3
		w.launch(t, "keeper", userNo(50), true, 0, few, 1)
		time.Sleep(time.Minute)
		var all []*desktop
		for n := range 8 {
			d := w.launch(t, fmt.Sprint("desktop", n), userNo(n), false, 0, few, uint64(n))
			all = append(all, d)
			d.await(reached(backend.Idle))
			d.do(backend.WishStart)
			if n < 3 {
				if !d.await(reached(backend.Ready)) {
					t.Fatalf("%s stands at %+v", d.name, d.launcher.Snapshot())
				}
			} else if at := d.place(); at != n-2 {
				t.Fatalf("%s is at place %d, want %d", d.name, at, n-2)
			}
		}
		most := func() {
			t.Helper()
			v, err := w.truth(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(v.machines) > few.MaxInstances {
				t.Fatalf("%d instances, at most %d allowed", len(v.machines), few.MaxInstances)
			}
		}
		served := func(d *desktop, others ...*desktop) {
			t.Helper()
			if !d.await(reached(backend.Ready)) {
				t.Fatalf("%s stands at %s, %+v", d.name, d.launcher.Snapshot().Phase, d.launcher.Snapshot().Queue)
			}
			for _, o := range others {
				if s := o.launcher.Snapshot(); s.Queue == nil {
					t.Fatalf("%s was served out of turn", o.name)
				}
			}
			most()
		}
		most()
		all[0].do(backend.WishStop)
		served(all[3], all[4], all[5], all[6], all[7])
		all[4].do(backend.WishCancel)
		all[5].net.kill()
		time.Sleep(3 * time.Minute) // the ticket of the dead one lapses
		late := w.launch(t, "latecomer", userNo(8), false, 0, few, 8)
		late.await(reached(backend.Idle))
		all[1].do(backend.WishStop)
		late.do(backend.WishStart)
		served(all[6], all[7], late)
		all[2].do(backend.WishTerminate)
		served(all[7], late)
		all[3].do(backend.WishQuit)
		served(late)
		if s := all[4].launcher.Snapshot(); s.Phase != backend.Idle || s.Queue != nil {
			t.Errorf("who gave up stands at %s, %+v", s.Phase, s.Queue)
		}
	})
}

// TestTwoWhoLaunchAtOnceDoNotExceedTheMaximum: without a pool, everybody launches in the same moment.
func TestTwoWhoLaunchAtOnceDoNotExceedTheMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		few := figures
		few.PoolSize, few.MaxInstances = 2, 3
		all := []*desktop{w.launch(t, "keeper", userNo(50), true, 0, few, 1)}
		for n := range 8 {
			d := w.launch(t, fmt.Sprint("desktop", n), userNo(n), false, 0, few, uint64(n))
			d.net.set(func(net *network) { net.latency = time.Duration(10+n*7) * time.Millisecond })
			all = append(all, d)
		}
		time.Sleep(5 * time.Second)
		for _, d := range all {
			d.do(backend.WishStart)
		}
		ready := 0
		for range 60 {
			time.Sleep(5 * time.Second)
			v, err := w.truth(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(v.machines) > few.MaxInstances {
				t.Fatalf("%d instances, at most %d allowed", len(v.machines), few.MaxInstances)
			}
		}
		for _, d := range all {
			if d.launcher.Snapshot().Phase == backend.Ready {
				ready++
			}
		}
		if ready != few.MaxInstances {
			t.Errorf("%d are ready after five minutes, want %d", ready, few.MaxInstances)
		}
	})
}
