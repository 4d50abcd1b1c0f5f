package fleet_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
)

// TestAWarmingInstanceWaitsForItsLine: a new instance whose avatar answers runs on until its log says that it is warm.
func TestAWarmingInstanceWaitsForItsLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := figures
		f.PoolSize = 1
		var warm atomic.Bool
		keeper := w.desktop(t, "keeper", func(o *fleet.Options) {
			o.Figures = f
			o.WarmLine = func(context.Context, string, time.Time) (bool, error) { return warm.Load(), nil }
		})
		keep(t, keeper)
		time.Sleep(10 * time.Minute)
		if got := w.count(t); got["running"] != 1 || got["stopped"] != 0 {
			t.Fatalf("without its line the new instance is %v", got)
		}
		warm.Store(true)
		time.Sleep(time.Minute)
		if got := w.count(t); got["stopped"] != 1 || got["running"] != 0 {
			t.Fatalf("after its line the new instance is %v", got)
		}
	})
}

// TestANewInstanceIsRehearsed: it boots twice before anybody can claim it; one that a session used is not rehearsed.
func TestANewInstanceIsRehearsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := figures
		f.PoolSize, f.Rehearse = 1, true
		d := w.launch(t, "keeper", userNo(1), true, 0, f, 1)
		for range 600 {
			v, err := w.truth(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			starts := d.made("StartInstances")
			for _, r := range v.rows {
				if r.State == backend.Warm && starts == 0 {
					t.Fatal("a new instance is warm without a rehearsal")
				}
			}
			time.Sleep(time.Second)
		}
		if n := d.made("StartInstances"); n != 1 {
			t.Errorf("the pool's one instance was started %d times, want once", n)
		}
		d.do(backend.WishStart)
		if !d.await(reached(backend.Ready)) {
			t.Fatalf("the start ends at %s", d.launcher.Snapshot().Phase)
		}
		before := d.launcher.Snapshot().Session.InstanceID
		d.do(backend.WishStop)
		d.await(reached(backend.Idle))
		d.net.set(func(n *network) { n.calls = nil })
		time.Sleep(2 * time.Minute)
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if v.rows[before].State != backend.Warm {
			t.Errorf("the used instance is %s", v.rows[before].State)
		}
	})
}

// made counts a desktop's calls of an operation.
func (d *desktop) made(operation string) int {
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	n := 0
	for _, c := range d.net.calls {
		if c == operation {
			n++
		}
	}
	return n
}

// TestEveryKillPointOfARehearsal: the keeper dies before or after each call about the rehearsal. Nothing runs on, and
// the next keeper fills the pool with instances that were rehearsed.
func TestEveryKillPointOfARehearsal(t *testing.T) {
	withoutRace(t)
	f := figures
	f.PoolSize, f.Rehearse = 1, true
	for _, operation := range []string{"UpdateItem", "POST schedules", "PUT schedules", "CreateTags", "StartInstances",
		"StopInstances"} {
		for _, ante := range []bool{true, false} {
			for _, next := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s ante=%v next=%v", operation, ante, next), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t)
						d := w.launch(t, "victim", userNo(1), true, 0, f, 1)
						for range 3000 { // until the first boot is over
							if w.count(t)["stopping"] > 0 {
								break
							}
							time.Sleep(100 * time.Millisecond)
						}
						d.net.set(func(n *network) { n.killAfter, n.killAnte = operation, ante })
						time.Sleep(3 * time.Minute)
						d.net.kill()
						<-d.done
						if next {
							w.launch(t, "next", userNo(2), true, 0, f, 2)
						}
						time.Sleep(50 * time.Minute)
						if w.count(t)["running"] > 0 {
							t.Fatal("an instance runs on")
						}
						v, err := w.truth(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						if left := v.settled(1, 0, w.out.ParkingAddress); next && len(left) > 0 {
							t.Fatal(strings.Join(left, "\n"))
						}
					})
				})
			}
		}
	}
}
