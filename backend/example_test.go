package backend_test

import (
	"context"
	"fmt"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// oneUser signs in every caller as one user.
type oneUser struct{ backend.Identity }

func (oneUser) SignIn(_ context.Context, username, _ string) (*backend.User, *backend.Challenge, error) {
	return &backend.User{ID: "sub-" + username, Username: username, Role: backend.RoleUser}, nil, nil
}

func (oneUser) Leave()                        {}
func (oneUser) SignOut(context.Context) error { return nil }
func (oneUser) Forget()                       {}
func (oneUser) Notice() *backend.Problem      { return nil }

// oneInstance is a fleet with an instance that starts at once.
type oneInstance struct{ backend.Fleet }

func (oneInstance) Prepare(context.Context, backend.User) (*backend.Prepared, error) { return nil, nil }
func (oneInstance) Current(context.Context, backend.User) (*backend.Session, error)  { return nil, nil }
func (oneInstance) Machine(context.Context, string) (*backend.Machine, error)        { return nil, nil }

func (oneInstance) Start(
	_ context.Context, u backend.User, report func(backend.Progress),
) (*backend.Session, error) {
	s := &backend.Session{
		UserID: u.ID, Username: u.Username, InstanceID: "i-0123456789abcdef0", Phase: backend.Ready,
		CreationTime: time.Now(), ExpireAt: time.Now().Add(time.Hour),
	}
	report(backend.Progress{Phase: backend.Booting, Session: s})
	report(backend.Progress{Phase: backend.Probing, URL: "https://" + u.Username + ".avatar.example.com"})
	return s, nil
}

func (oneInstance) Stop(_ context.Context, s backend.Session, reason messages.Message) error {
	fmt.Println("stopping", s.InstanceID)
	return nil
}

// A Launcher takes wishes by Do, and tells by Watch what has come of them. Window, tray and command line do no more.
func ExampleLauncher() {
	l := backend.New(backend.Options{
		Identity: oneUser{}, Fleet: oneInstance{}, Profile: "demo",
		Rules: backend.Rules{Window: time.Hour, Maximum: 8 * time.Hour},
	})
	snapshots, cancel := l.Watch()
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- l.Run(context.Background()) }()
	until := func(p backend.Phase) backend.Snapshot {
		for s := range snapshots { // the present one first; those in between may be left out
			if s.Phase == p && !s.Adopting { // a start waits until it is known that nothing runs yet
				return s
			}
		}
		return backend.Snapshot{}
	}

	fmt.Println(until(backend.SignedOut).Phase)
	l.Do(backend.Wish{Verb: backend.WishSignIn, Username: "ada", Password: "secret"})
	fmt.Println(until(backend.Idle).User.Username)
	l.Do(backend.Wish{Verb: backend.WishStart})
	fmt.Println(until(backend.Ready).URL)
	l.Do(backend.Wish{Verb: backend.WishQuit})
	fmt.Println(<-ended)
	// Output:
	// signed-out
	// ada
	// https://ada.avatar.example.com
	// stopping i-0123456789abcdef0
	// <nil>
}
