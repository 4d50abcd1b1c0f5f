// Package scheduler is the embedded cloud's EventBridge Scheduler: schedules in groups, which fire. It speaks
// restJson1. What a schedule fires at is Options.Invoke's matter.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html
package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// Target is what a schedule fires at.
type Target struct {
	ARN     string // arn:aws:scheduler:::aws-sdk:ec2:stopInstances, …
	RoleARN string // the role whose rights the invocation has
	Input   []byte // the request, JSON for a universal target
}

// Options tunes the service.
type Options struct {
	// Invoke carries out a target; an error is tried again under the schedule's retry policy. Its context ends after
	// a minute and when the service closes. nil accepts everything and does nothing.
	Invoke func(ctx context.Context, t Target) error
}

// Service is EventBridge Scheduler. It is safe for concurrent use.
type Service struct {
	env    wire.Env
	st     *store.Store
	invoke func(ctx context.Context, t Target) error

	mu        sync.Mutex
	behavior  Behavior
	groups    map[string]*group
	schedules map[string]*schedule   // by group/name
	outlived  map[*schedule]struct{} // replaced or deleted, and still delivered: see Behavior.RetriesSurvive
	closed    bool
	running   sync.WaitGroup // invocations under way
	ctx       context.Context
	cancel    context.CancelFunc
}

// New makes the service, reads its schedules back from the store, and sets their timers: a one-time schedule whose
// time passed meanwhile fires at once.
func New(env wire.Env, st *store.Store, opts Options) (*Service, error) {
	s := &Service{env: env, st: st, invoke: opts.Invoke, groups: map[string]*group{}, schedules: map[string]*schedule{},
		outlived: map[*schedule]struct{}{}}
	if s.invoke == nil {
		s.invoke = func(context.Context, Target) error { return nil }
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.load(); err != nil {
		s.cancel()
		return nil, fmt.Errorf("scheduler: read the stored schedules: %w", err)
	}
	return s, nil
}

// Name implements wire.Service.
func (s *Service) Name() string { return "scheduler" }

// Unsigned implements wire.Service: every operation needs a signature.
func (s *Service) Unsigned(string) bool { return false }

// Close stops the timers, cancels invocations and waits for them to return.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	for _, sc := range s.schedules {
		sc.stop()
	}
	for sc := range s.outlived {
		sc.stop()
	}
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
}

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	op, _ := route(r.Method, r.URL)
	return op
}

var routes = map[string]string{
	"POST schedules/":         "CreateSchedule",
	"PUT schedules/":          "UpdateSchedule",
	"GET schedules/":          "GetSchedule",
	"DELETE schedules/":       "DeleteSchedule",
	"GET schedules":           "ListSchedules",
	"POST schedule-groups/":   "CreateScheduleGroup",
	"GET schedule-groups/":    "GetScheduleGroup",
	"DELETE schedule-groups/": "DeleteScheduleGroup",
	"GET schedule-groups":     "ListScheduleGroups",
	"POST tags/":              "TagResource",
	"DELETE tags/":            "UntagResource",
	"GET tags/":               "ListTagsForResource",
}

// route finds the operation of a path and the name or ARN at its end.
func route(method string, u *url.URL) (op, name string) {
	first, rest, more := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	if rest == "" {
		more = false
	}
	shape := method + " " + first
	if more {
		shape += "/"
	}
	name, err := url.PathUnescape(rest) // an escaped slash belongs to the name, which is then refused
	if err != nil || first != "tags" && strings.Contains(rest, "/") {
		return "", ""
	}
	return routes[shape], name
}

// request is a call with its path taken apart.
type request struct {
	*wire.Call
	name  string
	query url.Values
}

type operation func(*Service, *request) (any, *wire.Error)

var operations = map[string]operation{
	"CreateSchedule":      (*Service).createSchedule,
	"UpdateSchedule":      (*Service).updateSchedule,
	"GetSchedule":         (*Service).getSchedule,
	"DeleteSchedule":      (*Service).deleteSchedule,
	"ListSchedules":       (*Service).listSchedules,
	"CreateScheduleGroup": (*Service).createGroup,
	"GetScheduleGroup":    (*Service).getGroup,
	"DeleteScheduleGroup": (*Service).deleteGroup,
	"ListScheduleGroups":  (*Service).listGroups,
	"TagResource":         (*Service).tagResource,
	"UntagResource":       (*Service).untagResource,
	"ListTagsForResource": (*Service).listTags,
}

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	op, name := route(c.Request.Method, c.Request.URL)
	h, ok := operations[op]
	if !ok {
		s.WriteError(w, c.RequestID,
			wire.Errorf(404, "UnknownOperationException", "Scheduler has no operation at %s %s here", c.Request.Method,
				c.Request.URL.Path))
		return
	}
	out, err := h(s, &request{Call: c, name: name, query: c.Request.URL.Query()})
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	writeJSON(w, 200, c.RequestID, out)
}

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	body := map[string]any{"Message": err.Message}
	for k, v := range err.Fields {
		body[k] = v
	}
	w.Header().Set("X-Amzn-Errortype", err.Code)
	writeJSON(w, err.Status, requestID, body)
}

func writeJSON(w http.ResponseWriter, status int, requestID string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("scheduler: an answer that is not JSON: " + err.Error())
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Amzn-Requestid", requestID)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// decode reads a JSON body; restJson1 answers ValidationException where it is none.
func decode(body []byte, v any) *wire.Error {
	if err := wire.DecodeJSON(body, v); err != nil {
		return validation("The request body is not valid: %s", err.Message)
	}
	return nil
}

func validation(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ValidationException", format, args...)
}

func conflict(format string, args ...any) *wire.Error {
	return wire.Errorf(409, "ConflictException", format, args...)
}

func notFound(format string, args ...any) *wire.Error {
	return wire.Errorf(404, "ResourceNotFoundException", format, args...)
}

func internal(err error) *wire.Error {
	return wire.Errorf(500, "InternalServerException", "The change could not be stored: %v", err)
}

// allow answers AWS's denial where the caller's policies do not allow an action.
func (r *request) allow(action, resource string, keys map[string][]string) *wire.Error {
	if r.Allowed(action, resource, keys) {
		return nil
	}
	return wire.Errorf(403, "AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		r.Principal.ARN, action, resource, action)
}

// validName reports whether s can be the name of a schedule or a group.
func validName(s string) bool { return len(s) <= maxName && nameForm.MatchString(s) }

// epoch is a time as restJson1 writes it in bodies: seconds since the epoch, a fraction allowed.
type epoch struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (e epoch) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(e.UnixMilli())/1000), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *epoch) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	if seconds < 0 || seconds > 253402300799 { // the year 9999
		return fmt.Errorf("timestamp %g is out of range", seconds)
	}
	e.Time = time.UnixMilli(int64(seconds*1000 + 0.5)).UTC()
	return nil
}
