package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

func TestASessionThatATimerEndsIsNoFailure(t *testing.T) {
	r := Rules{Window: time.Hour, Prices: Prices{Hourly: map[string]float64{"g5": 2}}}
	trouble := &Problem{Kind: KindUnreachable, What: messages.Verbatim("no network")}
	for name, c := range map[string]struct {
		maximum time.Duration
		fails   bool
		want    TimerKind
	}{"unused": {0, false, TimerIdle}, "longest": {time.Hour, false, TimerMaximum}, "at last": {0, true, TimerIdle}} {
		r.Maximum = c.maximum
		from := readySnapshot()
		from.Session.Type = "g5"
		s, _ := next(from, ticked{}, r, t0.Add(time.Hour))
		if c.fails {
			if s, _ = next(s, stopped{problem: trouble}, r, t0.Add(time.Hour)); s.Phase != Failed || s.Ended != nil {
				t.Fatalf("%s: %s, ended %v", name, s.Phase, s.Ended)
			}
			s, _ = next(s, ticked{}, r, deadline(s, r, t0.Add(time.Hour)))
		}
		s, _ = next(s, stopped{}, r, t0.Add(90*time.Minute))
		if s.Phase != Idle || s.Problem != nil || s.Session != nil {
			t.Errorf("%s: %s, problem %v", name, s.Phase, s.Problem)
		}
		if s.Ended == nil || *s.Ended != (Ended{Why: c.want, Used: 90 * time.Minute, Cost: 3}) {
			t.Errorf("%s: ended %+v", name, s.Ended)
		}
		for _, v := range []Verb{WishDismiss, WishStart} {
			if after, _ := next(s, wished{Wish{Verb: v}}, r, t0.Add(2*time.Hour)); after.Ended != nil {
				t.Errorf("%s: %s keeps %+v", name, v, after.Ended)
			}
		}
	}
}

func TestASessionThatItsUserStopsIsNotSaidToHaveEnded(t *testing.T) {
	s, _ := next(readySnapshot(), wished{Wish{Verb: WishStop}}, rules, t0)
	if s, _ = next(s, stopped{}, rules, t0); s.Phase != Idle || s.Ended != nil {
		t.Errorf("%s, ended %+v", s.Phase, s.Ended)
	}
}
