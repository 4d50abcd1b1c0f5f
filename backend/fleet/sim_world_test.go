package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// network is one desktop's way to the cloud, with everything that can happen on it. It also stands for the desktop's
// life: a desktop that is dead sends nothing any more, not even in its deferred calls.
type network struct {
	next http.RoundTripper

	mu        sync.Mutex
	rand      *rand.Rand
	dead      bool
	killIn    int    // calls until the desktop dies; 0: not planned
	killAfter string // an operation after whose effect it dies; "" for none
	killAnte  bool   // it dies before that call is sent, not after it had its effect
	onKill    func()
	until     time.Time // partitioned, or asleep
	asleep    bool      // requests are held until then, rather than refused
	lose      float64   // share of the answers that are lost
	fail      float64   // share of the calls that the cloud answers with an error of its own
	latency   time.Duration
	calls     []string             // operations, newest last
	broken    map[string]time.Time // services that do not answer, by the name that service gives, until when
	hang      bool                 // calls to a broken service get no answer at all, rather than an error
	breakIn   int                  // calls until breaking begins for some minutes; 0: not planned
	breaking  string               // the service
	breaks    []*network           // those for whom it then fails, too
	onStop    func(*http.Request)  // looks at what is about to be carried out
}

// breakFor is how long a service fails that breaks at a planned call.
const breakFor = 3 * time.Minute

var errNetwork = errors.New("the network is unreachable")

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	deadly, lost, fail, hold, latency, err := n.fate(r)
	if err != nil {
		return nil, err
	}
	if !wait(r.Context(), hold+latency/2) {
		return nil, r.Context().Err()
	}
	if n.isDead() {
		return nil, errNetwork
	}
	if until, hang := n.failing(r); !until.IsZero() {
		if hang && !wait(r.Context(), time.Until(until)) {
			return nil, r.Context().Err()
		}
		return nil, errors.New("connection reset by peer")
	}
	if fail {
		return nil, errors.New("connection reset by peer")
	}
	if n.onStop != nil {
		n.onStop(r)
	}
	resp, err := n.next.RoundTrip(r)
	if deadly {
		n.kill()
		return nil, errNetwork
	}
	if err == nil && lost {
		resp.Body.Close()
		return nil, errors.New("connection reset by peer")
	}
	if !wait(r.Context(), latency/2) {
		return nil, r.Context().Err()
	}
	return resp, err
}

// failing returns until when the call's service is broken, zero if it is not.
func (n *network) failing(r *http.Request) (until time.Time, hang bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	until = n.broken[service(r)]
	if !time.Now().Before(until) {
		return time.Time{}, false
	}
	return until, n.hang
}

// service names the service that a request goes to.
func service(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB"):
		return "dynamodb"
	case strings.HasPrefix(r.URL.Path, "/2013-04-01/"):
		return "route53"
	case strings.HasPrefix(r.URL.Path, "/schedules"):
		return "scheduler"
	}
	return ""
}

// fate draws what becomes of a call.
func (n *network) fate(r *http.Request) (deadly, lost, fail bool, hold, latency time.Duration, err error) {
	n.mu.Lock()
	name := operation(r)
	n.calls = append(n.calls, name)
	deadly = name == n.killAfter
	if n.killIn > 0 {
		if n.killIn--; n.killIn == 0 {
			deadly = true
		}
	}
	if n.breakIn > 0 {
		if n.breakIn--; n.breakIn == 0 {
			n.broken = map[string]time.Time{n.breaking: time.Now().Add(breakFor)}
			for _, other := range n.breaks {
				other.set(func(o *network) { o.broken = n.broken })
			}
		}
	}
	dies := deadly && n.killAnte
	if left := time.Until(n.until); left > 0 {
		if n.asleep {
			hold = left
		} else {
			err = errNetwork
		}
	}
	if n.dead {
		err = errNetwork
	}
	lost, fail, latency = n.rand.Float64() < n.lose, n.rand.Float64() < n.fail, n.latency
	n.mu.Unlock()
	if dies {
		n.kill()
		return false, false, false, 0, 0, errNetwork
	}
	return deadly, lost, fail, hold, latency, err
}

func (n *network) kill() {
	n.mu.Lock()
	n.dead = true
	n.mu.Unlock()
	n.onKill()
}

func (n *network) isDead() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dead
}

func (n *network) set(f func(*network)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f(n)
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// operation names a request as AWS does.
func operation(r *http.Request) string {
	if t := r.Header.Get("X-Amz-Target"); t != "" {
		return t[strings.LastIndexByte(t, '.')+1:]
	}
	if r.URL.Path == "/" && r.Body != nil { // the query protocol
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, bad := url.ParseQuery(string(body)); err == nil && bad == nil && form.Has("Action") {
			return form.Get("Action")
		}
	}
	head, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return r.Method + " " + head
}

// badge is a sign-in that needs no Cognito: the launcher's journey with the real one is package identity's to prove.
// A desktop that resumes calls no method but these.
type badge struct {
	backend.Identity
	user backend.User
}

func (b badge) Resume(context.Context) (*backend.User, error) { u := b.user; return &u, nil }
func (badge) SignOut(context.Context) error                   { return nil }
func (badge) Forget()                                         {}
func (badge) Leave()                                          {}
func (badge) Notice() *backend.Problem                        { return nil }

// desktop is one running launcher: the real state machine over the real control plane over the real SDK.
type desktop struct {
	name     string
	user     backend.User
	net      *network
	service  *fleet.Service
	options  backend.Options // of launcher
	launcher *backend.Launcher
	reader   *reader // of its instance's log; nil if it has none
	stop     context.CancelFunc
	done     chan struct{}
}

var figures = fleet.Figures{
	PoolSize:     3,
	MaxInstances: 6,
	Window:       time.Hour,
	Maximum:      3 * time.Hour,
	Grace:        time.Minute,
	TTL:          10 * time.Second,
	ReadyTimeout: 10 * time.Minute,
}

// credentialsOf returns the credentials that the identity pool gives a user of a group, renewed each hour.
func (w *world) credentialsOf(role string, u backend.User) aws.CredentialsProvider {
	arn := "arn:aws:iam::123456789012:role/avatar-launcher-" + role
	assume := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(w.cfg), arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = u.Username, time.Hour
		o.Tags = []ststypes.Tag{
			{Key: aws.String("sub"), Value: &u.ID},
			{Key: aws.String("username"), Value: &u.Username},
		}
	})
	return aws.NewCredentialsCache(assume, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 5 * time.Minute })
}

// launch runs a desktop: a process that resumes its user's sign-in. skew is how wrong its computer's clock is. What is
// to be added to it is added before it runs.
func (w *world) launch(t *testing.T, name string, u backend.User, keeps bool, skew time.Duration, figures fleet.Figures,
	seed uint64, add ...func(*desktop, aws.Config)) *desktop {
	t.Helper()
	role := "user"
	if keeps {
		role = "keeper"
	}
	creds := w.credentialsOf(role, u)
	ctx, stop := context.WithCancel(context.Background())
	d := &desktop{name: name, user: u, stop: stop, done: make(chan struct{}),
		net: &network{next: recorded(w.cloud.Transport()), rand: rand.New(rand.NewPCG(seed, 1)), onKill: stop}}
	d.net.onStop = func(r *http.Request) { w.stopping(d, r) }
	clock := &fleet.Clock{Local: func() time.Time { return time.Now().Add(skew) }}
	cfg := w.cfg.Copy()
	cfg.Credentials = creds
	cfg.HTTPClient = clock.Watch(&http.Client{Transport: d.net})
	log := slog.New(slog.DiscardHandler)
	if w.log != nil {
		log = w.log.With("desktop", name)
	}
	d.service = w.control(cfg, clock, name, figures, d.net, log)
	d.options = backend.Options{
		Inbox:    backend.NewInbox(),
		Identity: badge{user: u},
		Fleet:    d.service,
		Profile:  "sim",
		KeepPool: keeps,
		Now:      clock.Now,
		Log:      log,
		Rules: backend.Rules{
			Window:  figures.Window,
			Maximum: figures.Maximum,
			Warning: 5 * time.Minute,
			Grace:   figures.Grace,
		},
	}
	for _, add := range add {
		add(d, cfg)
	}
	d.launcher = backend.New(d.options)
	go func() {
		defer close(d.done)
		_ = d.launcher.Run(ctx, backend.Wish{Verb: backend.WishUnlock})
		d.service.Wait()
		stop()
	}()
	t.Cleanup(func() { d.net.kill(); <-d.done })
	return d
}

// control is a control plane whose calls take a network.
func (w *world) control(cfg aws.Config, clock *fleet.Clock, name string, figures fleet.Figures, net *network,
	log *slog.Logger) *fleet.Service {
	return fleet.New(fleet.Options{
		EC2:        ec2.NewFromConfig(cfg, func(o *ec2.Options) { o.RetryMaxAttempts = 8 }),
		DynamoDB:   dynamodb.NewFromConfig(cfg),
		Route53:    route53.NewFromConfig(cfg, func(o *route53.Options) { o.RetryMaxAttempts = 8 }),
		Scheduler:  scheduler.NewFromConfig(cfg),
		LauncherID: name,
		Clock:      clock,
		Names:      w.names(),
		Figures:    figures,
		Prices:     backend.Prices{Currency: "USD", Hourly: map[string]float64{"g5.2xlarge": 1.212}, TrafficGB: 0.09},
		Log:        log,
		Avatar: fleet.Avatar{
			Scheme:     "http",
			HealthPath: "/healthz",
			Transport:  func(string) http.RoundTripper { return net },
			Resolve:    w.resolve,
		},
	})
}

// calm says that no trouble of the network has been near a desktop for some time.
func (d *desktop) calm(span time.Duration) bool {
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	return !d.net.dead && d.net.lose == 0 && d.net.fail == 0 && time.Since(d.net.until) > span
}

// callCount is how many calls a desktop has made.
func (d *desktop) callCount() int {
	d.net.mu.Lock()
	defer d.net.mu.Unlock()
	return len(d.net.calls)
}

func (d *desktop) do(v backend.Verb) { d.launcher.Do(backend.Wish{Verb: v}) }

func (d *desktop) alive() bool {
	select {
	case <-d.done:
		return false
	default:
		return !d.net.isDead()
	}
}

// reservation is a capacity reservation of the profile. There is none unless a test makes it.
const reservation = "cr-0123456789abcdef0"

func (w *world) names() backend.Resources {
	return backend.Resources{
		SessionsTable:  w.out.SessionsTable,
		InstancesTable: w.out.InstancesTable,
		LeasesTable:    w.out.LeasesTable,
		AuditTable:     w.out.AuditTable,
		StateIndex:     w.out.StateIndex,
		DayIndex:       w.out.DayIndex,
		LaunchTemplate: w.out.LaunchTemplate,
		SubnetIDs:      w.out.SubnetIDs,
		InstanceTypes:  []string{"g5.2xlarge", "g6.2xlarge"},

		ReservationID: reservation, ReservationType: "g5.2xlarge", ReservationSubnet: w.out.SubnetIDs[0],

		ZoneID:         w.out.ZoneID,
		ZoneName:       w.out.ZoneName,
		ParkingAddress: w.out.ParkingAddress,
		ScheduleGroup:  w.out.SchedulerGroup,
		StopRoleARN:    w.out.StopRoleARN,
	}
}

func userNo(n int) backend.User {
	return backend.User{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n), Username: fmt.Sprintf("user%d", n)}
}
