package bridge

import (
	"context"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// Guests is the service of the links by which guests open the avatar: the window's Share shows them.
type Guests struct{ service }

// Invitation is an invitation that is open. Its link is stored nowhere: only Invite returns it.
type Invitation struct {
	ID        string `json:"id"`
	Until     int64  `json:"until"` // by the cloud's clock, as the session's end is
	Uses      int    `json:"uses"`  // how many guests it admits
	WatchOnly bool   `json:"watchOnly"`
}

// Invitations are the session's open invitations, or why they could not be read.
type Invitations struct {
	Open    []Invitation `json:"open"`
	Most    int          `json:"most"` // how many can be open at once
	Problem *Problem     `json:"problem"`
}

// Invited is a new invitation and its link, or why there is none.
type Invited struct {
	Link       string     `json:"link"`
	QR         string     `json:"qr"` // the link as a QR code, a data: URL of a PNG; may be empty
	Invitation Invitation `json:"invitation"`
	Problem    *Problem   `json:"problem"`
}

// List returns the open invitations.
func (g *Guests) List() Invitations {
	out := Invitations{Open: []Invitation{}}
	out.Problem = g.act(func(ctx context.Context, s backend.Session) error {
		open, err := g.rooms().Fleet.Invitations(ctx, s)
		out.Open, out.Most = each(open, newInvitation), gate.MaxInvitations
		return err
	})
	return out
}

// Invite makes a link for a number of guests. It ends after some minutes, or with the session if minutes is 0, and
// never later than the session.
func (g *Guests) Invite(minutes, uses int, watchOnly bool) Invited {
	var out Invited
	out.Problem = g.act(func(ctx context.Context, s backend.Session) error {
		until := s.ExpireAt
		if minutes > 0 {
			until = time.Now().Add(g.snapshot().Skew).Add(time.Duration(minutes) * time.Minute)
		}
		made, link, err := g.rooms().Fleet.Invite(ctx, s, gate.Invite{Until: until, Uses: uses, WatchOnly: watchOnly})
		if err != nil {
			return err
		}
		out.Link, out.QR, out.Invitation = link, qrCode(link), newInvitation(*made)
		return nil
	})
	return out
}

// TakeBack ends an invitation, and all of them if id is "". Its Problem is nil if that is done.
func (g *Guests) TakeBack(id string) Outcome {
	return Outcome{g.act(func(ctx context.Context, s backend.Session) error {
		return g.rooms().Fleet.TakeBack(ctx, s, id)
	})}
}

// act runs do with the session that is ready. It returns why that was not done, in the page's language.
func (g *Guests) act(do func(context.Context, backend.Session) error) *Problem {
	if g.rooms() == nil {
		return newProblem(signedOutProblem())
	}
	s := g.snapshot()
	if s.Phase != backend.Ready || s.Session == nil {
		return newProblem(&backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.noAvatarShare"),
			Next: messages.New("cli.startOneFirst")})
	}
	ctx, done := g.window.Call(askTime)
	defer done()
	if err := do(ctx, *s.Session); err != nil {
		g.window.Log().Warn("the session's invitations were not read or changed", "cause", err)
		return problemOf(err)
	}
	return nil
}

func newInvitation(i gate.Invitation) Invitation {
	return Invitation{ID: i.ID(), Until: i.Until.UnixMilli(), Uses: i.Uses, WatchOnly: i.WatchOnly}
}
