package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
)

// TestAStartCancelledBeforeItArrives begins no session, warm or cold, and the user's other starts do.
func TestAStartCancelledBeforeItArrives(t *testing.T) {
	for name, warm := range map[string]bool{"warm": true, "cold": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if warm {
					keeper := w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
					time.Sleep(3 * time.Minute)
					keeper.do(backend.WishQuit)
					<-keeper.done
				}
				before := w.count(t)
				s := w.desktop(t, "function")
				if err := s.CancelStart(t.Context(), userNo(1), "one"); err != nil {
					t.Fatal(err)
				}
				_, err := s.StartWithID(t.Context(), userNo(1), "one", func(backend.Progress) {})
				if p := backend.ProblemOf(err); p == nil || p.Kind != backend.KindInterrupted {
					t.Errorf("the cancelled start ends with %v", err)
				}
				if now := w.count(t); now["running"] != before["running"] || now["pending"] != before["pending"] {
					t.Errorf("instances before: %v, after: %v", before, now)
				}
				if _, err := s.StartWithID(t.Context(), userNo(1), "two", func(backend.Progress) {}); err != nil {
					t.Errorf("the next start: %v", err)
				}
			})
		})
	}
}
