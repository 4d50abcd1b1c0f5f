package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

// TestWhatAStartTriesIsKept lists every try of a start in its order, and none of them after another start begins.
func TestWhatAStartTriesIsKept(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	s := stateOf(Snapshot{Phase: Claiming, User: &User{ID: "1"}})
	for _, text := range []string{"one", "two"} {
		s, _ = next(s, progressed{Progress{Try: messages.Verbatim(text)}}, Rules{}, now)
	}
	if len(s.Tries) != 2 || s.Tries[0].String() != "one" || s.Tries[1].String() != "two" {
		t.Fatalf("the tries are %v", s.Tries)
	}
	s = stateOf(Snapshot{Phase: Idle, User: &User{ID: "1"}, Tries: s.Tries})
	if s, _ = next(s, wished{Wish{Verb: WishStart}}, Rules{}, now); len(s.Tries) != 0 {
		t.Errorf("another start begins with %v", s.Tries)
	}
}
