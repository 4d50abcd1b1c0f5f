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
		return nil, c.h.Fleet.Resize(ctx, c.user, c.in.sizes(), c.in.Reason)
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
