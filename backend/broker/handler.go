package broker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// queueTurn is how long one request waits in the queue. Nothing tells a Lambda function that its caller has gone, so a
// longer wait is the caller's to continue.
const queueTurn = 25 * time.Second

// Fleet is the control plane behind a Handler.
type Fleet interface {
	backend.Fleet
	// StartWithID is Start for a caller who may cancel it by CancelStart with the same ID.
	StartWithID(ctx context.Context, u backend.User, id string, report func(backend.Progress)) (*backend.Session, error)
	// CancelStart makes sure that a StartWithID begins no session any more.
	CancelStart(ctx context.Context, u backend.User, id string) error
	backend.Operator
	backend.History
	// Connect returns an address that opens the session's avatar once.
	Connect(ctx context.Context, s backend.Session) (string, error)
	// Invite makes a link by which guests open the session's avatar.
	Invite(ctx context.Context, s backend.Session, invite gate.Invite) (*gate.Invitation, string, error)
	// Invitations returns the session's invitations that are open.
	Invitations(ctx context.Context, s backend.Session) ([]gate.Invitation, error)
	backend.Endings
	// TakeBack ends an invitation, and all of them if id is "".
	TakeBack(ctx context.Context, s backend.Session, id string) error
	// Wait returns when background writes are done.
	Wait()
}

// Handler serves the methods of a Fleet to the bearers of ID tokens. Each has what package fleet gives to the user of
// the token: their own session, instance, name and log, and to operators the whole fleet.
type Handler struct {
	Fleet  Fleet
	Verify func(ctx context.Context, token string) (backend.User, error)
	Log    Log // nil if there is no log to read
	Logger *slog.Logger
}

// call is one authenticated request.
type call struct {
	h    *Handler
	user backend.User
	in   request
}

// method is what a path does. Its result is the answer's value.
type method func(*call, context.Context) (any, error)

// methods are those whose answer is one JSON value. Operators' are in operators.
var methods = map[string]method{
	pathPrepare:   func(c *call, ctx context.Context) (any, error) { return c.h.Fleet.Prepare(ctx, c.user) },
	pathCurrent:   func(c *call, ctx context.Context) (any, error) { return c.h.Fleet.Current(ctx, c.user) },
	pathCancel:    (*call).cancel,
	pathExtend:    (*call).extend,
	pathStop:      func(c *call, ctx context.Context) (any, error) { return c.end(ctx, c.h.Fleet.Stop) },
	pathTerminate: func(c *call, ctx context.Context) (any, error) { return c.end(ctx, c.h.Fleet.Terminate) },
	pathMachine:   (*call).machine,
	pathPool:      (*call).pool,
	pathConnect:   (*call).connect,
	pathInvite:    (*call).invite,
	pathInvited:   (*call).invitations,
	pathTakeBack:  (*call).takeBack,
	pathEnding:    (*call).ending,
	pathSessions: func(c *call, ctx context.Context) (any, error) {
		return c.h.Fleet.Sessions(ctx, c.user, c.since())
	},
	pathOccupancy: func(c *call, ctx context.Context) (any, error) { return c.h.Fleet.Occupancy(ctx, c.since()) },
	pathShards:    (*call).shards,
	pathIterator:  (*call).iterator,
	pathRecords:   (*call).records,
}

// operators are the methods that only members of the group operator may call.
var operators = map[string]method{
	pathOverview: func(c *call, ctx context.Context) (any, error) { return c.h.Fleet.Overview(ctx) },
	pathStopOther: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.StopInstance(ctx, c.user, c.in.InstanceID, c.in.Reason)
	},
	pathRetire: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Retire(ctx, c.user, c.in.InstanceID, c.in.Reason)
	},
	pathResize: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Resize(ctx, c.user, c.in.Size, c.in.Reason)
	},
	pathResume: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Resume(ctx, c.user, c.in.Reason)
	},
	pathPause: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Pause(ctx, c.user, c.in.Reason)
	},
	pathRollout: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Rollout(ctx, c.user, c.in.Version, c.in.Reason)
	},
	pathDrain: func(c *call, ctx context.Context) (any, error) {
		return nil, c.h.Fleet.Drain(ctx, c.user, c.in.InstanceID, c.in.Reason)
	},
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, status, problem := h.admit(r)
	if problem != nil {
		respond(w, status, answer[any]{Problem: problemOf(problem)})
		return
	}
	defer h.Fleet.Wait() // a function's process stands still once its answer has ended
	if r.URL.Path == pathStart {
		c.start(r.Context(), w)
		return
	}
	do := methods[r.URL.Path]
	if do == nil {
		do = operators[r.URL.Path]
	}
	value, err := do(c, r.Context())
	if err != nil {
		h.Logger.Warn("a request failed", "path", r.URL.Path, "user", c.user.ID, "cause", err)
		respond(w, http.StatusOK, answer[any]{Problem: problemOf(err), Code: awsx.Code(err)})
		return
	}
	respond(w, http.StatusOK, answer[any]{Value: value})
}

// admit reads a request and says who sends it. It returns a status and a Problem for one that is not served.
func (h *Handler) admit(r *http.Request) (*call, int, *backend.Problem) {
	if r.Method != http.MethodPost {
		return nil, http.StatusMethodNotAllowed, malformed(messages.New("broker.notPost"))
	}
	operator := operators[r.URL.Path] != nil
	if r.URL.Path != pathStart && methods[r.URL.Path] == nil && !operator {
		return nil, http.StatusNotFound, malformed(messages.New("broker.noMethod"))
	}
	u, err := h.Verify(r.Context(), r.Header.Get(TokenHeader))
	if errors.Is(err, errToken) {
		return nil, http.StatusUnauthorized,
			&backend.Problem{Kind: backend.KindRefused, What: messages.New("broker.signInNotAccepted"),
				Why: messages.New("broker.endedNotOneAccount"), Next: messages.New("common.signInAgain")}
	}
	if err != nil {
		h.Logger.Error("a token could not be verified", "cause", err)
		return nil, http.StatusServiceUnavailable,
			&backend.Problem{Kind: backend.KindUnreachable, What: messages.New("broker.signInCannotChecked"),
				Why: messages.New("broker.accountUserPoolDoesnt"), Next: messages.New("common.tryAgainMinute")}
	}
	if operator && u.Role != backend.RoleOperator {
		return nil, http.StatusForbidden, denied(messages.New("broker.operators"))
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, http.StatusRequestEntityTooLarge, malformed(messages.New("broker.tooLongBrokeOff"))
	}
	c := &call{h: h, user: u}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c.in); err != nil || d.More() {
		return nil, http.StatusBadRequest, malformed(messages.New("broker.bodyNotVersionExpects"))
	}
	return c, 0, nil
}

func malformed(why messages.Message) *backend.Problem {
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("broker.accountDidntUnderstandRequest"),
		Why:  why,
		Next: messages.New("broker.updateLauncherAskOperator")}
}

func denied(why messages.Message) *backend.Problem {
	return &backend.Problem{Kind: backend.KindDenied, What: messages.New("broker.notAllowed"), Why: why,
		Next: messages.New("common.askOperator")}
}

func respond(w http.ResponseWriter, status int, a any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the caller may have gone
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

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
