package fleet

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"pgregory.net/rapid"
)

// TestNeverReadyLaunchesAreBounded keeps a pool for 24 hours whose instances never become ready, however they fail.
func TestNeverReadyLaunchesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Figures{MaxInstances: 40, MaxFailures: rapid.SampledFrom([]int{0, 3, 6, 1000}).Draw(t, "failures"),
			WarmLimit: rapid.SampledFrom([]time.Duration{0, 5 * time.Minute, 30 * time.Minute}).Draw(t, "limit")}
		w := pretendPool{view: observation{
			size:    rapid.IntRange(1, 20).Draw(t, "size"),
			figures: f,
			current: template{"1", "ami-1"},
			ready:   map[string]bool{},
		}}
		dies := rapid.SampledFrom([]string{"", "stopped", "terminated", "gone"})
		for at := now; at.Before(now.Add(24 * time.Hour)); at = at.Add(time.Minute) {
			w.turn(at)
			for _, m := range slices.Clone(w.view.instances) {
				if m.up() && at.Sub(m.LaunchTime) > time.Minute {
					w.fail(w.machine(m.InstanceID), dies.Draw(t, "dies"))
				}
			}
		}
		if w.launches < 2 || w.launches > 8 {
			t.Fatalf("%d launches in 24 hours, want between 2 and 8", w.launches)
		}
		if b := w.view.health.backoff(f); b == nil || b.Failures != w.launches && b.Failures != w.launches-1 {
			t.Fatalf("%d launches, the pool says %+v", w.launches, b)
		}
	})
}

// pretendPool applies plans to a view.
type pretendPool struct {
	view     observation
	launches int
	launched map[string]int // by version
}

func (w *pretendPool) turn(now time.Time) {
	for _, a := range plan(w.view, now) {
		if a.result != nil {
			w.view.health = w.view.health.add(*a.result, w.view.rollout.countsFor(*a.result), now)
		}
		same := func(r instanceRow) bool { return r.InstanceID == a.row.InstanceID }
		switch i := slices.IndexFunc(w.view.rows, same); a.kind {
		case stepLaunch:
			w.launches++
			if w.launched == nil {
				w.launched = map[string]int{}
			}
			w.launched[a.row.Template]++
			id := fmt.Sprintf("i-%d", w.launches)
			w.view.rows = append(w.view.rows, instanceRow{InstanceID: id, State: backend.Warming, PooledAt: now})
			w.view.instances = append(w.view.instances, instance{version: a.row.Template,
				Machine: backend.Machine{InstanceID: id, State: "running", LaunchTime: now, ImageID: "ami-" + a.row.Template}})
		case stepRollout:
			w.view.rollout = *a.rollout
			w.view.rollout.Version++
		case stepPark, stepStop:
			w.view.rows[i].Ready = w.view.rows[i].Ready || a.kind == stepPark
			w.machine(a.row.InstanceID).State = "stopped"
		case stepRecycle:
			w.view.rows[i].State, w.view.rows[i].Ready = backend.Warm, true
		case stepRetire:
			w.view.rows[i].State = backend.Retired
			w.machine(a.row.InstanceID).State = "terminated"
		case stepForget:
			w.view.rows = slices.DeleteFunc(w.view.rows, same)
		}
	}
}

func (w *pretendPool) machine(id string) *instance {
	return &w.view.instances[slices.IndexFunc(w.view.instances, func(m instance) bool { return m.InstanceID == id })]
}

// fail lets an instance break down in one of the ways that EC2 has.
func (w *pretendPool) fail(m *instance, state string) {
	switch state {
	case "gone":
		w.view.instances = slices.DeleteFunc(slices.Clone(w.view.instances), func(o instance) bool {
			return o.InstanceID == m.InstanceID
		})
	case "stopped", "terminated":
		m.State, m.ReasonCode, m.Reason = backend.InstanceState(state), "Client.InternalError",
			"Client.InternalError: Client error on launch"
	}
}

func TestHealthPauses(t *testing.T) {
	f := Figures{}
	fail := func(h healthRow, n int, launched, at time.Time) healthRow {
		return h.add(launchResult{
			failed:     true,
			instanceID: fmt.Sprint("i-", n),
			template:   "1",
			launched:   launched,
			why:        messages.Verbatim("broke"),
		}, "1", at)
	}
	h := healthRow{}
	if got := h.allowed("1", 0, f, now); got != unprovenLaunches {
		t.Errorf("an unproven version: %d launches, want %d", got, unprovenLaunches)
	}
	at, pauses := now, []time.Duration{0, 15 * time.Minute, time.Hour, 6 * time.Hour, 6 * time.Hour}
	for i, pause := range pauses {
		h = fail(h, i, at, at.Add(time.Second))
		at = at.Add(time.Second)
		if got := h.retryAt().Sub(at); got != pause {
			t.Errorf("failure %d: pause %v, want %v", i+1, got, pause)
		}
		if pause > 0 && h.allowed("1", 0, f, at.Add(pause-time.Second)) != 0 {
			t.Errorf("failure %d: a launch before the pause is over", i+1)
		}
		at = at.Add(pause)
		if got := h.allowed("1", 0, f, at); got != 1 {
			t.Errorf("failure %d: %d launches after the pause, want 1", i+1, got)
		}
	}
	h = fail(h, 5, at, at.Add(time.Second))
	if b := h.backoff(f); b == nil || !b.Stopped || !b.RetryAt.IsZero() || b.Why.String() != "broke" ||
		b.InstanceID != "i-5" {
		t.Errorf("after six failures the pool says %+v", b)
	}
	if got := h.allowed("1", 0, f, at.Add(1000*time.Hour)); got != 0 {
		t.Errorf("%d launches though stopped", got)
	}
	if got := h.allowed("2", 0, f, at); got != unprovenLaunches {
		t.Errorf("a new version: %d launches, want %d", got, unprovenLaunches)
	}
	if got := h.add(launchResult{template: "1"}, "1", at); got.allowed("1", 9, f, at) != math.MaxInt ||
		got.backoff(f) != nil {
		t.Errorf("after a success: %+v", got)
	}
	if got := h.of("2").add(launchResult{failed: true, instanceID: "i-9", template: "1"}, "2", at); got.Failures != 0 {
		t.Errorf("an instance of an earlier version counts: %+v", got)
	}
}

// TestFailuresOfOneBatch counts instances that were launched together as two failures, and each one once.
func TestFailuresOfOneBatch(t *testing.T) {
	h := healthRow{Template: "1", Proven: true}
	for i := range 8 {
		for range 2 {
			r := launchResult{failed: true, instanceID: fmt.Sprint("i-", i), template: "1", launched: now}
			h = h.add(r, "1", now.Add(time.Duration(i+1)*time.Minute))
		}
	}
	if h.Failures != 2 || h.Total != 8 {
		t.Errorf("%d failures, %d in total, want 2 and 8", h.Failures, h.Total)
	}
}
