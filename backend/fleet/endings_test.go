package fleet_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// TestEveryEndingWithAServiceFailing breaks each service alone from each call of each ending on, for some minutes, for
// the process that ends and for the pool's keeper, and lets the process live or die at each later call. Other users
// then take all instances: what an ending has left behind must not stop theirs, and is cleared up in the end.
func TestEveryEndingWithAServiceFailing(t *testing.T) {
	tested, every := 0, sample("KILL_POINTS", 20)
	for _, seq := range sequences {
		if seq.name != "stop" && seq.name != "terminate" && seq.name != "quit" {
			continue
		}
		var calls []string
		synctest.Test(t, func(t *testing.T) { calls = seq.calls(t) })
		for _, name := range []string{"route53", "scheduler", "dynamodb"} {
			for n := range calls {
				for dies := n; dies <= len(calls); dies++ {
					if tested++; tested%every != 0 {
						continue
					}
					b := breaking{service: name, call: n + 1, dies: dies + 1}
					if dies == len(calls) {
						b.dies = 0
					}
					t.Run(fmt.Sprintf("%s/%s fails at %d, dies at %d", seq.name, name, b.call, b.dies), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { seq.breakAt(t, b) })
					})
				}
			}
		}
	}
}

// breaking is a service that fails from a call on, and the call at which the process dies; 0: it does not.
type breaking struct {
	service    string
	call, dies int
}

// breakAt runs an ending with a service that fails, then lets others have what it gave back.
func (seq sequence) breakAt(t *testing.T, b breaking) {
	w, d := seq.world(t)
	w.withForeign(t)
	keeper := w.launch(t, "keeper", userNo(60), true, 0, figures, 4)
	d.net.set(func(n *network) { n.breaks = []*network{keeper.net} })
	d.net.set(func(n *network) { n.breaking, n.breakIn, n.killIn = b.service, b.call, b.dies })
	seq.do(d)
	d.await(seq.over)
	others := []*desktop{
		w.launch(t, "before", userNo(0), false, 0, figures, 5),
		w.launch(t, "behind", userNo(2), false, 0, figures, 6),
		w.launch(t, "last", userNo(7), false, 0, figures, 7),
	}
	for _, o := range others {
		o.await(reached(backend.Idle))
		o.do(backend.WishStart)
	}
	unowned := map[string]time.Time{}
	check := func() truth {
		t.Helper()
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		faults := v.broken(time.Now(), figures, unowned, time.Time{}, w.out.ParkingAddress)
		faults = append(append(faults, w.brokenStops(v, time.Now())...), w.brokenNames(v)...)
		if len(faults) > 0 {
			t.Fatal(strings.Join(faults, "\n"))
		}
		return v
	}
	for range 30 {
		time.Sleep(30 * time.Second)
		check()
	}
	for _, o := range others {
		if got := o.launcher.Snapshot(); got.Phase != backend.Ready {
			t.Errorf("%s stands at %s after a quarter of an hour: %v", o.name, got.Phase, got.Problem)
		}
		o.do(backend.WishQuit)
	}
	time.Sleep(25 * time.Minute)
	if v := check(); len(v.sessions) > 0 { // one that the process still holds runs until its ExpireAt
		time.Sleep(time.Hour)
	}
	if left := check().settled(figures.PoolSize, figures.Hot, w.out.ParkingAddress); len(left) > 0 {
		t.Fatalf("left over: %s", strings.Join(left, "\n"))
	}
}

// TestASessionWhoseEndingWasCutShortIsFoundAsSuch lets DynamoDB fail when the session's row is closed. A relaunch must
// end it, and not take it for a session that runs.
func TestASessionWhoseEndingWasCutShortIsFoundAsSuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		session, _, _ := start(t, s, demo)
		s.Wait()
		if found, err := s.Current(t.Context(), demo); err != nil || found.Phase != backend.Ready {
			t.Fatalf("while it runs the session is %+v, %v", found, err)
		}
		fault, err := w.cloud.AddFault(localcloud.Fault{Service: "dynamodb", Operation: "UpdateItem",
			Contains: "EndedBecause",
			Kind:     localcloud.FaultError, Code: "AccessDeniedException", Status: 400})
		if err != nil {
			t.Fatal(err)
		}
		if p := backend.ProblemOf(s.Stop(t.Context(), *session, messages.Verbatim("test"))); p == nil ||
			p.Kind != backend.KindLeftover {
			t.Fatalf("the stop says %+v", p)
		}
		w.cloud.RemoveFault(fault)
		found, err := s.Current(t.Context(), demo)
		if err != nil || found == nil || found.Phase != backend.Ending {
			t.Fatalf("after its ending was cut short the session is %+v, %v", found, err)
		}
		if err := s.Stop(t.Context(), *found, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Current(t.Context(), demo); found != nil || err != nil {
			t.Errorf("after its end the session is %+v, %v", found, err)
		}
	})
}
