package backend

import (
	"testing"
	"time"
)

// TestTheNextStartIsEstimatedBeforeItIsWished: from the first look at earlier starts on, and again after each session.
func TestTheNextStartIsEstimatedBeforeItIsWished(t *testing.T) {
	s := stateOf(Snapshot{Phase: Idle, User: alice})
	s, _ = next(s, prepared{Prepared: &Prepared{Starts: []Start{{Took: 5 * time.Second},
		{Took: time.Minute, Cold: true}}}}, rules, t0)
	if s.Estimate != 5*time.Second {
		t.Errorf("after sign-in the estimate is %v", s.Estimate)
	}
	s.Phase, s.Estimate = Ending, time.Minute // of a cold start
	if s = enter(s, Idle, t0); s.Estimate != 5*time.Second {
		t.Errorf("after a session the estimate is %v", s.Estimate)
	}
}
