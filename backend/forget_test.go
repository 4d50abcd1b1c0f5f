package backend

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/messages"
)

// A user's log is dropped before somebody else is signed in, whichever way the first one left.
func TestTheNextUserFindsNoLog(t *testing.T) {
	bob := &User{ID: "b", Username: "bob"}
	t.Run("signed out", func(t *testing.T) {
		s, effects := next(state{Snapshot: Snapshot{Phase: Idle, User: alice}, reader: alice.ID},
			wished{Wish{Verb: WishSignOut}}, rules, t0)
		sameEffects(t, effects, []effect{doFollow{}, doForget{}, doKeep{false}, doSignOut{}})
		s.history = learned{learnedKey{}: nil}
		s.Notices = []Notice{{Key: "cloud", Problem: &Problem{What: messages.Verbatim("alice's instance")}},
			{Key: "keyring", Problem: &Problem{}}}
		s, _ = next(s, signedOut{}, rules, t0)
		if len(s.history) > 0 || s.reader != "" || len(s.Notices) != 1 || s.Notices[0].Key != "keyring" {
			t.Errorf("left behind: %+v, %q, %+v", s.history, s.reader, s.Notices)
		}
	})
	for name, tt := range map[string]struct {
		user    *User
		effects []effect
	}{
		"another one": {bob, []effect{doFollow{}, doForget{}, doKeep{true}, doFind{*bob}, doPrepare{*bob}}},
		"the same":    {alice, []effect{doKeep{true}, doFind{*alice}, doPrepare{*alice}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := state{Snapshot: Snapshot{Phase: SigningIn}, attempt: 1, reader: alice.ID}
			s, effects := next(s, signInAnswered{attempt: 1, user: tt.user}, rules, t0)
			sameEffects(t, effects, tt.effects)
			if s.reader != tt.user.ID {
				t.Errorf("the log is %q's", s.reader)
			}
		})
	}
}

// forgetting is a Logs that notes when it is told to forget.
type forgetting struct{ id *scripted }

func (forgetting) Follow(ctx context.Context, _ string, _ time.Time) error {
	<-ctx.Done()
	return ctx.Err()
}
func (f forgetting) Forget() { f.id.note("forget") }

func TestTheLogIsForgottenBeforeTheSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &scripted{}
		l := New(Options{Identity: id, Fleet: noFleet{}, Logs: forgetting{id}, Rules: rules})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = l.Run(ctx) }()
		defer func() { cancel(); <-ended }()
		for _, w := range []Wish{{Verb: WishSignIn, Username: "a", Password: "p"}, {Verb: WishSignOut},
			{Verb: WishSignIn, Username: "b", Password: "p"}} {
			l.Do(w)
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if want := "sign-in:a in:a forget sign-out sign-in:b in:b"; id.seen() != want {
			t.Errorf("calls %q, want %q", id.seen(), want)
		}
	})
}

func TestTheNoticeOfTheBrowserGoesWithTheAvatar(t *testing.T) {
	s := readySnapshot()
	s.Notices = []Notice{{Key: NoticeBrowser,
		Problem: &Problem{Why: messages.Verbatim("Your avatar is at http://alice.example/.")}}}
	if s, _ = next(s, wished{Wish{Verb: WishStop}}, rules, t0); s.Phase != Ending || len(s.Notices) != 0 {
		t.Errorf("phase %q, notices %+v", s.Phase, s.Notices)
	}
}
