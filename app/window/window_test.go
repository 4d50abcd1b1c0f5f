package window

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// scripted is a launcher whose sign-in by the keyring ends after some time.
type scripted struct {
	settles time.Duration
	phase   atomic.Value
}

func (l *scripted) Watch() (<-chan backend.Snapshot, func()) {
	l.phase.Store(backend.SigningIn)
	out := make(chan backend.Snapshot, 1)
	t := time.AfterFunc(l.settles, func() {
		l.phase.Store(backend.Idle)
		out <- l.Snapshot()
	})
	return out, func() { t.Stop() }
}

func (l *scripted) Snapshot() backend.Snapshot {
	return backend.Snapshot{Phase: l.phase.Load().(backend.Phase), Revision: 2}
}

// TestTrayWaitsForTheKeyringsPrompt is about the bus that both share: a tray that comes up while the prompt is open is
// taken for the prompt's answer.
func TestTrayWaitsForTheKeyringsPrompt(t *testing.T) {
	for name, tt := range map[string]struct {
		settles, unlocked, want time.Duration
	}{
		"a keyring that is unlocked":            {200 * time.Millisecond, 0, 200 * time.Millisecond},
		"a network that is slow":                {time.Minute, 0, trayTime},
		"a prompt that is answered":             {20 * time.Second, 20 * time.Second, 20 * time.Second},
		"and a network that is slow after that": {time.Minute, 20 * time.Second, 20 * time.Second},
		"a prompt that is left":                 {time.Hour, time.Hour, keyringAsks},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				locked := func() bool { return time.Since(start) < tt.unlocked }
				firstSettled(t.Context(), &scripted{settles: tt.settles}, locked)
				if took := time.Since(start); took < tt.want || took > tt.want+lookAgain {
					t.Errorf("the tray came after %v, not %v", took, tt.want)
				}
			})
		})
	}
}
