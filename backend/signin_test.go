package backend

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/messages"
)

func TestNextSignIn(t *testing.T) {
	code := &Challenge{Name: StepResetCode, Resend: true}
	asked := state{Snapshot: Snapshot{Phase: SigningIn, Challenge: code}, attempt: 3}
	busy := asked
	busy.Busy = true
	browser := state{Snapshot: Snapshot{Phase: SigningIn, Challenge: &Challenge{Name: StepBrowser}}, attempt: 3}
	tests := []struct {
		name    string
		from    state
		event   event
		phase   Phase
		busy    bool
		effects []effect
	}{
		{"by the browser", state{Snapshot: Snapshot{Phase: SignedOut}, attempt: 2}, wished{Wish{Verb: WishBrowse}}, SigningIn,
			false, []effect{doBrowse{3, ""}}},
		{"by the browser, with a name", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishBrowse, Username: "a"}},
			SigningIn, false, []effect{doBrowse{1, "a"}}},
		{"by the browser, twice", browser, wished{Wish{Verb: WishBrowse}}, SigningIn, false, nil},
		{"signed in already", stateOf(Snapshot{Phase: Idle, User: alice}), wished{Wish{Verb: WishBrowse}}, Idle, false, nil},
		{"by a code", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishCode, Username: "a"}}, SigningIn, false,
			[]effect{doCode{1, "a"}}},
		{"by a code, no name", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishCode}}, SignedOut, false, nil},
		{"forgotten", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishForgot, Username: "a"}}, SigningIn, false,
			[]effect{doForgot{1, "a"}}},
		{"forgotten, no name", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishForgot}}, SignedOut, false, nil},
		{"answer", asked, wished{Wish{Verb: WishRespond, Password: "1"}}, SigningIn, true, []effect{doAnswer{3, "1"}}},
		{"answer, pressed twice", busy, wished{Wish{Verb: WishRespond, Password: "1"}}, SigningIn, true, nil},
		{"no answer", asked, wished{Wish{Verb: WishRespond}}, SigningIn, false, nil},
		{"another code", asked, wished{Wish{Verb: WishResend}}, SigningIn, true, []effect{doResend{3}}},
		{"another code, pressed twice", busy, wished{Wish{Verb: WishResend}}, SigningIn, true, nil},
		{"no other code", stateOf(Snapshot{Phase: SigningIn, Challenge: &Challenge{Name: "SOFTWARE_TOKEN_MFA"}}),
			wished{Wish{Verb: WishResend}}, SigningIn, false, nil},
		{"the browser takes no answer", browser, wished{Wish{Verb: WishRespond, Password: "1"}}, SigningIn, false, nil},
		{"the next step", busy, signInAnswered{attempt: 3, challenge: &Challenge{Name: StepResetPassword}}, SigningIn, false,
			nil},
		{"left", busy, wished{Wish{Verb: WishCancel}}, SignedOut, false, []effect{doLeave{}}},
		{"an answer to what was left", state{Snapshot: Snapshot{Phase: SigningIn}, attempt: 4},
			signInAnswered{attempt: 3, user: alice}, SigningIn, false, nil},
		{"success of what was left", state{Snapshot: Snapshot{Phase: SignedOut}, attempt: 3},
			signInAnswered{attempt: 3, user: alice}, SignedOut, false, []effect{doSignOut{}}},
		{"failure of what was left", state{Snapshot: Snapshot{Phase: SignedOut}, attempt: 3},
			signInAnswered{attempt: 3, problem: &Problem{}}, SignedOut, false, nil},
		{"the keyring, signed in", stateOf(Snapshot{Phase: Ready, User: alice}), wished{Wish{Verb: WishUnlock}}, Ready, false,
			[]effect{doUnlock{}}},
		{"the keyring, signed out", stateOf(Snapshot{Phase: SignedOut}), wished{Wish{Verb: WishUnlock}}, SigningIn, false,
			[]effect{doResume{1}}},
		{"signing out of a challenge", asked, wished{Wish{Verb: WishSignOut}}, SignedOut, false, []effect{doLeave{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, effects := next(tt.from, tt.event, rules, t0)
			if got.Phase != tt.phase || got.Busy != tt.busy {
				t.Errorf("phase %q, busy %v, want %q, %v", got.Phase, got.Busy, tt.phase, tt.busy)
			}
			if got.Phase == SignedOut && got.Challenge != nil {
				t.Errorf("signed out with an open challenge %+v", got.Challenge)
			}
			sameEffects(t, effects, tt.effects)
		})
	}
}

// TestAStopThatFailsNamesTheArmedOne tells anyone who cannot stop when the instance ends all the same.
func TestAStopThatFailsNamesTheArmedOne(t *testing.T) {
	r := rules
	r.Grace = time.Minute
	end := t0.Add(time.Hour)
	want := end.Add(time.Minute).Local().Format("15:04 on January 2")
	for _, verb := range []Verb{WishStop, WishSignOut, WishQuit} {
		s, _ := next(readySnapshot(), wished{Wish{Verb: verb}}, r, t0)
		problem := &Problem{Kind: KindRefused, What: messages.Verbatim("You don’t have access to AWS"),
			Next: messages.Verbatim("Sign in again.")}
		s, _ = next(s, stopped{problem: problem}, r, t0)
		if s.Problem == nil || !strings.Contains(s.Problem.Next.String(), want) ||
			!strings.HasPrefix(s.Problem.Next.String(), "Sign in again. ") {
			t.Errorf("%s: %+v", verb, s.Problem)
		}
		if problem.Next.String() != "Sign in again." {
			t.Error("the room's own problem was changed")
		}
	}
}

// scripted is an Identity of which a test decides how long a sign-in takes and how it ends.
type scripted struct {
	Identity
	mu    sync.Mutex
	calls []string
	wait  time.Duration
	deaf  bool // signs in although it was cancelled
}

func (i *scripted) note(call string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, call)
}

func (i *scripted) seen() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.calls, " ")
}

func (i *scripted) SignIn(ctx context.Context, username, _ string) (*User, *Challenge, error) {
	i.note("sign-in:" + username)
	select {
	case <-time.After(i.wait):
	case <-ctx.Done():
		if !i.deaf {
			i.note("cancelled:" + username)
			return nil, nil, ctx.Err()
		}
		time.Sleep(time.Second)
	}
	i.note("in:" + username)
	return &User{ID: username, Username: username}, nil, nil
}

func (i *scripted) SignInByBrowser(ctx context.Context, _ string, show func(Challenge)) (*User, error) {
	show(Challenge{Name: StepBrowser, URL: "https://pool.example"})
	<-ctx.Done()
	i.note("browser left")
	return nil, ctx.Err()
}

func (i *scripted) SignOut(context.Context) error { i.note("sign-out"); return nil }
func (i *scripted) Leave()                        { i.note("leave") }
func (i *scripted) Notice() *Problem              { return nil }

type noFleet struct{ Fleet }

func (noFleet) Current(context.Context, User) (*Session, error)  { return nil, nil }
func (noFleet) Prepare(context.Context, User) (*Prepared, error) { return nil, nil }
func (noFleet) Keep(ctx context.Context, _ func(Pool)) error     { <-ctx.Done(); return nil }

func launch(t *testing.T, id Identity) *Launcher {
	t.Helper()
	l := New(Options{Identity: id, Fleet: noFleet{}, Rules: rules})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = l.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return l
}

// TestASignInThatIsLeft breaks the sign-in off at once, and signs out one that succeeds in spite of it.
func TestASignInThatIsLeft(t *testing.T) {
	for name, tt := range map[string]struct {
		deaf bool
		want string
	}{
		"it hears":      {false, "sign-in:a cancelled:a leave"},
		"it hears late": {true, "sign-in:a in:a leave sign-out"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				id := &scripted{wait: time.Hour, deaf: tt.deaf}
				l := launch(t, id)
				l.Do(Wish{Verb: WishSignIn, Username: "a", Password: "p"})
				synctest.Wait()
				l.Do(Wish{Verb: WishCancel})
				time.Sleep(5 * time.Second)
				synctest.Wait()
				if s := l.Snapshot(); s.Phase != SignedOut || s.User != nil || id.seen() != tt.want {
					t.Errorf("phase %q, calls %q, want %q", s.Phase, id.seen(), tt.want)
				}
			})
		})
	}
}

// TestTheNextSignInWaitsForTheOneThatWasLeft never takes the first one's user for the second's.
func TestTheNextSignInWaitsForTheOneThatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &scripted{wait: 3 * time.Second, deaf: true}
		l := launch(t, id)
		l.Do(Wish{Verb: WishSignIn, Username: "a", Password: "p"})
		synctest.Wait()
		l.Do(Wish{Verb: WishCancel})
		l.Do(Wish{Verb: WishSignIn, Username: "b", Password: "p"})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		s := l.Snapshot()
		if s.User == nil || s.User.Username != "b" || id.seen() != "sign-in:a in:a leave sign-in:b in:b" {
			t.Errorf("signed in is %+v, calls %q", s.User, id.seen())
		}
	})
}

func TestTheBrowserIsShownAndLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := &scripted{}
		l := launch(t, id)
		l.Do(Wish{Verb: WishBrowse})
		synctest.Wait()
		if s := l.Snapshot(); s.Phase != SigningIn || s.Challenge == nil || s.Challenge.URL != "https://pool.example" ||
			s.Busy {
			t.Fatalf("got %q, %+v", s.Phase, s.Challenge)
		}
		l.Do(Wish{Verb: WishCancel})
		synctest.Wait()
		if s := l.Snapshot(); s.Phase != SignedOut || s.Challenge != nil || s.Problem != nil ||
			id.seen() != "browser left leave" {
			t.Errorf("got %q, %+v, calls %q", s.Phase, s.Problem, id.seen())
		}
	})
}
