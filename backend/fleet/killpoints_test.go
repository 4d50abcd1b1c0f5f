package fleet_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// killPoint is one place at which a process can die: before its call number n is sent, or after that call took effect
// and before its answer arrived.
type killPoint struct {
	call int
	ante bool
	name string // the call's operation
}

// sequence is something that a desktop does call by call. prepare runs before the calls are counted.
type sequence struct {
	name    string
	warm    bool // a full pool is there before
	prepare func(*desktop)
	lack    string // a type that AWS has no capacity for while the sequence runs
	reserve bool   // there is reserved capacity
	do      func(*desktop)
	over    func(backend.Snapshot) bool
}

func reached(p backend.Phase) func(backend.Snapshot) bool {
	return func(s backend.Snapshot) bool { return s.Phase == p && !s.Adopting }
}

var sequences = []sequence{
	{name: "warm start", warm: true, do: func(d *desktop) { d.do(backend.WishStart) }, over: reached(backend.Ready)},
	{name: "cold start", do: func(d *desktop) { d.do(backend.WishStart) }, over: reached(backend.Ready)},
	{name: "start as another type", warm: true, lack: "g5.2xlarge",
		do: func(d *desktop) { d.do(backend.WishStart) }, over: reached(backend.Ready)},
	{name: "start in the reservation", lack: "g5.2xlarge", reserve: true,
		do: func(d *desktop) { d.do(backend.WishStart) }, over: reached(backend.Ready)},
	{name: "extend", warm: true, prepare: begin, do: func(d *desktop) { d.do(backend.WishExtend) },
		over: func(s backend.Snapshot) bool {
			return s.Session != nil && s.Timers[0].At.Sub(s.Session.CreationTime) > 61*time.Minute
		}},
	{
		name:    "stop",
		warm:    true,
		prepare: begin,
		do:      func(d *desktop) { d.do(backend.WishStop) },
		over:    reached(backend.Idle),
	},
	{
		name:    "terminate",
		warm:    true,
		prepare: begin,
		do:      func(d *desktop) { d.do(backend.WishTerminate) },
		over:    reached(backend.Idle),
	},
	{
		name:    "quit",
		warm:    true,
		prepare: begin,
		do:      func(d *desktop) { d.do(backend.WishQuit) },
		over:    reached(backend.SignedOut),
	},
}

func begin(d *desktop) {
	d.do(backend.WishStart)
	d.await(reached(backend.Ready))
	time.Sleep(10 * time.Minute)
}

// await lets time pass until the desktop's snapshot is as wished, ten minutes at most; false where it never was.
func (d *desktop) await(over func(backend.Snapshot) bool) bool {
	for range 6000 {
		if over(d.launcher.Snapshot()) {
			return true
		}
		if !d.alive() {
			return false
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

// TestEveryKillPoint enumerates the calls of each sequence; for each, the process dies there, and both the same user's
// next launch and another desktop's keeper bring the world back to the invariants.
func TestEveryKillPoint(t *testing.T) {
	everyKillPoint(t, sequence.calls, []string{"next launch", "keeper"}, sequence.dieAt)
}

// everyKillPoint lets a process die at the calls of each sequence, before and after each, and be mended in each of
// ways. It takes every so-manieth of all these.
func everyKillPoint(t *testing.T, list func(sequence, *testing.T) []string, ways []string,
	dieAt func(s sequence, t *testing.T, p killPoint, how string)) {
	tested, every := 0, sample("KILL_POINTS", 20)
	for _, seq := range sequences {
		var calls []string
		synctest.Test(t, func(t *testing.T) { calls = list(seq, t) })
		if len(calls) < 3 {
			t.Fatalf("%s makes the calls %v only", seq.name, calls)
		}
		t.Logf("%s: %d calls: %s", seq.name, len(calls), strings.Join(calls, " "))
		for n, name := range calls {
			for _, ante := range []bool{true, false} {
				p := killPoint{n + 1, ante, name}
				for _, how := range ways {
					if tested++; tested%every != 0 {
						continue
					}
					t.Run(fmt.Sprintf("%s/%d %s ante=%v/%s", seq.name, p.call, p.name, ante, how), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { dieAt(seq, t, p, how) })
					})
				}
			}
		}
	}
}

// world makes the world in which the sequence begins: its desktop keeps no pool, so that all its calls are the
// sequence's own.
func (seq sequence) world(t *testing.T) (*world, *desktop) {
	w := newWorld(t)
	if seq.warm {
		keeper := w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
		time.Sleep(3 * time.Minute)
		keeper.do(backend.WishQuit)
		<-keeper.done
	}
	d := w.launch(t, "victim", userNo(1), false, 0, figures, 2)
	d.await(reached(backend.Idle))
	if seq.prepare != nil {
		seq.prepare(d)
	}
	seq.limit(w)
	synctest.Wait()
	return w, d
}

// limit takes the capacity away that the sequence begins without.
func (seq sequence) limit(w *world) {
	if seq.lack != "" {
		w.cloud.SetCapacity("", seq.lack, 0)
	}
	if seq.reserve {
		w.cloud.SetCapacity("", "", 0)
		w.cloud.SetReservation(reservation, "us-east-1a", "g5.2xlarge", 2)
	}
}

// unlimit gives back the capacity without which the pool cannot be filled again.
func (seq sequence) unlimit(w *world) {
	if seq.reserve {
		w.cloud.SetCapacity("", "", -1)
	}
}

// calls runs the sequence undisturbed and lists its calls.
func (seq sequence) calls(t *testing.T) []string {
	_, d := seq.world(t)
	d.net.set(func(n *network) { n.calls = nil })
	seq.do(d)
	if !d.await(seq.over) {
		t.Fatalf("%s came to nothing: %+v", seq.name, d.launcher.Snapshot())
	}
	synctest.Wait()
	var calls []string
	d.net.set(func(n *network) {
		for _, c := range n.calls {
			if c != "GET healthz" {
				calls = append(calls, c)
			}
		}
	})
	return calls
}

// dieAt runs the sequence until it dies, then what is to mend it, and compares the world with the invariants.
func (seq sequence) dieAt(t *testing.T, p killPoint, how string) {
	w, d := seq.world(t)
	d.net.set(func(n *network) { n.killIn, n.killAnte = p.call, p.ante })
	seq.do(d)
	d.await(seq.over)
	d.net.kill()
	<-d.done
	seq.unlimit(w)
	unowned := map[string]time.Time{}
	look := func() truth {
		t.Helper()
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	check := func(kept time.Time) {
		t.Helper()
		if faults := look().broken(time.Now(), figures, unowned, kept, w.out.ParkingAddress); len(faults) > 0 {
			t.Fatalf("%s", strings.Join(faults, "\n"))
		}
	}
	check(time.Time{})
	time.Sleep(20 * time.Second)
	if how == "next launch" {
		again := w.launch(t, "again", userNo(1), true, 0, figures, 3)
		if !again.await(func(s backend.Snapshot) bool {
			return !s.Adopting && (s.Phase == backend.Idle || s.Phase == backend.Ready || s.Phase == backend.Failed)
		}) {
			t.Fatalf("the next launch stands at %s", again.launcher.Snapshot().Phase)
		}
		again.do(backend.WishStart)
		if !again.await(reached(backend.Ready)) {
			t.Fatalf("the next start ends at %s: %v", again.launcher.Snapshot().Phase, again.launcher.Snapshot().Problem)
		}
		check(time.Time{})
		again.do(backend.WishStop)
		if !again.await(reached(backend.Idle)) {
			t.Fatalf("the next stop ends at %s: %v", again.launcher.Snapshot().Phase, again.launcher.Snapshot().Problem)
		}
		time.Sleep(25 * time.Minute) // an intent lapses after ten, a surplus after ten more
	} else {
		w.launch(t, "other", userNo(51), true, 0, figures, 3)
		w.keptSettled(t, unowned)
	}
	if left := look().settled(figures.PoolSize, figures.Hot, w.out.ParkingAddress); len(left) > 0 {
		t.Fatalf("left over: %s", strings.Join(left, "\n"))
	}
}

// keptSettled lets a keeper that has just begun work until the world is settled, ninety minutes at most, and checks the
// invariants on the way. Once the world is settled, it must stay so.
func (w *world) keptSettled(t *testing.T, unowned map[string]time.Time) {
	t.Helper()
	began := time.Now()
	for n, settled := 0, 0; settled < 2; n++ {
		time.Sleep(10 * time.Minute)
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		faults := v.broken(time.Now(), figures, unowned, began.Add(2*time.Minute), w.out.ParkingAddress)
		if len(faults) > 0 {
			t.Fatalf("%s", strings.Join(faults, "\n"))
		}
		left := v.settled(figures.PoolSize, figures.Hot, w.out.ParkingAddress)
		if len(left) > 0 && (settled > 0 || n == 9) {
			t.Fatalf("left over: %s", strings.Join(left, "\n"))
		}
		if len(left) == 0 {
			settled++
		}
	}
}

// TestABrokenOffColdStartLeavesNothingRunning: somebody presses cancel while the launch is on its way, at any moment,
// and no desktop keeps a pool that would find what was launched.
func TestABrokenOffColdStartLeavesNothingRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		many := figures
		many.PoolSize, many.MaxInstances = 0, 100
		d := w.launch(t, "desktop", userNo(1), false, 0, many, 1)
		d.net.set(func(n *network) { n.latency = 200 * time.Millisecond })
		d.await(reached(backend.Idle))
		for after := 50 * time.Millisecond; after < 2500*time.Millisecond; after += 70 * time.Millisecond {
			d.do(backend.WishStart)
			time.Sleep(after)
			d.do(backend.WishCancel)
			if !d.await(reached(backend.Idle)) {
				t.Fatalf("broken off after %v, it stands at %s: %v", after, d.launcher.Snapshot().Phase,
					d.launcher.Snapshot().Problem)
			}
			time.Sleep(2 * time.Minute)
			if got := w.count(t); got["running"] != 0 {
				t.Fatalf("broken off after %v, %d instances run: %v", after, got["running"],
					d.net.calls[max(0, len(d.net.calls)-25):])
			}
		}
	})
}
