package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

// usedBy is a session whose last use is known.
func usedBy(s Session, by UseKind) Session {
	s.LastUseBy = by
	return s
}

// played plays events into a snapshot through virtual time: every deadline is ticked, and every extension is granted as
// the fleet does. It stops at until, or when the session begins to end.
type played struct {
	t       *testing.T
	s       state
	r       Rules
	now     time.Time
	extends int
}

func (p *played) take(effects []effect) {
	for _, f := range effects {
		if x, ok := f.(doExtend); ok {
			p.extends++
			moved := x.session
			moved.ExpireAt = p.now.Add(p.r.Window)
			if last := moved.CreationTime.Add(p.r.Maximum); p.r.Maximum > 0 && moved.ExpireAt.After(last) {
				moved.ExpireAt = last
			}
			p.event(extended{session: &moved})
		}
	}
}

func (p *played) event(e event) {
	var effects []effect
	p.s, effects = next(p.s, e, p.r, p.now)
	p.take(effects)
}

// until lets time pass.
func (p *played) until(end time.Time) {
	for n := 0; p.s.Phase == Ready; n++ {
		at := deadline(p.s, p.r, p.now)
		if at.IsZero() || at.After(end) {
			break
		}
		if n > 100_000 {
			p.t.Fatal("the deadlines do not end")
		}
		p.now = at
		if at.Before(p.now) {
			p.t.Fatalf("the deadline %v has passed", at)
		}
		p.event(ticked{})
	}
	if p.s.Phase == Ready {
		p.now = end
	}
}

func startedAt(t *testing.T, r Rules) *played {
	p := &played{t: t, r: r, now: t0.Add(5 * time.Second), s: stateOf(Snapshot{Phase: Probing, User: alice})}
	s := session(t0.Add(r.Window))
	p.event(started{session: s})
	return p
}

func TestAConnectedViewerIsUse(t *testing.T) {
	for _, window := range []time.Duration{2 * time.Minute, 3 * time.Minute, time.Hour} {
		p := startedAt(t, Rules{Window: window, Warning: time.Minute, Maximum: 12 * time.Hour})
		left := t0.Add(5*window + 7*time.Second)
		for p.now.Before(left) {
			p.event(watched{"i-1", 2})
			if p.s.Viewers != 2 {
				t.Fatalf("%d viewers", p.s.Viewers)
			}
			p.until(p.now.Add(15 * time.Second))
			if p.s.Phase != Ready {
				t.Fatalf("window %v: ended after %v while somebody was connected", window, p.now.Sub(t0))
			}
		}
		p.event(watched{"i-1", 0})
		left = p.now
		if p.s.Viewers != 0 || !p.s.LastUse.Equal(left) {
			t.Errorf("after the last has left: %d viewers, last use %v", p.s.Viewers, p.s.LastUse)
		}
		p.until(left.Add(20 * window))
		if took := p.now.Sub(left); took < window || took > window+window/12+extendPause {
			t.Errorf("window %v: ended %v after the last viewer left", window, took)
		}
		if most := int(6*window/min(window/12, extendPause)) + 2; p.extends > most {
			t.Errorf("window %v: %d extensions", window, p.extends)
		}
	}
}

// TestAPlayerWhoDropsForTwoMinutes loses nothing if they are back a second earlier, even with a window that is no
// longer, and counts as gone a second later: whether the streaming server says that they dropped, or says nothing any
// more.
func TestAPlayerWhoDropsForTwoMinutes(t *testing.T) {
	for _, told := range []bool{true, false} {
		for _, away := range []time.Duration{watchTime - time.Second, watchTime + time.Second} {
			p := startedAt(t, Rules{Window: watchTime + extendPause, Warning: time.Minute, Maximum: 12 * time.Hour})
			for range 20 {
				p.event(watched{"i-1", 1})
				p.until(p.now.Add(15 * time.Second))
			}
			p.event(watched{"i-1", 1})
			dropped := p.now
			if told {
				p.event(watched{"i-1", 0})
			}
			p.until(dropped.Add(away))
			gone := told || away > watchTime
			if (p.s.Viewers == 0) != gone || p.s.Phase != Ready {
				t.Errorf("told %v: after %v there are %d viewers, %s", told, away, p.s.Viewers, p.s.Phase)
			}
			p.event(watched{"i-1", 1})
			p.until(p.now.Add(watchTime))
			if p.s.Phase != Ready || p.s.Session.ExpireAt.Before(dropped.Add(away+watchTime)) {
				t.Errorf("told %v: back after %v, the session is %s until %v", told, away, p.s.Phase,
					p.s.Session.ExpireAt.Sub(dropped))
			}
		}
	}
}

func TestUseRightAfterReadyCounts(t *testing.T) {
	for name, use := range map[string]event{
		"Connect": wished{Wish{Verb: WishTouch}}, "a player's line": active{"i-1"}, "a viewer who leaves": watched{"i-1", 1},
	} {
		p := startedAt(t, Rules{Window: 2 * time.Minute, Warning: time.Minute})
		p.until(t0.Add(20 * time.Second))
		p.event(use)
		p.until(t0.Add(time.Hour))
		if end := p.now.Sub(t0); end < 140*time.Second {
			t.Errorf("%s after 15 s did not count: the session ended after %v", name, end)
		}
	}
}

func TestNoViewerOutlastsTheLongestSession(t *testing.T) {
	r := Rules{Window: 10 * time.Minute, Maximum: time.Hour, Warning: time.Minute}
	p := startedAt(t, r)
	for p.s.Phase == Ready && p.now.Before(t0.Add(2*time.Hour)) {
		p.event(watched{"i-1", 1})
		p.until(p.now.Add(15 * time.Second))
	}
	if p.s.Phase != Ending || !p.now.Equal(t0.Add(time.Hour)) {
		t.Errorf("%s at %v", p.s.Phase, p.now.Sub(t0))
	}
}

func TestAViewerWithoutReportsIsForgotten(t *testing.T) {
	p := startedAt(t, Rules{Window: time.Hour, Warning: time.Minute})
	p.event(watched{"i-1", UnknownViewers})
	p.until(p.now.Add(watchTime - time.Second))
	if p.s.Viewers != UnknownViewers {
		t.Errorf("%d viewers", p.s.Viewers)
	}
	p.until(p.now.Add(2 * time.Second))
	if p.s.Viewers != 0 {
		t.Errorf("%d viewers, though nothing has been reported for %v", p.s.Viewers, watchTime)
	}
	p.event(watched{"i-2", 3})
	if p.s.Viewers != 0 {
		t.Error("another instance's viewers count")
	}
}

func TestAnExtensionThatFailsIsTriedAgain(t *testing.T) {
	p := startedAt(t, Rules{Window: time.Hour, Warning: time.Minute})
	p.now = t0.Add(30 * time.Minute)
	s, effects := next(p.s, wished{Wish{Verb: WishTouch}}, p.r, p.now)
	sameEffects(t, effects, []effect{doExtend{usedBy(*p.s.Session, UseWindow)}})
	trouble := &Problem{Kind: KindUnreachable, What: messages.Verbatim("no network")}
	s, _ = next(s, extended{problem: trouble}, p.r, p.now)
	if s.Problem != trouble {
		t.Errorf("problem %v", s.Problem)
	}
	s.lookAt = t0.Add(2 * time.Hour)
	at := deadline(s, p.r, p.now)
	if !at.Equal(p.now.Add(extendPause)) {
		t.Fatalf("the next try is at %v", at)
	}
	s.Problem = nil // dismissed
	s, effects = next(s, ticked{}, p.r, at)
	sameEffects(t, effects, []effect{doExtend{usedBy(*p.s.Session, UseWindow)}})
	s, _ = next(s, extended{problem: trouble}, p.r, at)
	if s.Problem != nil {
		t.Error("it is said twice")
	}
	s.Problem = trouble
	s, _ = next(s, extended{session: session(at.Add(time.Hour))}, p.r, at)
	if s.Problem != nil {
		t.Errorf("problem %v after it succeeded", s.Problem)
	}
}

// TestTheLastUseSaysWhatItWas has each kind of use named in the snapshot, and in the session that an extension writes.
func TestTheLastUseSaysWhatItWas(t *testing.T) {
	r := Rules{Window: time.Hour, Warning: time.Minute}
	for by, e := range map[UseKind]event{
		UseViewer: watched{"i-1", 1}, UseWindow: wished{Wish{Verb: WishTouch}},
		UseOpen:   wished{Wish{Verb: WishTouch, Use: UseOpen}},
		UseExtend: wished{Wish{Verb: WishExtend}}, UseLog: active{"i-1"},
	} {
		p := startedAt(t, r)
		p.until(t0.Add(30 * time.Minute))
		s, effects := next(p.s, e, r, p.now)
		if s.LastUseBy != by || !s.LastUse.Equal(p.now) {
			t.Errorf("%s: last used by %q at %v", by, s.LastUseBy, s.LastUse)
		}
		if x, ok := effects[0].(doExtend); !ok || x.session.LastUseBy != by {
			t.Errorf("%s: effects %+v", by, effects)
		}
		if by.Message().IsZero() {
			t.Errorf("nothing says what %s is", by)
		}
	}
}
