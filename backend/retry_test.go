package backend

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/messages"
)

// A computer that starts before its network does: nobody should have to press anything once there is one.
func TestASignInThatCouldNotBeReachedIsResumedLater(t *testing.T) {
	away := &Problem{Kind: KindUnreachable, What: messages.Verbatim("Couldn’t restore your last sign-in")}
	s, _ := next(stateOf(Snapshot{Phase: SigningIn}), signInAnswered{resumed: true, problem: away}, rules, t0)
	if s.Phase != SignedOut || s.Problem != away {
		t.Fatalf("%q, %v", s.Phase, s.Problem)
	}
	at := deadline(s, rules, t0)
	if !at.Equal(t0.Add(retryPause)) {
		t.Fatalf("it is asked again at %v", at)
	}
	s, effects := next(s, ticked{}, rules, at)
	sameEffects(t, effects, []effect{doResume{0}})
	if s.Phase != SignedOut {
		t.Errorf("the page is taken away from whoever types: %q", s.Phase)
	}
	if !deadline(s, rules, at).IsZero() {
		t.Error("it is asked again before there is an answer")
	}
	// Still none: what the user has dismissed does not come back.
	s, _ = next(s, wished{Wish{Verb: WishDismiss}}, rules, at)
	s, _ = next(s, signInAnswered{resumed: true, problem: &Problem{Kind: KindUnreachable}}, rules, at)
	if s.Problem != nil || !deadline(s, rules, at).Equal(at.Add(retryPause)) {
		t.Errorf("problem %v, again at %v", s.Problem, deadline(s, rules, at))
	}
	s, _ = next(s, ticked{}, rules, at.Add(retryPause))
	in, effects := next(s, signInAnswered{resumed: true, user: alice}, rules, at)
	if in.Phase != Idle || in.User != alice {
		t.Errorf("there is a network, and the phase is %q", in.Phase)
	}
	sameEffects(t, effects, []effect{doKeep{true}, doFind{*alice}, doPrepare{*alice}})

	// Anyone who signs in by hand meanwhile does not wait for it.
	typed, effects := next(s, wished{Wish{Verb: WishSignIn, Username: "a", Password: "b"}}, rules, at)
	sameEffects(t, effects, []effect{doLeave{}, doSignIn{1, "a", "b"}})
	if typed, _ = next(typed, signInAnswered{resumed: true, problem: away}, rules, at); typed.Phase != SigningIn ||
		typed.Problem != nil {
		t.Errorf("an answer to what was left: %q, %v", typed.Phase, typed.Problem)
	}

	// What is refused is not asked again.
	s, _ = next(s, signInAnswered{resumed: true, problem: &Problem{Kind: KindRefused, What: messages.Verbatim("revoked")}},
		rules, at)
	if s.Problem == nil || s.Problem.What.String() != "revoked" || !deadline(s, rules, at).IsZero() {
		t.Errorf("problem %v, again at %v", s.Problem, deadline(s, rules, at))
	}
}

func TestASessionThatCouldNotBeLookedForIsLookedForLater(t *testing.T) {
	away := &Problem{Kind: KindUnreachable, What: messages.New("fleet.cannotReadSession2")}
	s, _ := next(stateOf(Snapshot{Phase: Idle, User: alice, Adopting: true}), sessionFound{problem: away}, rules, t0)
	if s.Problem != away || s.Adopting {
		t.Fatalf("problem %v, adopting %v", s.Problem, s.Adopting)
	}
	at := deadline(s, rules, t0)
	s, effects := next(s, ticked{}, rules, at)
	sameEffects(t, effects, []effect{doFind{*alice}})
	none, _ := next(s, sessionFound{}, rules, at)
	if none.Problem != nil || !deadline(none, rules, at).IsZero() {
		t.Errorf("problem %v stays, again at %v", none.Problem, deadline(none, rules, at))
	}
	found, effects := next(s, sessionFound{session: session(t0.Add(time.Hour))}, rules, at)
	if found.Phase != Claiming {
		t.Errorf("the instance of the run before is not adopted: %q", found.Phase)
	}
	sameEffects(t, effects, []effect{doStart{*alice}})
	denied, _ := next(s, sessionFound{problem: &Problem{Kind: KindDenied}}, rules, at)
	if !deadline(denied, rules, at).IsZero() {
		t.Error("what is not allowed is asked for again")
	}
	started, _ := next(s, wished{Wish{Verb: WishStart}}, rules, at)
	if started.Problem != nil || !deadline(started, rules, at).IsZero() {
		t.Errorf("a start looks by itself: problem %v, again at %v", started.Problem, deadline(started, rules, at))
	}
}

// late is an Identity that cannot reach its pool at first.
type late struct {
	scripted
	failures int
}

func (i *late) Resume(context.Context) (*User, error) {
	i.note("resume")
	if i.failures--; i.failures >= 0 {
		return nil, &Problem{Kind: KindUnreachable, What: messages.Verbatim("Couldn’t restore your last sign-in")}
	}
	return alice, nil
}

func TestTheLauncherResumesOnceThereIsANetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &late{failures: 3}
		l := New(Options{Identity: id, Fleet: noFleet{}, Rules: rules})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = l.Run(ctx, Wish{Verb: WishUnlock}) }()
		time.Sleep(3*retryPause + time.Second)
		synctest.Wait()
		if s := l.Snapshot(); s.User != alice || s.Phase != Idle || s.Problem != nil ||
			id.seen() != "resume resume resume resume" {
			t.Errorf("phase %q, user %v, problem %v, calls %q", s.Phase, s.User, s.Problem, id.seen())
		}
		cancel()
		<-ended
	})
}

// TestRetryNowAsksAtOnce has the window's Retry now, and a report of viewers, look at once when the cloud was away.
func TestRetryNowAsksAtOnce(t *testing.T) {
	away := readySnapshot()
	away, _ = next(away, machineSeen{instanceID: "i-1", problem: &Problem{Kind: KindUnreachable}}, rules, t0)
	if !offline(away) || !deadline(away, rules, t0).After(t0) {
		t.Fatalf("notices %v, next look at %v", away.Notices, deadline(away, rules, t0))
	}
	for name, e := range map[string]event{"Retry now": wished{Wish{Verb: WishRetry}}, "a report": watched{"i-1", 0}} {
		s, _ := next(away, e, rules, t0)
		if at := deadline(s, rules, t0); !at.Equal(t0) {
			t.Errorf("%s: the next look is at %v", name, at)
		}
		s, effects := next(s, ticked{}, rules, t0)
		sameEffects(t, effects, []effect{doLook{"i-1"}})
		if s, _ = next(s, machineSeen{instanceID: "i-1", machine: &Machine{State: Running}}, rules, t0); offline(s) {
			t.Errorf("%s: the cloud is back, and the user is told that it is away", name)
		}
	}
	s := readySnapshot()
	s.Phase, s.unstopped = Failed, unstopped{reason: messages.Verbatim("stopped"), at: t0.Add(time.Minute)}
	if s, _ = next(s, wished{Wish{Verb: WishRetry}}, rules, t0); !s.unstopped.at.Equal(t0) {
		t.Errorf("the stop is tried again at %v", s.unstopped.at)
	}
}
