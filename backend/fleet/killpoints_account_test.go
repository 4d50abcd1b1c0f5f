package fleet_test

import (
	"context"
	"testing"
	"time"

	"avatar-launcher/backend"
)

// TestEveryKillPointOfTheFunction enumerates the calls that the stack's function makes for each sequence of a desktop
// in account mode. For each, the function dies there, and the desktop's user goes on, or has gone and the keeper mends.
func TestEveryKillPointOfTheFunction(t *testing.T) {
	everyKillPoint(t, sequence.functionCalls, []string{"goes on", "has gone"}, sequence.functionDiesAt)
}

// accountWorld makes the world in which the sequence begins, with a desktop in account mode.
func (seq sequence) accountWorld(t *testing.T) (*world, *account, *desktop) {
	w := newWorld(t)
	a := w.account(t, figures, 1)
	if seq.warm {
		ctx, end := context.WithTimeout(t.Context(), 3*time.Minute)
		a.keep(ctx)
		end()
		time.Sleep(3 * time.Minute)
	}
	d := w.launch(t, "desktop", userNo(1), false, 0, figures, 2, a.join)
	d.await(reached(backend.Idle))
	if seq.prepare != nil {
		seq.prepare(d)
	}
	time.Sleep(time.Minute)
	seq.limit(w)
	return w, a, d
}

// functionCalls runs the sequence undisturbed and lists the calls of the function's one process that serves it.
func (seq sequence) functionCalls(t *testing.T) []string {
	_, a, d := seq.accountWorld(t)
	a.each(func(n *network) { n.calls = nil })
	seq.do(d)
	if !d.await(seq.over) {
		t.Fatalf("%s came to nothing: %+v", seq.name, d.launcher.Snapshot())
	}
	time.Sleep(time.Minute)
	var calls []string
	a.each(func(n *network) {
		for _, c := range n.calls {
			if c != "GET healthz" {
				calls = append(calls, c)
			}
		}
	})
	return calls
}

// functionDiesAt runs the sequence while the function dies. Then the user goes on until the sequence is over, or is
// gone.
func (seq sequence) functionDiesAt(t *testing.T, p killPoint, user string) {
	w, a, d := seq.accountWorld(t)
	a.killIn, a.killAnte = p.call, p.ante
	seq.do(d)
	d.await(seq.over)
	a.mend()
	seq.unlimit(w)
	if user == "has gone" {
		d.net.kill()
		<-d.done
	} else {
		seq.goOn(t, d)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	a.run(func() { a.keep(ctx) })
	w.keptSettled(t, map[string]time.Time{})
}

// goOn is what the user of a launcher that is still there does: they get an avatar, and stop it.
func (seq sequence) goOn(t *testing.T, d *desktop) {
	t.Helper()
	if !d.alive() {
		return // they quit
	}
	if s := d.launcher.Snapshot(); s.Phase != backend.Ready {
		d.await(func(s backend.Snapshot) bool { return s.Phase == backend.Idle || s.Phase == backend.Failed })
		for try := 0; d.launcher.Snapshot().Phase != backend.Ready; try++ {
			time.Sleep(30 * time.Second)
			if try == 5 {
				t.Fatalf("it cannot be started: %s, %v", d.launcher.Snapshot().Phase, d.launcher.Snapshot().Problem)
			}
			d.do(backend.WishStart)
			time.Sleep(time.Second)
			d.await(func(s backend.Snapshot) bool { return s.Phase == backend.Ready || s.Phase == backend.Failed })
		}
	}
	d.do(backend.WishStop)
	if !d.await(reached(backend.Idle)) {
		t.Fatalf("it cannot be stopped: %s, %v", d.launcher.Snapshot().Phase, d.launcher.Snapshot().Problem)
	}
}
