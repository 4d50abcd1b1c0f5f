package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

var (
	t0    = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	rules = Rules{Window: time.Hour, Warning: 5 * time.Minute}
	alice = &User{ID: "sub-alice", Username: "alice", Role: RoleUser}
)

func session(expire time.Time) *Session {
	return &Session{UserID: alice.ID, InstanceID: "i-1", CreationTime: t0, ExpireAt: expire, Epoch: 1}
}

// stateOf is a state of which only what others see matters.
func stateOf(s Snapshot) state { return state{Snapshot: s} }

func readySnapshot() state {
	return state{Snapshot: Snapshot{Phase: Ready, User: alice, Session: session(t0.Add(time.Hour))},
		lookAt: t0.Add(time.Minute)}
}

func TestNext(t *testing.T) {
	trouble := &Problem{Kind: KindCapacity, What: messages.Verbatim("none")}
	running := &Machine{InstanceID: "i-1", State: "running", InstanceStatus: "ok", SystemStatus: "ok"}
	stoppedMachine := &Machine{InstanceID: "i-1", State: "stopped"}
	tests := []struct {
		name    string
		from    state
		event   event
		at      time.Time
		phase   Phase
		effects []effect
	}{
		{"sign in", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishSignIn, Username: "a", Password: "b"}}, t0,
			SigningIn, []effect{doSignIn{1, "a", "b"}}},
		{"empty fields stay", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishSignIn, Username: "a"}}, t0,
			SignedOut, nil},
		{"signed in looks for an old session", stateOf(Snapshot{Phase: SigningIn}), signInAnswered{user: alice}, t0, Idle,
			[]effect{doKeep{true}, doFind{*alice}, doPrepare{*alice}}},
		{"refused", stateOf(Snapshot{Phase: SigningIn}), signInAnswered{problem: trouble}, t0, SignedOut, nil},
		{"a challenge waits", stateOf(Snapshot{Phase: SigningIn}), signInAnswered{challenge: &Challenge{Name: "SMS_MFA"}}, t0,
			SigningIn, nil},
		{"an old session is adopted", stateOf(Snapshot{Phase: Idle, User: alice}),
			sessionFound{session: session(t0.Add(time.Hour))}, t0, Claiming, []effect{doStart{*alice}}},
		{"no old session", stateOf(Snapshot{Phase: Idle, User: alice}), sessionFound{}, t0, Idle, nil},
		{"start", stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishStart}}, t0, Claiming,
			[]effect{doStart{*alice}}},
		{"start twice", stateOf(Snapshot{Phase: Booting, User: alice}), wished{Wish{Verb: WishStart}}, t0, Booting, nil},
		{"start after a failure", stateOf(Snapshot{Phase: Failed, User: alice}), wished{Wish{Verb: WishStart}}, t0, Claiming,
			[]effect{doStart{*alice}}},
		{"progress", stateOf(Snapshot{Phase: Claiming, User: alice}), progressed{Progress{Phase: Booting}}, t0, Booting, nil},
		{"progress after breaking off", stateOf(Snapshot{Phase: Ending, User: alice}), progressed{Progress{Phase: Booting}},
			t0, Ending, nil},
		{"ready", stateOf(Snapshot{Phase: Probing, User: alice}), started{session: session(t0)}, t0, Ready, nil},
		{"a failed start gives back", stateOf(Snapshot{Phase: Probing, User: alice}), started{problem: trouble}, t0, Ending,
			[]effect{doStop{user: *alice, reason: messages.Verbatim("start failed: none")}}},
		{"stop while starting breaks off", stateOf(Snapshot{Phase: Booting, User: alice}), wished{Wish{Verb: WishStop}}, t0,
			Ending, []effect{doBreak{}}},
		{"a start broken off gives back", stateOf(Snapshot{Phase: Ending, User: alice}), started{problem: trouble}, t0,
			Ending, []effect{doStop{user: *alice, reason: messages.New("launcher.startBrokenOff")}}},
		{"quit stops first", readySnapshot(), wished{Wish{Verb: WishQuit}}, t0, Ending,
			[]effect{doStop{user: *alice, session: session(t0.Add(time.Hour)), reason: messages.New("launcher.launcherQuit")}}},
		{"quit when idle signs out", stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishQuit}}, t0, Ending,
			[]effect{doFollow{}, doKeep{false}, doSignOut{}}},
		{"quit when signed out", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishQuit}}, t0, SignedOut,
			[]effect{doLeave{}, doFinish{}}},
		{"time is up", readySnapshot(), ticked{}, t0.Add(time.Hour), Ending,
			[]effect{doStop{user: *alice, session: session(t0.Add(time.Hour)),
				reason: messages.Verbatim("not used for an hour")}}},
		{"a look is due", readySnapshot(), ticked{}, t0.Add(time.Minute), Ready, []effect{doLook{"i-1"}}},
		{"the instance is well", readySnapshot(), machineSeen{instanceID: "i-1", machine: running}, t0, Ready, nil},
		{"the instance was stopped by hand", readySnapshot(), machineSeen{instanceID: "i-1", machine: stoppedMachine}, t0,
			Ending,
			[]effect{doStop{user: *alice, session: session(t0.Add(time.Hour)), reason: messages.New("common.foundStopped")}}},
		{"early activity writes nothing", readySnapshot(), wished{Wish{Verb: WishTouch}}, t0.Add(4 * time.Minute), Ready,
			nil},
		{"activity slides the window", readySnapshot(), wished{Wish{Verb: WishTouch}}, t0.Add(6 * time.Minute), Ready,
			[]effect{doExtend{usedBy(*session(t0.Add(time.Hour)), UseWindow)}}},
		{"somebody else's log line is no activity", readySnapshot(), active{"i-2"}, t0.Add(30 * time.Minute), Ready, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, effects := next(tt.from, tt.event, rules, tt.at)
			if got.Phase != tt.phase {
				t.Errorf("phase %q, want %q", got.Phase, tt.phase)
			}
			sameEffects(t, effects, tt.effects)
		})
	}
}

func sameEffects(t *testing.T, got, want []effect) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("effects %+v, want %+v", got, want)
	}
	for i := range got {
		g, gStop := got[i].(doStop)
		w, wStop := want[i].(doStop)
		if gStop && wStop {
			if g.reason.String() != w.reason.String() || g.terminate != w.terminate || (g.session == nil) != (w.session == nil) {
				t.Errorf("effect %+v, want %+v", g, w)
			}
			continue
		}
		if got[i] != want[i] {
			t.Errorf("effect %+v, want %+v", got[i], want[i])
		}
	}
}

func TestQuitWithASessionSignsOutAfterTheStop(t *testing.T) {
	s, _ := next(readySnapshot(), wished{Wish{Verb: WishQuit}}, rules, t0)
	s, effects := next(s, stopped{}, rules, t0)
	sameEffects(t, effects, []effect{doFollow{}, doKeep{false}, doSignOut{}})
	s, effects = next(s, signedOut{}, rules, t0)
	if s.Phase != SignedOut || s.User != nil {
		t.Errorf("after quitting: %q, user %v", s.Phase, s.User)
	}
	sameEffects(t, effects, []effect{doFinish{}})
}

func TestStaySignedInKeepsTheSignInNotTheInstance(t *testing.T) {
	r := rules
	r.StaySignedIn = true
	s, effects := next(readySnapshot(), wished{Wish{Verb: WishQuit}}, r, t0)
	if stop, ok := effects[0].(doStop); !ok || stop.session == nil {
		t.Fatalf("the instance is not stopped: %+v", effects)
	}
	_, effects = next(s, stopped{}, r, t0)
	sameEffects(t, effects, []effect{doFollow{}, doKeep{false}, doSignOut{forget: true}})
}

func TestAStopThatFailsKeepsTheSession(t *testing.T) {
	s, _ := next(readySnapshot(), wished{Wish{Verb: WishStop}}, rules, t0)
	s, _ = next(s, stopped{problem: &Problem{What: messages.Verbatim("no network")}}, rules, t0)
	if s.Phase != Failed || s.Session == nil {
		t.Fatalf("phase %q, session %v: Stop could not be pressed again", s.Phase, s.Session)
	}
	_, effects := next(s, wished{Wish{Verb: WishStop}}, rules, t0)
	if len(effects) != 1 {
		t.Errorf("pressing Stop again does %+v", effects)
	}
}

func TestWarningFiveMinutesBeforeTheEnd(t *testing.T) {
	s := readySnapshot()
	s.lookAt = t0.Add(2 * time.Hour)
	if at := deadline(s, rules, t0); !at.Equal(t0.Add(55 * time.Minute)) {
		t.Errorf("the next tick is at %v", at)
	}
	s, _ = next(s, ticked{}, rules, t0.Add(55*time.Minute))
	if !s.Warning {
		t.Error("no warning")
	}
	s, _ = next(s, extended{session: session(t0.Add(2 * time.Hour))}, rules, t0.Add(56*time.Minute))
	if s.Warning {
		t.Error("the warning stays after an extension")
	}
}

func TestStepsAreTimed(t *testing.T) {
	s, _ := next(stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishStart}}, rules, t0)
	s, _ = next(s, progressed{Progress{Phase: Booting}}, rules, t0.Add(time.Second))
	s, _ = next(s, started{session: session(t0)}, rules, t0.Add(4*time.Second))
	if len(s.Steps) != 2 || s.Steps[0].Took != time.Second || s.Steps[1].Took != 3*time.Second {
		t.Errorf("steps %+v", s.Steps)
	}
}

func TestTheSecondStartKnowsTheUsualTimes(t *testing.T) {
	run := func(s state, took time.Duration) state {
		s, _ = next(s, wished{Wish{Verb: WishStart}}, rules, t0)
		s, _ = next(s, progressed{Progress{Phase: Booting}}, rules, t0.Add(time.Second))
		s, _ = next(s, started{session: session(t0)}, rules, t0.Add(time.Second+took))
		return s
	}
	s := run(stateOf(Snapshot{Phase: Idle, User: alice}), 3*time.Second)
	if s.Steps[1].Usual != 0 {
		t.Errorf("the first start claims to know %v", s.Steps[1].Usual)
	}
	s.Phase = Idle
	s = run(s, 9*time.Second)
	if s.Steps[1].Usual != 3*time.Second {
		t.Errorf("usual %v, want 3s", s.Steps[1].Usual)
	}
}

func TestTheLogAnnouncesTheAvatarOfThisStart(t *testing.T) {
	s, _ := next(stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishStart}}, rules, t0)
	s, _ = next(s, announced{session(t0).InstanceID}, rules, t0)
	if s.Announced {
		t.Error("announced before there is an instance")
	}
	s, _ = next(s, progressed{Progress{Phase: Booting, Session: session(t0)}}, rules, t0)
	if s, _ := next(s, announced{"i-0fedcba9876543210"}, rules, t0); s.Announced {
		t.Error("announced by another instance")
	}
	if s, _ = next(s, announced{session(t0).InstanceID}, rules, t0); !s.Announced {
		t.Error("not announced")
	}
	s.Phase, s.Session = Failed, nil
	if s, _ = next(s, wished{Wish{Verb: WishStart}}, rules, t0); s.Announced {
		t.Error("announced by an earlier start")
	}
}

func TestDurationsAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "a minute", 25 * time.Minute: "25 minutes", time.Hour: "an hour", 12 * time.Hour: "12 hours",
		90 * time.Minute: "90 minutes", 90 * time.Second: "1m30s", 0: "0s",
	} {
		if got := humanDuration(d); got.String() != want {
			t.Errorf("%v is said as %q, want %q", d, got, want)
		}
	}
}

func TestAStopThatLeavesSomethingEndsTheSessionAndSaysSo(t *testing.T) {
	left := &Problem{Kind: KindLeftover, What: messages.New("fleet.instanceStoppedButName")}
	s, _ := next(readySnapshot(), wished{Wish{Verb: WishStop}}, rules, t0)
	s, _ = next(s, stopped{problem: left}, rules, t0)
	if s.Phase != Idle || s.Session != nil || s.Problem != left {
		t.Errorf("after a stop: phase %q, session %v, problem %v", s.Phase, s.Session, s.Problem)
	}
	s, _ = next(readySnapshot(), wished{Wish{Verb: WishQuit}}, rules, t0)
	s, effects := next(s, stopped{problem: left}, rules, t0)
	sameEffects(t, effects, []effect{doFollow{}, doKeep{false}, doSignOut{}})
	if s, _ = next(s, signedOut{}, rules, t0); s.Problem != left {
		t.Errorf("after quitting, what is left is not said: %v", s.Problem)
	}
}
