// Package route53 is the embedded cloud's Route 53: public hosted zones, their record sets, and changes that take a
// while to be in sync. It speaks restXml, version 2013-04-01. Lookup answers as the zones' name servers would.
// https://docs.aws.amazon.com/Route53/latest/APIReference/Welcome.html
package route53

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	apiPrefix = "/2013-04-01/"
	namespace = "https://route53.amazonaws.com/doc/2013-04-01/"

	defaultSync = 30 * time.Second
	defaultBusy = 100 * time.Millisecond
	// changeLife is how long a change can be asked about.
	changeLife = 24 * time.Hour
)

// Options tunes the service; the zero value behaves as AWS does.
type Options struct {
	// Sync is how long a change stays PENDING: 0 means 30 s, less than 0 that it is INSYNC at once. What Lookup
	// answers does not wait for it.
	Sync time.Duration
	// Busy is how long a zone works on a change and refuses the next one with PriorRequestNotComplete, where limits
	// are in force: 0 means 100 ms, less than 0 no time.
	Busy time.Duration
	// HasVPC reports whether the account has a VPC; nil means that it has every one.
	HasVPC func(id string) bool
}

// Service is Route 53. It is safe for concurrent use.
type Service struct {
	env  wire.Env
	st   *store.Store
	opts Options

	mu      sync.Mutex
	nameLag time.Duration      // see SetNameLag
	zones   map[string]*zone   // by ID
	changes map[string]*change // by ID

	limits limits
}

// New makes the service and reads its zones back from the store.
func New(env wire.Env, st *store.Store, opts Options) (*Service, error) {
	if opts.Sync == 0 {
		opts.Sync = defaultSync
	}
	if opts.Busy == 0 {
		opts.Busy = defaultBusy
	}
	s := &Service{env: env, st: st, opts: opts, zones: map[string]*zone{}, changes: map[string]*change{}}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("route53: read the stored zones: %w", err)
	}
	return s, nil
}

// Name implements wire.Service.
func (s *Service) Name() string { return "route53" }

// Unsigned implements wire.Service: every operation needs a signature.
func (s *Service) Unsigned(string) bool { return false }

// Close implements wire.Service; there is nothing that runs.
func (s *Service) Close() {}

// Operation implements wire.Service. Clients send the paths with and without a slash at the end.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	op, _ := route(r.Method, r.URL)
	return op
}

// route finds the operation and the path's variables: an ID, and for tags the resource's type before it.
func route(method string, u *url.URL) (op string, ids []string) {
	path, ok := strings.CutPrefix(u.EscapedPath(), apiPrefix)
	if !ok {
		return "", nil
	}
	parts := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i, p := range parts {
		v, err := url.PathUnescape(p)
		if err != nil {
			return "", nil
		}
		parts[i] = v
	}
	shape := method + " " + parts[0]
	if len(parts) > 1 {
		shape += "/" + map[bool]string{true: "ID", false: ""}[parts[1] != ""]
		ids = parts[1:2]
	}
	if len(parts) > 2 {
		rest := parts[2]
		if parts[0] == "tags" {
			rest, ids = "ID", parts[1:3]
		}
		shape += "/" + rest
	}
	if len(parts) > 3 {
		return "", nil
	}
	return routes[shape], ids
}

var routes = map[string]string{
	"POST hostedzone":          "CreateHostedZone",
	"GET hostedzone":           "ListHostedZones",
	"GET hostedzonecount":      "GetHostedZoneCount",
	"GET hostedzonesbyname":    "ListHostedZonesByName",
	"GET hostedzone/ID":        "GetHostedZone",
	"POST hostedzone/ID":       "UpdateHostedZoneComment",
	"DELETE hostedzone/ID":     "DeleteHostedZone",
	"POST hostedzone/ID/rrset": "ChangeResourceRecordSets",
	"GET hostedzone/ID/rrset":  "ListResourceRecordSets",
	"GET change/ID":            "GetChange",
	"POST tags/ID/ID":          "ChangeTagsForResource",
	"GET tags/ID/ID":           "ListTagsForResource",
}

// request is a call with its path taken apart.
type request struct {
	*wire.Call
	query url.Values
	ids   []string
}

func (r *request) id() string { return strings.TrimPrefix(r.ids[len(r.ids)-1], "/hostedzone/") }

// answer is what an operation returns: a body to be marshalled, under status (0 means 200).
type answer struct {
	status   int
	location string
	body     any
}

type operation func(*Service, *request) (answer, *wire.Error)

var operations = map[string]operation{
	"CreateHostedZone":         (*Service).createZone,
	"ListHostedZones":          (*Service).listZones,
	"GetHostedZoneCount":       (*Service).countZones,
	"ListHostedZonesByName":    (*Service).listZonesByName,
	"GetHostedZone":            (*Service).getZone,
	"UpdateHostedZoneComment":  (*Service).updateComment,
	"DeleteHostedZone":         (*Service).deleteZone,
	"ChangeResourceRecordSets": (*Service).changeRecords,
	"ListResourceRecordSets":   (*Service).listRecords,
	"GetChange":                (*Service).getChange,
	"ChangeTagsForResource":    (*Service).changeTags,
	"ListTagsForResource":      (*Service).listTags,
}

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	a, err := s.serve(c)
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	writeXML(w, max(a.status, 200), c.RequestID, a.body)
}

func (s *Service) serve(c *wire.Call) (answer, *wire.Error) {
	op, ids := route(c.Request.Method, c.Request.URL)
	h, ok := operations[op]
	if !ok {
		return answer{}, wire.Errorf(404, "UnknownOperationException", "Route 53 has no operation at %s %s here",
			c.Request.Method, c.Request.URL.Path)
	}
	if s.env.Throttle() && !s.limits.takeRequest(c.Now, op) {
		return answer{}, throttled()
	}
	return h(s, &request{Call: c, query: c.Request.URL.Query(), ids: ids})
}

// allow answers AWS's denial where the caller's policies do not allow the call's own action.
func (r *request) allow(resource string, keys map[string][]string) *wire.Error {
	action := "route53:" + r.Operation
	if r.Allowed(action, resource, keys) {
		return nil
	}
	return wire.Errorf(403, "AccessDenied",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		r.Principal.ARN, action, resource, action)
}

func zoneARN(id string) string { return "arn:aws:route53:::hostedzone/" + id }
