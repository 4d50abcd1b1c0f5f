package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

// attaching is a launcher that has found its user's session running, and attaches to it.
func attaching(t *testing.T) state {
	t.Helper()
	s, effects := next(stateOf(Snapshot{Phase: Idle, User: alice}), sessionFound{session: session(t0.Add(time.Hour))},
		rules, t0)
	sameEffects(t, effects, []effect{doStart{*alice}})
	return s
}

func TestAnAttachThatFailsKeepsTheInstance(t *testing.T) {
	trouble := &Problem{Kind: KindUnreachable, What: messages.Verbatim("no network")}
	reported := progressed{Progress{Phase: Arming, Session: session(t0.Add(time.Hour)), Attached: true}}
	for name, events := range map[string][]event{"at once": nil, "later": {reported}} {
		s := attaching(t)
		for _, e := range events {
			s, _ = next(s, e, rules, t0)
		}
		s, effects := next(s, started{problem: trouble}, rules, t0)
		if len(effects) != 0 || s.Phase != Failed || s.Session == nil || s.Problem != trouble || !s.Adopting {
			t.Fatalf("%s: %s, session %v, problem %v, effects %+v", name, s.Phase, s.Session, s.Problem, effects)
		}
		at := deadline(s, rules, t0)
		if at.IsZero() {
			t.Fatalf("%s: it is not tried again", name)
		}
		s, effects = next(s, ticked{}, rules, at)
		sameEffects(t, effects, []effect{doFind{*alice}})
		again, effects := next(s, sessionFound{session: session(t0.Add(time.Hour))}, rules, at)
		sameEffects(t, effects, []effect{doStart{*alice}})
		if again, _ = next(again, started{session: session(t0.Add(time.Hour))}, rules, at); again.Phase != Ready ||
			again.Problem != nil {
			t.Errorf("%s: %s, problem %v", name, again.Phase, again.Problem)
		}
		over, effects := next(s, sessionFound{}, rules, at)
		if over.Phase != Idle || over.Session != nil || over.Problem != nil {
			t.Errorf("%s: after its end %s, session %v, problem %v", name, over.Phase, over.Session, over.Problem)
		}
		countedTwice(t, over, effects, at)
		away, effects := next(s, sessionFound{problem: trouble}, rules, at)
		if away.Phase != Failed || len(effects) != 0 || deadline(away, rules, at).IsZero() {
			t.Errorf("%s: away %s, effects %+v", name, away.Phase, effects)
		}
	}
}

func TestASessionThatCannotBeAttachedToCanBeStopped(t *testing.T) {
	s, _ := next(attaching(t), started{problem: &Problem{What: messages.Verbatim("no network")}}, rules, t0)
	s, effects := next(s, wished{Wish{Verb: WishStop}}, rules, t0)
	sameEffects(t, effects, []effect{doStop{user: *alice, session: session(t0),
		reason: messages.New("launcher.stoppedUser")}})
	s, _ = next(s, stopped{problem: &Problem{What: messages.Verbatim("no network")}}, rules, t0)
	if s.Phase != Failed || s.Adopting {
		t.Fatalf("%s, adopting %v", s.Phase, s.Adopting)
	}
	_, effects = next(s, ticked{}, rules, deadline(s, rules, t0))
	if _, ok := effects[0].(doStop); !ok {
		t.Errorf("the stop that failed is followed by %+v", effects)
	}
}

func TestANewStartAfterTheSessionFoundIsEndedIfItFails(t *testing.T) {
	other := session(t0.Add(2 * time.Hour))
	other.CreationTime = t0.Add(time.Minute)
	s, _ := next(attaching(t), progressed{Progress{Phase: Arming, Session: other}}, rules, t0)
	s, effects := next(s, started{problem: &Problem{What: messages.Verbatim("none")}}, rules, t0)
	sameEffects(t, effects, []effect{doStop{user: *alice, reason: messages.Verbatim("start failed: none")}})
	if s.Phase != Ending {
		t.Errorf("phase %s", s.Phase)
	}
}

func TestASessionFoundAfterItsTimeIsEnded(t *testing.T) {
	old := session(t0.Add(-time.Hour))
	failed, _ := next(attaching(t), started{problem: &Problem{What: messages.Verbatim("no network")}}, rules, t0)
	for name, before := range map[string]state{"idle": stateOf(Snapshot{Phase: Idle, User: alice, Adopting: true}),
		"not attached": failed} {
		s, effects := next(before, sessionFound{session: old}, rules, t0)
		sameEffects(t, effects, []effect{doStop{user: *alice, session: old,
			reason: messages.New("launcher.timeNoLauncherRan")}})
		if s.Phase != Ending || s.Problem != nil {
			t.Fatalf("%s: phase %s, problem %v", name, s.Phase, s.Problem)
		}
		s, _ = next(s, stopped{}, rules, t0)
		if s.Phase != Idle || s.Session != nil || s.Attached || s.Problem != nil {
			t.Errorf("%s: after the stop %s, session %v, problem %v", name, s.Phase, s.Session, s.Problem)
		}
	}
}

func TestASessionFoundWithoutItsInstanceIsEnded(t *testing.T) {
	half := session(t0.Add(time.Hour))
	half.Phase = Ending
	s, effects := next(stateOf(Snapshot{Phase: Idle, User: alice, Adopting: true}), sessionFound{session: half}, rules, t0)
	sameEffects(t, effects, []effect{doStop{user: *alice, session: half, reason: messages.New("launcher.endingCutShort")}})
	if s.Phase != Ending {
		t.Errorf("phase %s", s.Phase)
	}
}

func TestANameThatIsLateIsSaidForAWhile(t *testing.T) {
	late := &Notice{Key: NoticeName, Problem: &Problem{What: messages.Verbatim("late")}}
	s, _ := next(attaching(t), progressed{Progress{Notice: late}}, rules, t0)
	s, _ = next(s, started{session: session(t0.Add(time.Hour))}, rules, t0)
	up := machineSeen{instanceID: "i-1", machine: &Machine{InstanceID: "i-1", State: Running}}
	s, _ = next(s, up, rules, t0.Add(time.Minute))
	if len(s.Notices) != 1 || s.Notices[0] != *late {
		t.Fatalf("after a minute the notices are %+v", s.Notices)
	}
	if s, _ := next(s, wished{Wish{Verb: WishStop}}, rules, t0); len(s.Notices) != 0 {
		t.Errorf("after the session the notices are %+v", s.Notices)
	}
	if s, _ := next(s, up, rules, t0.Add(nameSettles+time.Minute)); len(s.Notices) != 0 {
		t.Errorf("later the notices are %+v", s.Notices)
	}
}

func TestLeavingAnInstanceThatWasFoundRunning(t *testing.T) {
	quit := wished{Wish{Verb: WishQuit, LeaveAttached: true}}
	leaves := []effect{doFollow{}, doKeep{false}, doSignOut{forget: rules.StaySignedIn}}
	ready, _ := next(attaching(t), started{session: session(t0.Add(time.Hour))}, rules, t0)
	failed, _ := next(attaching(t), started{problem: &Problem{What: messages.Verbatim("no network")}}, rules, t0)
	own := readySnapshot()
	for name, c := range map[string]struct {
		before state
		want   []effect
	}{
		"attached":     {ready, leaves},
		"attaching":    {attaching(t), append([]effect{doBreak{}}, leaves...)},
		"not attached": {failed, leaves},
		"started itself": {own, []effect{doStop{user: *alice, session: own.Session,
			reason: messages.New("launcher.launcherQuit")}}},
	} {
		s, effects := next(c.before, quit, rules, t0)
		sameEffects(t, effects, c.want)
		if s.Phase != Ending {
			t.Errorf("%s: phase %s", name, s.Phase)
		}
		if name == "started itself" {
			continue
		}
		if s, effects = next(s, started{problem: &Problem{Kind: KindInterrupted}}, rules, t0); len(effects) != 0 {
			t.Errorf("%s: what comes of the start is followed by %+v", name, effects)
		}
		s, effects = next(s, signedOut{}, rules, t0)
		sameEffects(t, effects, []effect{doFinish{}})
		if s.Phase != SignedOut || s.leaves {
			t.Errorf("%s: it ends as %s", name, s.Phase)
		}
	}
}

func TestAttachingIsTriedLessAndLessOften(t *testing.T) {
	s, at, tries := attaching(t), t0, 0
	for ; at.Before(t0.Add(time.Hour / 2)); tries++ {
		s, _ = next(s, started{problem: &Problem{What: messages.Verbatim("refused")}}, rules, at)
		at = deadline(s, rules, at)
		s, _ = next(s, ticked{}, rules, at)
		s, _ = next(s, sessionFound{session: session(t0.Add(time.Hour))}, rules, at)
	}
	if tries < 5 || tries > 12 {
		t.Errorf("%d tries in half an hour, want 5 to 12", tries)
	}
}

// countedTwice checks that the month's cost is read at once after an end that another process is writing down, and once
// more, though nobody uses the window.
func countedTwice(t *testing.T, s state, effects []effect, now time.Time) {
	t.Helper()
	sameEffects(t, effects, []effect{doPrepare{*alice}})
	at := deadline(s, rules, now)
	if at.Sub(now) < 10*time.Second || at.Sub(now) > time.Minute {
		t.Fatalf("the cost is read again at %v", at)
	}
	s, effects = next(s, ticked{}, rules, at)
	sameEffects(t, effects, []effect{doPrepare{*alice}})
	if at := deadline(s, rules, at); !at.IsZero() {
		t.Errorf("and a third time at %v", at)
	}
}
