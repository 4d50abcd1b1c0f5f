package fleet_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// passLimit is how long a pass may take: Lambda's 15 minutes less what it needs to end.
const passLimit = 14*time.Minute + 45*time.Second

// pass runs one pass as a new process would. It fails the test if the pass fails.
func (w *world) pass(t *testing.T, id string, atLeast time.Duration) fleet.Pass {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), passLimit)
	defer cancel()
	s := w.desktop(t, id)
	out, err := s.KeepOnce(ctx, atLeast, func(backend.Pool) {})
	if err != nil {
		t.Errorf("pass %s: %v", id, err)
	}
	s.Wait()
	return out
}

// TestAPassFillsThePool: one run launches, waits until all are warm, and gives the lease back.
func TestAPassFillsThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		out := w.pass(t, "run-1", 0)
		if !out.Led || !out.Quiet || len(out.Pool.Members) != 5 {
			t.Errorf("the pass ended as %+v", out)
		}
		if got := w.count(t); got["stopped"] != 5 || len(got) != 1 {
			t.Errorf("after it there are %v", got)
		}
		began := time.Now()
		if again := w.pass(t, "run-2", 0); !again.Led || !again.Quiet || time.Since(began) > 10*time.Second {
			t.Errorf("with nothing to do, a pass took %v: %+v", time.Since(began), again)
		}
	})
}

// TestAPassLeavesTheLeaseToALivingHolder and learns within a renewal that it lives.
func TestAPassLeavesTheLeaseToALivingHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		keep(t, w.desktop(t, "desktop"))
		time.Sleep(3 * time.Minute)
		began := time.Now()
		if out := w.pass(t, "run", 0); out.Led || time.Since(began) > 30*time.Second {
			t.Errorf("beside a desktop the pass ended as %+v after %v", out, time.Since(began))
		}
	})
}

// TestThePoolSaysWhenItWasKept: by a keeper at work, and by the last one that worked.
func TestThePoolSaysWhenItWasKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "user")
		if at := poolOf(t, s).KeptAt; !at.IsZero() {
			t.Errorf("nobody kept it, but at %v", at)
		}
		w.pass(t, "run-1", 0)
		ended := time.Now()
		time.Sleep(time.Hour)
		if at := poolOf(t, s).KeptAt; at.Sub(ended).Abs() > time.Second {
			t.Errorf("the run ended at %v, the pool says %v", ended, at)
		}
		began := time.Now()
		w.pass(t, "run-2", 0) // the row without a holder is in nobody's way
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the next run waited %v", took)
		}
		keep(t, w.desktop(t, "desktop"))
		time.Sleep(time.Hour)
		if at := poolOf(t, s).KeptAt; time.Since(at) > leaseRenewed {
			t.Errorf("a keeper is at work, the pool says %v ago", time.Since(at))
		}
		o, err := s.Overview(t.Context())
		if err != nil || len(o.Leases) != 1 || o.Leases[0].Holder != "desktop" {
			t.Errorf("the leases are %+v, %v", o, err)
		}
	})
}

// leaseRenewed is how old a living keeper's last write may be.
const leaseRenewed = 25 * time.Second

// TestTwoPassesAtOnce: the second one leaves the pool to the first, and nothing is launched twice.
func TestTwoPassesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		led := make(chan bool)
		for _, id := range []string{"run-1", "run-2"} {
			go func() { led <- w.pass(t, id, 0).Led }()
		}
		if first, second := <-led, <-led; first == second {
			t.Errorf("both passes led: %v", first)
		}
		if got := w.count(t); got["stopped"] != 5 || len(got) != 1 {
			t.Errorf("after them there are %v", got)
		}
	})
}

// TestAPassTakesOverFromOneThatWasKilled: its lease lapses while the next one watches it.
func TestAPassTakesOverFromOneThatWasKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		mortal, kill := w.mortal(t)
		go func() {
			time.Sleep(20 * time.Second)
			kill()
		}()
		ctx, cancel := context.WithTimeout(t.Context(), passLimit)
		defer cancel()
		if _, err := mortal.desktop(t, "dead").KeepOnce(ctx, 0, func(backend.Pool) {}); err == nil {
			t.Error("a pass that reaches nothing did not say so")
		}
		out := w.pass(t, "next", 0)
		if got := w.count(t); !out.Led || !out.Quiet || got["stopped"] != 5 || got["running"] != 0 {
			t.Errorf("the next pass ended as %+v, with %v", out, got)
		}
	})
}

// TestAPassKilledAtAnyCall leaves nothing that the next one does not mend: the pool is full, and nothing else runs.
func TestAPassKilledAtAnyCall(t *testing.T) {
	for call := int64(1); call < 90; call += 3 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			mortal, r := w.relayed()
			r.last = call
			ctx, cancel := context.WithTimeout(t.Context(), passLimit)
			defer cancel()
			_, _ = mortal.desktop(t, "dead").KeepOnce(ctx, 0, func(backend.Pool) {})
			for n := range 4 { // a launch that came to nothing is counted for a quarter of an hour
				w.pass(t, "next-"+strconv.Itoa(n), 0)
				time.Sleep(5 * time.Minute)
			}
			w.pass(t, "last", 0)
			if got := w.count(t); got["stopped"] != 5 || got["running"]+got["pending"] != 0 {
				t.Errorf("killed at call %d: in the end there are %v", call, got)
			}
		})
	}
}

// TestAPassDropsADeadTicket at the head of the queue: it stays for as long as somebody waits.
func TestAPassDropsADeadTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetVCPUQuota(0)
		mortal, kill := w.mortal(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, _ = mortal.desktop(t, "dead").Start(ctx, demo, func(p backend.Progress) {
			if p.Queue != nil {
				kill()
			}
		})
		w.pass(t, "run", 0)
		s := w.desktop(t, "alice's")
		ctx, giveUp := context.WithTimeout(t.Context(), 30*time.Second)
		defer giveUp()
		place := 0
		_, _ = s.Start(ctx, alice, func(p backend.Progress) {
			if p.Queue != nil {
				place = max(place, p.Queue.Position)
			}
		})
		if place != 1 {
			t.Errorf("after the pass, the next user is number %d", place)
		}
	})
}

// TestAWokenPassStopsWhatNobodyOwns within a minute of its start, whether the pool has a row of it or not.
func TestAWokenPassStopsWhatNobodyOwns(t *testing.T) {
	for _, recorded := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			out := w.pass(t, "first", 0)
			id := out.Pool.Members[0].InstanceID
			if !recorded {
				w.forgetRow(t, id)
			}
			if _, err := ec2.NewFromConfig(w.cfg).StartInstances(t.Context(),
				&ec2.StartInstancesInput{InstanceIds: []string{id}}); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			w.pass(t, "woken", 40*time.Second)
			if got := w.count(t); got["running"]+got["pending"] != 0 || time.Since(began) > time.Minute {
				t.Errorf("with a row %v: after %v there are %v", recorded, time.Since(began), got)
			}
		})
	}
}

// dailyCalls is how many calls the function may make in a day in which users come and go.
const dailyCalls = 8000

// TestTheFunctionAloneKeepsThePool for a day, by a pass each five minutes, with users who come and whose desktops die.
// It counts the calls that a day costs.
func TestTheFunctionAloneKeepsThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		function, r := w.relayed()
		day := time.Now().Add(24 * time.Hour)
		for n := 0; time.Now().Before(day); n++ {
			next := time.Now().Add(5 * time.Minute)
			function.pass(t, "run-"+strconv.Itoa(n), 0)
			if n%24 == 3 { // each two hours
				start(t, w.desktop(t, "dies"), demo)
			}
			time.Sleep(time.Until(next))
		}
		time.Sleep(time.Hour)
		w.pass(t, "last", 0)
		if got := w.count(t); got["stopped"] != 5 || got["running"] != 0 {
			t.Errorf("after a day there are %v", got)
		}
		t.Logf("a day took %d calls", r.calls.Load())
		if got := r.calls.Load(); got > dailyCalls {
			t.Errorf("a day took %d calls, more than %d", got, dailyCalls)
		}
	})
}

// relay is a transport that counts requests, and fails all of them once it is cut.
type relay struct {
	http.RoundTripper
	cut   atomic.Bool
	calls atomic.Int64
	last  int64 // it is cut after this many calls; 0 for never
}

func (r *relay) RoundTrip(q *http.Request) (*http.Response, error) {
	if r.cut.Load() {
		return nil, errors.New("the process is dead")
	}
	if n := r.calls.Add(1); r.last > 0 && n >= r.last {
		r.cut.Store(true)
	}
	return r.RoundTripper.RoundTrip(q)
}

// relayed returns the same world behind a relay.
func (w *world) relayed() (*world, *relay) {
	r := &relay{RoundTripper: w.cloud.Transport()}
	return &world{cloud: w.cloud, out: w.out, cfg: w.cfg, log: w.log, http: &http.Client{Transport: r}}, r
}

// mortal returns the same world for a process, and what kills that process.
func (w *world) mortal(t *testing.T) (*world, func()) {
	t.Helper()
	other, r := w.relayed()
	return other, func() { r.cut.Store(true) }
}

// forgetRow deletes an instance's row.
func (w *world) forgetRow(t *testing.T, id string) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(w.cfg).DeleteItem(t.Context(),
		&dynamodb.DeleteItemInput{TableName: &w.out.InstancesTable,
			Key: map[string]types.AttributeValue{"InstanceId": &types.AttributeValueMemberS{Value: id}}})
	if err != nil {
		t.Fatal(err)
	}
}
