package fleet

import (
	"testing"
	"time"
)

// TestWhenAStopMayFire checks the time in which a stop of an earlier owner may hit: from its schedule's time on, a
// minute and the ten minutes of its retries, with a margin.
func TestWhenAStopMayFire(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]bool{
		-time.Minute: false, -10 * time.Second: true, 0: true, 11 * time.Minute: true, 12 * time.Minute: false,
	} {
		armed := now.Add(-ago).Unix()
		if got := firing(armed, now); got != want {
			t.Errorf("%v after the stop's time it may fire: %v, want %v", ago, got, want)
		}
		for _, r := range []instanceRow{{ArmedUntil: armed}, {ArmedBefore: armed, ArmedUntil: now.Add(time.Hour).Unix()}} {
			if got := r.mayFire(now); got != want {
				t.Errorf("%v after the stop's time %+v may be hit: %v, want %v", ago, r, got, want)
			}
		}
	}
	if firing(0, now) {
		t.Error("a stop that was never armed may fire")
	}
}
