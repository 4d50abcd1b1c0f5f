package backend

import (
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

// stopThatFailed is a session whose user has pressed Stop, and whose stop request was not taken.
func stopThatFailed(t *testing.T, v Verb) (state, *Problem) {
	t.Helper()
	trouble := &Problem{Kind: KindUnreachable, What: messages.Verbatim("no network")}
	s, _ := next(readySnapshot(), wished{Wish{Verb: v}}, rules, t0)
	s, _ = next(s, stopped{problem: trouble}, rules, t0)
	if s.Phase != Failed || s.Session == nil || s.Problem == nil {
		t.Fatalf("phase %s, session %v, problem %v", s.Phase, s.Session, s.Problem)
	}
	return s, trouble
}

func TestAStopThatFailsIsTriedAgainUntilItSucceeds(t *testing.T) {
	for verb, terminate := range map[Verb]bool{WishStop: false, WishTerminate: true} {
		s, trouble := stopThatFailed(t, verb)
		now, pauses := t0, []time.Duration(nil)
		for range 6 {
			at := deadline(s, rules, now)
			if at.IsZero() {
				t.Fatal("it is not tried again")
			}
			pauses, now = append(pauses, at.Sub(now)), at
			var effects []effect
			s, effects = next(s, ticked{}, rules, now)
			stop, ok := effects[0].(doStop)
			if len(effects) != 1 || !ok || stop.session == nil || stop.terminate != terminate || stop.reason.IsZero() {
				t.Fatalf("effects %+v", effects)
			}
			if s.Phase != Failed || !deadline(s, rules, now).IsZero() {
				t.Errorf("while it is under way: %s, deadline %v", s.Phase, deadline(s, rules, now))
			}
			s, _ = next(s, stopped{problem: trouble}, rules, now)
		}
		if pauses[0] != firstRestop || pauses[1] != 2*firstRestop || pauses[5] != lastRestop {
			t.Errorf("pauses %v", pauses)
		}
		s, _ = next(s, ticked{}, rules, deadline(s, rules, now))
		s, _ = next(s, stopped{}, rules, now)
		if s.Phase != Idle || s.Session != nil || s.Problem != nil {
			t.Errorf("after it succeeded: %s, session %v, problem %v", s.Phase, s.Session, s.Problem)
		}
		if at := deadline(s, rules, now); !at.IsZero() {
			t.Errorf("the next tick is at %v", at)
		}
	}
}

func TestAStopIsTriedUntilTheArmedStopHasActed(t *testing.T) {
	s, trouble := stopThatFailed(t, WishStop)
	now := t0
	for at := deadline(s, rules, now); !at.IsZero(); at = deadline(s, rules, now) {
		if now = at; now.After(t0.Add(2 * time.Hour)) {
			t.Fatal("it is tried for ever")
		}
		s, _ = next(s, ticked{}, rules, now)
		s, _ = next(s, stopped{problem: trouble}, rules, now)
	}
	if now.Before(s.Session.ExpireAt) {
		t.Errorf("given up at %v, before the armed stop", now)
	}
}

func TestAHeldSessionIsStoppedNotStarted(t *testing.T) {
	s, trouble := stopThatFailed(t, WishStop)
	if got, effects := next(s, wished{Wish{Verb: WishStart}}, rules, t0); got.Phase != Failed || len(effects) != 0 {
		t.Errorf("Start does %+v in %s", effects, got.Phase)
	}
	s, _ = next(s, ticked{}, rules, t0.Add(firstRestop)) // one attempt is under way when Stop is pressed
	s, effects := next(s, wished{Wish{Verb: WishStop}}, rules, t0.Add(firstRestop))
	if len(effects) != 1 || s.Phase != Ending {
		t.Fatalf("Stop does %+v in %s", effects, s.Phase)
	}
	s, _ = next(s, stopped{problem: trouble}, rules, t0.Add(firstRestop))
	s, _ = next(s, stopped{}, rules, t0.Add(firstRestop))
	if s.Phase != Idle || s.Session != nil {
		t.Errorf("%s, session %v", s.Phase, s.Session)
	}
}

func TestADismissedStopThatFailedIsNotSaidAgain(t *testing.T) {
	s, trouble := stopThatFailed(t, WishStop)
	s, _ = next(s, wished{Wish{Verb: WishDismiss}}, rules, t0)
	s, _ = next(s, ticked{}, rules, t0.Add(firstRestop))
	s, _ = next(s, stopped{problem: trouble}, rules, t0.Add(firstRestop))
	if s.Problem != nil {
		t.Errorf("said again: %v", s.Problem)
	}
}

// TestAnAutomaticStopThatFailsSaysSo must not claim that the instance was stopped.
func TestAnAutomaticStopThatFailsSaysSo(t *testing.T) {
	s, _ := next(readySnapshot(), ticked{}, rules, t0.Add(time.Hour))
	s, _ = next(s, stopped{problem: &Problem{Kind: KindUnreachable, What: messages.Verbatim("no network")}}, rules,
		t0.Add(time.Hour))
	if s.Session == nil || s.Problem == nil || s.Problem.What.String() != "no network" {
		t.Errorf("session %v, problem %v", s.Session, s.Problem)
	}
	if deadline(s, rules, t0.Add(time.Hour)).IsZero() {
		t.Error("it is not tried again")
	}
}

func TestTheArmedStopIsSaidOnce(t *testing.T) {
	at := ArmedStop(t0.Add(time.Hour), rules.Grace).Local().Format("15:04")
	for said, p := range map[string]*Problem{
		at: {What: messages.Verbatim("a")},
		"It stops at noon.": {What: messages.Verbatim("a"), Next: messages.Verbatim("It stops at noon."),
			StopsAt: t0.Add(time.Hour)},
	} {
		s, _ := next(readySnapshot(), wished{Wish{Verb: WishStop}}, rules, t0)
		s, _ = next(s, stopped{problem: p}, rules, t0)
		if strings.Count(s.Problem.Next.String(), said) != 1 || !p.Next.IsZero() &&
			s.Problem.Next.String() != p.Next.String() {
			t.Errorf("it says %q, want %s once", s.Problem.Next, said)
		}
	}
}

// TestAnArmedStopIsNotInTheMinuteOfTheEnd holds that a scheduler which heeds minutes only stops no session early.
func TestAnArmedStopIsNotInTheMinuteOfTheEnd(t *testing.T) {
	for _, tt := range []struct {
		end   string
		grace time.Duration
		want  string
	}{
		{"12:00:00", 0, "12:00:00"},
		{"12:00:30", 0, "12:01:00"},
		{"12:00:30", 10 * time.Second, "12:01:00"},
		{"12:00:30", 40 * time.Second, "12:01:10"},
		{"12:00:30", time.Minute, "12:01:30"},
		{"12:00:30", time.Hour, "13:00:30"},
	} {
		end, err := time.Parse(time.TimeOnly, tt.end)
		if err != nil {
			t.Fatal(err)
		}
		if got := ArmedStop(end, tt.grace).Format(time.TimeOnly); got != tt.want {
			t.Errorf("the end %s with a grace of %v is armed for %s, want %s", tt.end, tt.grace, got, tt.want)
		}
	}
}
