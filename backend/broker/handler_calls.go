package broker

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

func (c *call) since() time.Time {
	if c.in.Since == nil {
		return time.Time{}
	}
	return *c.in.Since
}

// own returns the user's session as it is stored, nil if the request's is another one, or has ended. What the request
// says of it is not believed.
func (c *call) own(ctx context.Context) (*backend.Session, error) {
	if c.in.Session == nil {
		return nil, malformed(messages.New("broker.namesNoSession"))
	}
	s, err := c.h.Fleet.Current(ctx, c.user)
	if err != nil || s == nil || !s.CreationTime.Equal(c.in.Session.CreationTime) {
		return nil, err
	}
	s.Sent = max(s.Sent, c.in.Session.Sent) // the desktop reads the log; it decides nothing but the cost that is shown
	return s, nil
}

// held is own, or an error if the request's session is not the user's.
func (c *call) held(ctx context.Context) (*backend.Session, error) {
	s, err := c.own(ctx)
	if err == nil && s == nil {
		return nil, notYours()
	}
	return s, err
}

// cancel ends a start whose caller has gone.
func (c *call) cancel(ctx context.Context) (any, error) {
	if c.in.Start == "" || len(c.in.Start) > maxStartID {
		return nil, malformed(messages.New("broker.namesNoStart"))
	}
	return nil, c.h.Fleet.CancelStart(ctx, c.user, c.in.Start)
}

func (c *call) extend(ctx context.Context) (any, error) {
	s, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	if by := c.in.Session.LastUseBy; !by.Message().IsZero() {
		s.LastUseBy = by
	}
	return c.h.Fleet.Extend(ctx, *s)
}

func notYours() *backend.Problem {
	return &backend.Problem{Kind: backend.KindBusy, What: messages.New("broker.sessionEnded"),
		Why:  messages.New("broker.anotherSession"),
		Next: messages.New("common.pressStartNewOne")}
}

// ending tells who ended the caller's session.
func (c *call) ending(ctx context.Context) (any, error) {
	if c.in.Session == nil {
		return nil, malformed(messages.New("broker.namesNoSession"))
	}
	return c.h.Fleet.WhoEnded(ctx, backend.Session{UserID: c.user.ID, CreationTime: c.in.Session.CreationTime})
}

// end ends the user's session. One that is not theirs any more needs no end.
func (c *call) end(ctx context.Context,
	do func(context.Context, backend.Session, messages.Message) error) (any, error) {
	s, err := c.own(ctx)
	if err != nil || s == nil {
		return nil, err
	}
	return nil, do(ctx, *s, messages.Decode(c.in.Message, c.in.Reason))
}

// machine describes the user's own instance; operators may ask for any.
func (c *call) machine(ctx context.Context) (any, error) {
	if c.user.Role != backend.RoleOperator {
		s, err := c.h.Fleet.Current(ctx, c.user)
		if err != nil {
			return nil, err
		}
		if s == nil || s.InstanceID == "" || s.InstanceID != c.in.InstanceID {
			return (*backend.Machine)(nil), nil // as for one that is not there
		}
	}
	return c.h.Fleet.Machine(ctx, c.in.InstanceID)
}

// pool reads the pool. Whose an instance is, only its owner and operators see.
func (c *call) pool(ctx context.Context) (any, error) {
	p, err := c.h.Fleet.Pool(ctx)
	if err != nil {
		return nil, err
	}
	p.Leader = false
	if c.user.Role == backend.RoleOperator {
		return p, nil
	}
	for i := range p.Members {
		if p.Members[i].Owner != c.user.ID {
			p.Members[i].Owner = ""
		}
	}
	if p.Backoff != nil {
		b := *p.Backoff
		b.Lines = nil // of another's log
		p.Backoff = &b
	}
	return p, nil
}

func (c *call) connect(ctx context.Context) (any, error) {
	s, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	return c.h.Fleet.Connect(ctx, *s)
}

func (c *call) invite(ctx context.Context) (any, error) {
	if c.in.Invite == nil {
		return nil, malformed(messages.New("broker.namesNoInvitation"))
	}
	s, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	made, link, err := c.h.Fleet.Invite(ctx, *s, *c.in.Invite)
	return invited{made, link}, err
}

func (c *call) invitations(ctx context.Context) (any, error) {
	s, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	return c.h.Fleet.Invitations(ctx, *s)
}

func (c *call) takeBack(ctx context.Context) (any, error) {
	s, err := c.held(ctx)
	if err != nil {
		return nil, err
	}
	return nil, c.h.Fleet.TakeBack(ctx, *s, c.in.Invitation)
}

// start runs a start and writes a line for each progress. A wait in the queue ends after queueTurn, with the request to
// ask again; the place in the queue stays.
func (c *call) start(ctx context.Context, w http.ResponseWriter) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out := json.NewEncoder(w)
	send := func(l line) {
		_ = out.Encode(l) // a caller that has gone is no reason to leave a start half done
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
	began := time.Now()
	s, err := c.h.Fleet.StartWithID(ctx, c.user, c.in.Start, func(p backend.Progress) {
		if p.Queue != nil && time.Since(began) >= queueTurn {
			leave(backend.ErrGoesOn)
		}
		send(line{Progress: &p})
	})
	switch {
	case err == nil:
		send(line{Session: s})
	case errors.Is(context.Cause(ctx), backend.ErrGoesOn):
		send(line{Again: true})
	default:
		c.h.Logger.Warn("a start failed", "user", c.user.ID, "cause", err)
		send(line{Problem: problemOf(err)})
	}
}
