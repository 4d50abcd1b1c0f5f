package bridge

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
)

// shared is a fleet with one session, which can be shared.
type shared struct {
	core.ControlPlane
	session backend.Session
	asked   gate.Invite
	open    []gate.Invitation
}

func (f *shared) Current(context.Context, backend.User) (*backend.Session, error) { return nil, nil }

func (f *shared) Prepare(context.Context, backend.User) (*backend.Prepared, error) {
	return &backend.Prepared{}, nil
}

func (f *shared) Pool(context.Context) (*backend.Pool, error) { return &backend.Pool{}, nil }

func (f *shared) Machine(context.Context, string) (*backend.Machine, error) {
	return nil, errors.New("not now")
}

func (f *shared) Start(_ context.Context, _ backend.User, report func(backend.Progress)) (*backend.Session, error) {
	report(backend.Progress{Phase: backend.Probing, Session: &f.session})
	return &f.session, nil
}

func (f *shared) Invite(_ context.Context, _ backend.Session, i gate.Invite) (*gate.Invitation, string, error) {
	f.asked = i
	made := gate.Invitation{Key: "a key", Until: i.Until, Uses: i.Uses, WatchOnly: i.WatchOnly}
	f.open = append(f.open, made)
	return &made, "https://demo.example.com/.avatar/enter?ticket=" + strings.Repeat("a", 400), nil
}

func (f *shared) Invitations(context.Context, backend.Session) ([]gate.Invitation, error) {
	return f.open, nil
}

func (f *shared) TakeBack(_ context.Context, _ backend.Session, id string) error {
	if id != f.open[0].ID() {
		return errors.New("there is none of that ID")
	}
	f.open = nil
	return nil
}

// TestSharing makes an invitation, lists it and takes it back. Without an avatar that is ready nothing is asked for.
func TestSharing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &shared{session: backend.Session{InstanceID: "i-1", CreationTime: time.Now(),
			ExpireAt: time.Now().Add(40 * time.Minute)}}
		l := backend.New(backend.Options{Identity: identity{}, Fleet: f, Rules: backend.Rules{Window: time.Hour}})
		work, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = l.Run(work) }()
		defer func() { end(); <-ended }()
		g := &Guests{service{&closing{ctx: t.Context(), rooms: &core.Rooms{Launcher: l, Fleet: f}}}}

		l.Do(backend.Wish{Verb: backend.WishSignIn, Username: "demo", Password: "x"})
		synctest.Wait()
		if out := g.Invite(30, 1, false); out.Problem == nil || out.Link != "" {
			t.Errorf("without an avatar: %+v", out)
		}
		l.Do(backend.Wish{Verb: backend.WishStart})
		synctest.Wait()
		out := g.Invite(30, 3, true)
		if out.Problem != nil || !strings.HasPrefix(out.QR, "data:image/png;base64,") ||
			!strings.HasPrefix(out.Link, "https://") {
			t.Fatalf("%+v", out)
		}
		if want := (gate.Invite{Until: time.Now().Add(30 * time.Minute), Uses: 3, WatchOnly: true}); f.asked != want {
			t.Errorf("asked for %+v, want %+v", f.asked, want)
		}
		list := g.List()
		if list.Problem != nil || len(list.Open) != 1 || list.Open[0] != out.Invitation || list.Most != gate.MaxInvitations {
			t.Errorf("listed %+v", list)
		}
		if p := g.TakeBack("zzzzzz").Problem; p == nil {
			t.Error("an invitation that isn't there was taken back")
		}
		if p := g.TakeBack(out.Invitation.ID).Problem; p != nil {
			t.Error(p)
		}
		if list := g.List(); len(list.Open) != 0 || list.Open == nil {
			t.Errorf("listed %+v after it was taken back", list)
		}
		if g.Invite(0, 1, false); !f.asked.Until.Equal(f.session.ExpireAt) {
			t.Errorf("until %v, not the session's end", f.asked.Until)
		}
	})
}
