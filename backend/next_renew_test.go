package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

// renewed is a ready session whose user has asked to sign in again.
func renewed(t *testing.T) state {
	t.Helper()
	s, effects := next(readySnapshot(), wished{Wish{Verb: WishRenew}}, rules, t0)
	sameEffects(t, effects, []effect{doFollow{}, doForget{}, doKeep{false}, doSignOut{forget: true}})
	s, effects = next(s, signedOut{}, rules, t0)
	if s.Phase != SignedOut || s.User != nil || len(effects) != 0 {
		t.Fatalf("%s, user %v, effects %+v", s.Phase, s.User, effects)
	}
	if s.Kept == nil || s.Kept.Username != "alice" || !s.Kept.Until.Equal(t0.Add(time.Hour)) {
		t.Fatalf("kept %+v", s.Kept)
	}
	return s
}

func TestSigningInAgainKeepsTheInstance(t *testing.T) {
	s, _ := next(renewed(t), wished{Wish{Verb: WishSignIn, Username: "alice", Password: "b"}}, rules, t0)
	s, effects := next(s, signInAnswered{attempt: s.attempt, user: alice}, rules, t0)
	sameEffects(t, effects, []effect{doKeep{true}, doFind{*alice}, doPrepare{*alice}})
	if s.Kept != nil {
		t.Errorf("kept %+v", s.Kept)
	}
	s, effects = next(s, sessionFound{session: session(t0.Add(time.Hour))}, rules, t0)
	sameEffects(t, effects, []effect{doStart{*alice}}) // it attaches
	s, _ = next(s, started{session: session(t0.Add(time.Hour))}, rules, t0)
	if s.Phase != Ready {
		t.Errorf("phase %s", s.Phase)
	}
}

func TestAnotherUserDoesNotTakeOverWhatIsKept(t *testing.T) {
	bob := &User{ID: "sub-bob", Username: "bob", Role: RoleUser}
	s, _ := next(renewed(t), wished{Wish{Verb: WishSignIn, Username: "bob", Password: "b"}}, rules, t0)
	s, effects := next(s, signInAnswered{attempt: s.attempt, user: bob}, rules, t0)
	sameEffects(t, effects, []effect{doKeep{true}, doFind{*bob}, doPrepare{*bob}})
	if s.Kept != nil || s.Session != nil || s.URL != "" || s.Machine != nil {
		t.Errorf("bob has %+v, %+v, %q", s.Kept, s.Session, s.URL)
	}
	if s, effects = next(s, sessionFound{}, rules, t0); s.Phase != Idle || len(effects) != 0 {
		t.Errorf("%s, %+v", s.Phase, effects)
	}
}

func TestASignInThatHasEndedIsSaidAsSuch(t *testing.T) {
	ended := &Problem{Kind: KindRefused, What: messages.Verbatim("what"), Why: messages.New("fleet.signInEnded")}
	s, _ := next(readySnapshot(), machineSeen{instanceID: "i-1", problem: ended}, rules, t0)
	if len(s.Notices) != 1 || s.Notices[0].Key != "sign-in" {
		t.Errorf("notices %+v", s.Notices)
	}
}

func TestSigningInAgainWaitsForAStart(t *testing.T) {
	for _, p := range []Phase{Claiming, Booting, Ending} {
		if s, effects := next(stateOf(Snapshot{Phase: p, User: alice}), wished{Wish{Verb: WishRenew}}, rules,
			t0); s.Phase != p || len(effects) != 0 {
			t.Errorf("%s becomes %s by %+v", p, s.Phase, effects)
		}
	}
}
