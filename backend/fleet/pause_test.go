package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// denied makes the cloud deny an operation of EC2, as it does to a caller whose policies do not allow it.
func (w *world) denied(t *testing.T, operation string) (fault string) {
	t.Helper()
	fault, err := w.cloud.AddFault(localcloud.Fault{
		Service:   "ec2",
		Operation: operation,
		Kind:      localcloud.FaultError,
		Code:      "UnauthorizedOperation",
		Status:    403,
		Message: "You are not authorized to perform this operation. Encoded authorization failure message: " +
			"4GIOHlTkIaWHQD0Q0m6XSnuU",
	})
	if err != nil {
		t.Fatal(err)
	}
	return fault
}

// calls returns how many calls of an EC2 operation the cloud was asked for.
func (w *world) calls(operation string) (n int64) {
	for name, count := range w.cloud.CallCounts() {
		if strings.HasSuffix(name, operation) {
			n += count
		}
	}
	return n
}

// TestADeniedLaunchIsTriedSeldom keeps a pool whose keeper may not launch, for an hour.
func TestADeniedLaunchIsTriedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		fault := w.denied(t, "RunInstances")
		s := w.desktop(t, "keeper")
		keep(t, s)
		time.Sleep(time.Hour)
		if n := w.calls("RunInstances"); n < 5 || n > 20 {
			t.Errorf("%d launches were tried in an hour, want 5 to 20", n)
		}
		b := poolOf(t, s).Backoff
		if b == nil || b.Failures < 5 || b.Stopped || b.InstanceID != "" || !b.RetryAt.After(time.Now()) ||
			b.Why.String() != "UnauthorizedOperation: You are not authorized to perform this operation." {
			t.Errorf("the pool says %+v", b)
		}
		o, err := s.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, e := range o.Audit {
			if e.Verb == backend.EventFailed {
				said++
			}
		}
		if said != 1 {
			t.Errorf("the audit names the refusal %d times, want once: %+v", said, o.Audit)
		}

		w.cloud.RemoveFault(fault)
		if err := s.Resume(t.Context(), backend.User{Username: "ops"}, "the role is mended"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute)
		if b := poolOf(t, s).Backoff; b != nil || w.count(t)["stopped"] != 5 {
			t.Errorf("after the role was mended: %+v, %v", b, w.count(t))
		}
	})
}

// TestTheEncodedReasonOfARefusalIsKept: only sts:DecodeAuthorizationMessage can read which condition failed. The
// launcher logs the cause of every problem.
func TestTheEncodedReasonOfARefusalIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.denied(t, "RunInstances")
		_, err := w.desktop(t, "one").Start(t.Context(), demo, func(backend.Progress) {})
		p := backend.ProblemOf(err)
		if p == nil || p.Kind != backend.KindDenied || p.Cause == nil ||
			!strings.Contains(p.Cause.Error(), "4GIOHlTkIaWHQD0Q0m6XSnuU") {
			t.Errorf("the problem is %+v", p)
		}
	})
}

// TestAPassThatMayNotLaunch keeps the pool for single passes, each of which tries the launch a few times.
func TestAPassThatMayNotLaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.denied(t, "RunInstances")
		s := w.desktop(t, "function")
		for range 2 {
			if _, err := s.KeepOnce(t.Context(), 10*time.Minute, func(backend.Pool) {}); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.calls("RunInstances"); n < 2 || n > 24 {
			t.Errorf("%d launches were tried in two passes of ten minutes, want 2 to 24", n)
		}
	})
}

// TestTheFunctionAloneTriesADeniedLaunchSeldom: the pause outlives each run of the function for a day, every desktop is
// told why, and an operator's Resume ends it.
func TestTheFunctionAloneTriesADeniedLaunchSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		fault := w.denied(t, "RunInstances")
		w.functionFor(t, 24*time.Hour)
		if n := w.calls("RunInstances"); n < 20 || n > 160 {
			t.Errorf("%d launches were tried in a day, want 20 to 160", n)
		}
		s := w.desktop(t, "desktop")
		if b := poolOf(t, s).Backoff; b == nil || b.Failures < 20 || b.Stopped || time.Since(b.RetryAt) > time.Minute ||
			b.Why.String() != "UnauthorizedOperation: You are not authorized to perform this operation." {
			t.Errorf("a desktop is told %+v", b)
		}
		w.cloud.RemoveFault(fault)
		if err := s.Resume(t.Context(), backend.User{Username: "ops"}, "the role is mended"); err != nil {
			t.Fatal(err)
		}
		w.functionFor(t, 5*time.Minute)
		if b := poolOf(t, s).Backoff; b != nil || w.count(t)["stopped"] != 5 {
			t.Errorf("after the role was mended: %+v, %v", b, w.count(t))
		}
	})
}

// TestTheFunctionAloneStopsLaunchingABrokenImage: instances never become ready, and each run of the function knows what
// the runs before it have counted.
func TestTheFunctionAloneStopsLaunchingABrokenImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetNeverReady(true)
		w.functionFor(t, 24*time.Hour)
		if n := w.launches(); n < 3 || n > 8 {
			t.Errorf("%d launches in a day, want 3 to 8", n)
		}
		if b := poolOf(t, w.desktop(t, "desktop")).Backoff; b == nil || !b.Stopped {
			t.Errorf("after a day the pool says %+v", b)
		}
		if up := w.count(t); up["running"]+up["pending"] > 0 {
			t.Errorf("instances run: %v", up)
		}
	})
}

// functionFor runs a pass each five minutes, in a new process each.
func (w *world) functionFor(t *testing.T, d time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		next := time.Now().Add(5 * time.Minute)
		w.pass(t, "run-"+time.Now().Format(time.RFC3339), 0)
		time.Sleep(time.Until(next))
	}
}

// TestADeniedStepIsTriedSeldom lets the keeper retire what is above the pool's size, which it may not.
func TestADeniedStepIsTriedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "keeper")
		keep(t, s)
		time.Sleep(5 * time.Minute)
		w.denied(t, "TerminateInstances")
		size := 4
		if err := s.Resize(t.Context(), backend.User{Username: "ops"}, &backend.PoolSizes{Stopped: size}, "test"); err != nil {
			t.Fatal(err)
		}
		before := w.calls("TerminateInstances")
		time.Sleep(2 * time.Hour)
		if n := w.calls("TerminateInstances") - before; n < 5 || n > 200 {
			t.Errorf("%d times it was tried in two hours, want 5 to 200", n)
		}
	})
}
