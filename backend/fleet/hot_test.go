package fleet_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// hotFigures keep one instance running beside two stopped ones.
func hotFigures() fleet.Figures {
	f := figures
	f.PoolSize, f.Hot, f.HotLimit = 2, 1, time.Hour
	return f
}

// hotWorld is a world with gates, whose keeper has filled both tiers.
func hotWorld(t *testing.T) (w *world, stop func()) {
	t.Helper()
	w = newGatedWorld(t)
	keeper := w.desktop(t, "keeper")
	keeper.Configure(hotFigures())
	stop = keep(t, keeper)
	time.Sleep(5 * time.Minute)
	if got := w.count(t); got["running"] != 1 || got["stopped"] != 2 {
		t.Fatalf("the pool has %v, want one running and two stopped", got)
	}
	return w, stop
}

// hotOne returns the row of the instance that runs unclaimed.
func (w *world) hotOne(t *testing.T) truthRow {
	t.Helper()
	v, err := w.truth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range v.rows {
		if r.State == backend.Warm && r.HotUntil != 0 {
			return r
		}
	}
	t.Fatalf("no instance is hot: %v", v.rows)
	return truthRow{}
}

// TestPressToReady measures a start of each tier in virtual time. A hot instance's boot is no part of it.
func TestPressToReady(t *testing.T) {
	took := map[string]time.Duration{}
	measure := func(tier string, prepare func(t *testing.T) *world) {
		synctest.Test(t, func(t *testing.T) {
			w := prepare(t)
			_, _, took[tier] = start(t, w.as(t, "user", demo), demo)
		})
	}
	measure("hot", func(t *testing.T) *world { w, stop := hotWorld(t); stop(); return w })
	measure("stopped", func(t *testing.T) *world {
		w := newGatedWorld(t)
		stop := keep(t, w.desktop(t, "keeper"))
		time.Sleep(5 * time.Minute)
		stop()
		return w
	})
	measure("cold", newGatedWorld)
	t.Logf("press to ready: hot %v, stopped %v, cold %v", took["hot"], took["stopped"], took["cold"])
	if took["hot"] > 2*time.Second {
		t.Errorf("a start of a hot instance took %v", took["hot"])
	}
	if took["hot"] >= took["stopped"] || took["stopped"] >= took["cold"] {
		t.Errorf("hot %v, stopped %v, cold %v", took["hot"], took["stopped"], took["cold"])
	}
}

// TestAHotInstanceHasOneOwner: the start takes the one that runs, its gate knows the owner at once, its stop is the
// owner's, and the keeper starts another one.
func TestAHotInstanceHasOneOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := hotWorld(t)
		hot := w.hotOne(t)
		a := w.as(t, "user", demo)
		session, _, _ := start(t, a, demo)
		if session.InstanceID != hot.InstanceID {
			t.Fatalf("the start took %s, and %s runs", session.InstanceID, hot.InstanceID)
		}
		w.enter(t, a, *session)
		if status, _ := w.open(t, a.URL(*session), nil); status != http.StatusForbidden {
			t.Errorf("somebody without a ticket is answered %d", status)
		}
		time.Sleep(3 * time.Minute)
		if next := w.hotOne(t); next.InstanceID == hot.InstanceID {
			t.Errorf("%s is claimed and hot", next.InstanceID)
		}
		if got := w.count(t); got["running"] != 2 || got["stopped"] != 2 {
			t.Errorf("after the claim there are %v, want two running and two stopped", got)
		}
		// The limit of the hot tier passes, and its own timer's: the session goes on until its own end.
		time.Sleep(time.Until(session.ExpireAt.Add(-time.Minute)))
		if m, err := a.Machine(t.Context(), hot.InstanceID); err != nil || m.State != backend.Running {
			t.Fatalf("a minute before its end the session's instance is %+v, %v", m, err)
		}
	})
}

// TestAHotInstanceEndsByItself: whichever of the three stops is left, an unclaimed instance does not outlive its limit.
func TestAHotInstanceEndsByItself(t *testing.T) {
	tests := map[string]struct {
		keeper  bool // lives
		disable func(t *testing.T, w *world, id string)
		late    time.Duration // after the limit
	}{
		"the keeper stops it": {keeper: true, disable: func(*testing.T, *world, string) {}, late: time.Minute},
		"the keeper is dead, the schedule stops it": {late: 4 * time.Minute,
			disable: func(t *testing.T, w *world, id string) { w.untag(t, id, "expire-at") }},
		"the keeper is dead, its own timer stops it": {late: 4 * time.Minute,
			disable: func(t *testing.T, w *world, _ string) {
				b := w.cloud.Behavior()
				b.FailTargets = true
				w.setBehavior(t, b)
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, stop := hotWorld(t)
				hot := w.hotOne(t)
				if !tt.keeper {
					stop()
				}
				tt.disable(t, w, hot.InstanceID)
				time.Sleep(time.Until(time.Unix(hot.HotUntil, 0).Add(-hotLeadOf)))
				if !w.runs(t, hot.InstanceID) {
					t.Fatal("it is stopped long before its limit")
				}
				time.Sleep(time.Until(time.Unix(hot.HotUntil, 0).Add(tt.late)))
				if w.runs(t, hot.InstanceID) {
					t.Fatalf("it runs %v after its limit", tt.late)
				}
				if tt.keeper {
					if next := w.hotOne(t); next.InstanceID == hot.InstanceID {
						t.Errorf("no other one runs in its place")
					}
				}
			})
		})
	}
}

// hotLeadOf is when another instance is started in the place of one that reaches its limit.
const hotLeadOf = 2*time.Minute + 10*time.Second

// runs reports whether an instance runs or is about to.
func (w *world) runs(t *testing.T, id string) bool {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(),
		&ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	return backend.InstanceState(out.Reservations[0].Instances[0].State.Name).Up()
}

// untag takes a tag off an instance.
func (w *world) untag(t *testing.T, id, key string) {
	t.Helper()
	_, err := ec2.NewFromConfig(w.cfg).DeleteTags(t.Context(),
		&ec2.DeleteTagsInput{Resources: []string{id}, Tags: []ec2types.Tag{{Key: &key}}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAClaimHeldUpPastTheLimit: a desktop claims a hot instance in its last moment, and its next calls come when the
// instance's stop may be firing. It takes another instance.
func TestAClaimHeldUpPastTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, stop := hotWorld(t)
		stop()
		hot := w.hotOne(t)
		d := w.launch(t, "desktop", userNo(1), false, 0, hotFigures(), 1)
		d.await(reached(backend.Idle))
		time.Sleep(time.Until(time.Unix(hot.HotUntil, 0).Add(-10 * time.Second)))
		d.net.set(func(n *network) { n.latency = 200 * time.Millisecond })
		d.do(backend.WishStart)
		held := false
		for range 600 {
			if w.hotClaimed(t, hot.InstanceID) {
				held = true
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if !held {
			t.Fatal("the hot instance was not claimed")
		}
		d.net.set(func(n *network) { n.until, n.asleep = time.Now().Add(2*time.Minute), true })
		if !d.await(reached(backend.Ready)) {
			t.Fatalf("the start ends at %s: %v", d.launcher.Snapshot().Phase, d.launcher.Snapshot().Problem)
		}
		id := d.launcher.Snapshot().Session.InstanceID
		if id == hot.InstanceID {
			t.Error("the start goes on with an instance whose stop may be firing")
		}
		time.Sleep(10 * time.Minute)
		if !w.runs(t, id) {
			t.Error("the session's instance has been stopped")
		}
	})
}

// hotClaimed reports whether an instance is claimed.
func (w *world) hotClaimed(t *testing.T, id string) bool {
	t.Helper()
	v, err := w.truth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v.rows[id].State == backend.Claimed
}

// TestEveryKillPointOfAHotStart: the keeper dies at each of its calls while it starts an instance for the hot tier. No
// instance outlives the tier's limit if nobody takes over, and the next keeper fills both tiers.
func TestEveryKillPointOfAHotStart(t *testing.T) {
	world := func(t *testing.T) (*world, *desktop) {
		w := newWorld(t)
		f := hotFigures()
		f.PoolSize, f.Hot = 3, 0
		keeper := w.launch(t, "keeper", userNo(50), true, 0, f, 1)
		time.Sleep(3 * time.Minute)
		keeper.do(backend.WishQuit)
		<-keeper.done
		return w, w.launch(t, "victim", userNo(51), true, 0, hotFigures(), 2)
	}
	hot := func(v truth) bool {
		for _, r := range v.rows {
			if r.State == backend.Warm && r.HotUntil != 0 {
				return true
			}
		}
		return false
	}
	var calls []string
	synctest.Test(t, func(t *testing.T) {
		w, d := world(t)
		for range 3000 {
			if v, err := w.truth(t.Context()); err != nil || hot(v) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		d.net.set(func(n *network) { calls = append(calls, n.calls...) })
	})
	if !slices.Contains(calls, "StartInstances") {
		t.Fatalf("the keeper makes the calls %v only", calls)
	}
	t.Logf("%d calls: %s", len(calls), strings.Join(calls, " "))
	first := max(0, slices.Index(calls, "StartInstances")-8) // reading comes before
	for n := first; n < len(calls); n++ {
		for _, ante := range []bool{true, false} {
			for _, next := range []bool{true, false} {
				if (n*4+map[bool]int{true: 1}[ante]+2*map[bool]int{true: 1}[next])%setting("HOT_KILL_POINTS", 4) != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%d %s ante=%v next=%v", n+1, calls[n], ante, next), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w, d := world(t)
						d.net.set(func(n2 *network) { n2.killIn, n2.killAnte = n+1-len(n2.calls), ante })
						time.Sleep(2 * time.Minute)
						d.net.kill()
						<-d.done
						w.afterHotStart(t, next)
					})
				})
			}
		}
	}
}

// afterHotStart checks what becomes of a world whose keeper has died. next says that another one takes over.
func (w *world) afterHotStart(t *testing.T, next bool) {
	t.Helper()
	if next {
		w.launch(t, "next", userNo(52), true, 0, hotFigures(), 3)
	}
	unowned, kept := map[string]time.Time{}, time.Time{}
	for n := range 20 {
		time.Sleep(5 * time.Minute)
		if next && n == 1 {
			kept = time.Now()
		}
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if faults := v.broken(time.Now(), hotFigures(), unowned, kept, w.out.ParkingAddress); len(faults) > 0 {
			t.Fatal(strings.Join(faults, "\n"))
		}
		if !next && n == 19 && w.count(t)["running"] > 0 {
			t.Fatal("an instance runs on, and nobody keeps the pool")
		}
		if left := v.settled(2, 1, w.out.ParkingAddress); next && n == 9 && len(left) > 0 {
			t.Fatal(strings.Join(left, "\n"))
		}
	}
}
