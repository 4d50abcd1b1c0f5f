package backend

import (
	"testing"
	"time"
)

// report feeds what a start reports, a phase every so often.
func report(s state, from time.Time, every time.Duration, all ...Progress) (state, time.Time) {
	for _, p := range all {
		from = from.Add(every)
		s, _ = next(s, progressed{p}, rules, from)
	}
	return s, from
}

func total(steps []Step) (sum time.Duration) {
	for _, s := range steps {
		sum += s.Took
	}
	return sum
}

// TestAStartCountsFromItsClaim leaves the wait in the queue out of how long the start took, as the history does.
func TestAStartCountsFromItsClaim(t *testing.T) {
	s, _ := next(stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishStart}}, rules, t0)
	s, at := report(s, t0, time.Minute, Progress{Phase: Claiming, Queue: &Queue{Position: 1, Length: 1}})
	claimed := session(at.Add(time.Hour))
	claimed.CreationTime = at.Add(59 * time.Second)
	s, at = report(s, at, time.Minute, Progress{Phase: Arming, Session: claimed})
	s, at = report(s, at, time.Second, Progress{Phase: Booting}, Progress{Phase: Probing})
	s, _ = next(s, started{session: claimed}, rules, at.Add(time.Second))
	want := at.Add(time.Second).Sub(claimed.CreationTime)
	if took := total(s.Steps); s.Phase != Ready || took != want {
		t.Errorf("%s, and the start took %v, the history has %v", s.Phase, took, want)
	}
	if got := s.history.usual(whole, false); got > 10*time.Second {
		t.Errorf("the next start is expected to take %v", got)
	}
}

// TestAttachingIsNoStart keeps how long attaching took out of what the window shows and expects of a start.
func TestAttachingIsNoStart(t *testing.T) {
	s := attaching(t)
	s, at := report(s, t0, time.Millisecond, Progress{Phase: Arming, Session: session(t0.Add(time.Hour)), Attached: true},
		Progress{Phase: Booting}, Progress{Phase: Probing})
	s, _ = next(s, started{session: session(t0.Add(time.Hour))}, rules, at)
	if s.Phase != Ready || len(s.Steps) != 0 || s.history.usual(whole, false) != 0 {
		t.Errorf("%s, steps %+v, expected %v", s.Phase, s.Steps, s.history.usual(whole, false))
	}
}
