package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

const bootCold = 25 * time.Second // as in newWorld

// TestStartsByRoundTrip measures what a start takes beyond the instance's own boot, at different distances from the
// cloud: the calls that follow one another, and the waits between looks at the instance.
func TestStartsByRoundTrip(t *testing.T) {
	for _, cold := range []bool{false, true} {
		kind, boot := "warm", bootWarm
		if cold {
			kind, boot = "cold", bootCold
		}
		var near time.Duration
		for _, trip := range []time.Duration{0, 40 * time.Millisecond, 150 * time.Millisecond} {
			over := beyondBoot(t, cold, trip, boot)
			figure(t, fmt.Sprintf("a %s start beyond the boot, %v round trip, median of %d", kind, trip, len(over)), "ms",
				float64(percentile(over, 0.5))/float64(time.Millisecond), "", true)
			if trip == 0 {
				near = percentile(over, 0.5)
			}
			if p := percentile(over, 0.5); p < 0 || p > near+12*trip {
				t.Errorf("a %s start at %v takes %v beyond the boot, want at most 12 round trips more than %v", kind, trip, p, near)
			}
		}
	}
}

// beyondBoot starts a few times and returns how long each start took, less the time of the boot.
func beyondBoot(t *testing.T, cold bool, trip, boot time.Duration) (over []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, size := newWorld(t), figures
		if cold {
			size.PoolSize = 0
		}
		w.launch(t, "keeper", userNo(50), true, 0, size, 1)
		time.Sleep(3 * time.Minute)
		for i := range setting("STARTS", 3) {
			d := w.launch(t, fmt.Sprint("desktop", i), userNo(i), false, 0, size, uint64(2+i))
			d.net.set(func(n *network) { n.latency = trip })
			if !d.await(reached(backend.Idle)) {
				t.Fatalf("it stands at %s", d.launcher.Snapshot().Phase)
			}
			d.do(backend.WishTouch) // somebody is at the window
			time.Sleep(2 * time.Second)
			synctest.Wait()
			snapshots, cancel := d.launcher.Watch()
			pressed := time.Now()
			d.do(backend.WishStart)
			for s := range snapshots {
				if s.Phase == backend.Failed {
					t.Fatalf("the start failed: %v", s.Problem)
				}
				if s.Phase == backend.Ready {
					break
				}
			}
			cancel()
			if d.launcher.Snapshot().Cold != cold {
				t.Fatalf("the start was not as wanted: cold is %v", !cold)
			}
			over = append(over, time.Since(pressed)-boot)
			d.do(backend.WishTerminate)
			d.await(reached(backend.Idle))
			time.Sleep(5 * time.Minute)
		}
	})
	return over
}

// TestAnIdleHour counts the calls of a launcher that is signed in and does nothing, beside one that keeps the pool.
func TestAnIdleHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		keeper := w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
		time.Sleep(10 * time.Minute)
		d := w.launch(t, "desktop", userNo(1), false, 0, figures, 2)
		d.await(reached(backend.Idle))
		time.Sleep(time.Minute)
		for _, x := range []*desktop{keeper, d} {
			x.net.set(func(n *network) { n.calls = nil })
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		idle := d.callCount()
		figure(t, "calls of an hour, signed in and idle", "calls", float64(idle), "fewer than 10", idle < 10)
		figure(t, "calls of an hour, keeping a pool that is full", "calls", float64(keeper.callCount()), "", true)
		if idle >= 10 {
			t.Errorf("a launcher that does nothing made %d calls in an hour, want fewer than 10: %v", idle, d.net.count())
		}
	})
}
