package window

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

func TestAHiddenWindowWaitsForThePanel(t *testing.T) {
	for name, tt := range map[string]struct {
		after time.Duration // when there is a host
		want  bool
	}{
		"at once": {0, true}, "a panel that starts later": {3 * time.Second, true}, "no tray": {time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Now()
				got := hostedWithin(t.Context(), trayHostTime, func() bool { return time.Since(from) >= tt.after })
				if took := time.Since(from); got != tt.want || took > trayHostTime+lookAgain {
					t.Errorf("%v after %v", got, took)
				}
			})
		})
	}
}

func TestAHiddenWindowStaysHiddenWhileTheProgramEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if !hostedWithin(ctx, time.Hour, func() bool { return false }) {
		t.Error("the window would be shown")
	}
}

// Closing the window into the tray is said once, and offers Stop while an avatar runs.
func TestHidingIsSaidOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "said")
	if !firstTime(path) || firstTime(path) {
		t.Error("it is not said exactly once")
	}
	if firstTime(filepath.Join(path, "no", "folder")) {
		t.Error("it would be said each time")
	}
	idle, ready := hiddenNotification(
		backend.Snapshot{Phase: backend.Idle},
	), hiddenNotification(
		backend.Snapshot{Phase: backend.Ready},
	)
	if slices.Contains(idle.Actions, itemStop) || !slices.Contains(ready.Actions, itemStop) ||
		idle.Body == ready.Body ||
		idle.Body == "" {
		t.Errorf("idle %+v, ready %+v", idle, ready)
	}
}
