package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAnInstanceThatStoppedItselfUnready lets an image without an avatar stop itself while no keeper runs: it is a
// failure, and never warm.
func TestAnInstanceThatStoppedItselfUnready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetNeverReady(true)
		stop := keep(t, w.desktop(t, "first"))
		time.Sleep(time.Minute)
		stop()
		time.Sleep(time.Hour)
		if up := w.count(t); up["running"] > 0 || up["stopped"] == 0 {
			t.Fatalf("after an hour without a keeper: %v", up)
		}
		s := w.desktop(t, "second")
		keep(t, s)
		time.Sleep(2 * time.Minute)
		pool := poolOf(t, s)
		for _, m := range pool.Members {
			if m.State == "warm" {
				t.Errorf("%s is warm and was never ready", m.InstanceID)
			}
		}
		if b := pool.Backoff; b == nil || !strings.Contains(b.Why.String(), "before it was ready") {
			t.Errorf("the pool says %+v", b)
		}
	})
}

// TestAnInstanceThatWasReadyIsKept lets the keeper die between the stop of a ready instance and its record.
func TestAnInstanceThatWasReadyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := keep(t, w.desktop(t, "first"))
		for w.count(t)["stopping"] == 0 {
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		parked := w.count(t)["stopping"]
		time.Sleep(time.Minute)
		s := w.desktop(t, "second")
		keep(t, s)
		time.Sleep(3 * time.Minute)
		if b := poolOf(t, s).Backoff; b != nil || w.count(t)["terminated"] > 0 || parked == 0 {
			t.Errorf("%d were parked, the pool says %+v, %v", parked, b, w.count(t))
		}
	})
}
