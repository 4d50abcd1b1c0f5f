// Package fleet is the control plane that every desktop embeds: it claims an instance from the warm pool by one
// DynamoDB transaction, arms the schedule that will stop it, starts it, names it, asks the avatar whether it
// answers, and gives the instance back. The desktop that holds the pool's lease also keeps the pool full and stops what
// was left behind. Desktops coordinate through AWS alone.
package fleet

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
)

// Figures are the sizes and times; the profile gives them, and Configure changes them while running.
type Figures struct {
	PoolSize, MaxInstances int
	Hot                    int // instances that run and wait for a claim, beside PoolSize stopped ones
	// Free is how many of PoolSize instances stay free if PoolSize counts claimed ones, too; nil if it does not
	Free     *int
	HotLimit time.Duration // how long one runs that nobody claims; 0: 4 hours
	// sizes that hold at certain hours in place of PoolSize and Hot; the first that fits counts
	Hours                  []Hours
	Location               *time.Location  // of Hours; nil for UTC
	Recycle                backend.Recycle // what happens to an instance after a session; "" is backend.Reuse
	Window, Maximum, Grace time.Duration
	TTL                    time.Duration // of the DNS records
	ReadyTimeout           time.Duration // how long a start may take
	Rehearse               bool          // start a new instance a second time before it counts as warm
	WarmLimit              time.Duration // how long a warming instance may take to become ready; 0: 15 minutes
	MaxFailures            int           // launches stop after this many failures of one template version; 0: 6
}

// Avatar says how an instance's avatar is reached.
type Avatar struct {
	Scheme     string // http or https
	Port       int    // 0: the scheme's own
	HealthPath string
	// Private makes an instance's private address the one that names point at and readiness is asked by: instances need no
	// public one, and are reached through a VPN or the like.
	Private bool
	Gateway string // host:port to dial in place of the instance's address; "" for none
	// Transport carries the readiness probe to addr with the given TLS server name; nil for an ordinary one.
	Transport func(serverName string) http.RoundTripper
	// Resolve looks a name up as the user's browser does; nil for this computer's resolver, unless the avatar is reached
	// by Gateway or Transport, or the zone is below localhost: then nothing depends on its name.
	Resolve func(ctx context.Context, name string) ([]string, error)
}

// Options is what a Service needs.
type Options struct {
	EC2       ec2API
	DynamoDB  dynamoAPI
	Route53   route53API
	Scheduler schedulerAPI
	Names     backend.Resources
	Figures   Figures
	Avatar    Avatar
	Prices    backend.Prices
	// ReadyLine reports whether an instance's log has shown its readiness line since a time. It is nil if the profile has
	// no pattern for that line; a warming instance is then probed at its address.
	ReadyLine func(ctx context.Context, instanceID string, since time.Time) (bool, error)
	// WarmLine reports the same of the line by which a new instance says that it is warm, such as that its shader cache
	// is complete; nil if being ready is enough.
	WarmLine func(ctx context.Context, instanceID string, since time.Time) (bool, error)
	// LastLines returns the end of an instance's log since a time; nil if there is no log to read.
	LastLines func(ctx context.Context, instanceID string, since time.Time) ([]string, error)
	// StoreGateKeys keeps a session's private key of the gate in the session's row, so that several processes sign by the
	// same one. Set it only if the users' own credentials can't read the sessions table.
	StoreGateKeys bool
	LauncherID    string // this desktop, for the rows' readers
	Clock         *Clock // the cloud's time; nil for this computer's
	Log           *slog.Logger
}

// Service implements backend.Fleet.
type Service struct {
	Options

	ledger     ledger
	compute    compute
	alarm      alarm
	dns        dns
	connecting chan struct{} // holds an element while Connect looks at the gate's key

	kick       chan struct{} // wakes the keeper
	background background    // writes that no caller waits for: names, the audit

	mu      sync.Mutex
	figures Figures
	failing map[string]time.Time // "zone/type" → until when its lack of capacity is remembered
	leading bool
	// the sizes that this desktop keeps the pool's tiers at
	target, hotTarget int
	targeted          bool
	// why AWS does not allow the keeper's launches; nil if it does, or if this desktop keeps no pool
	refused    *backend.Backoff
	warmRows   []instanceRow // the warm instances as Prepare read them
	warmReadAt time.Time
	keys       map[claim]*gate.Key // private keys of the gates, by the session that each is for
	keyRefused bool                // the account's policies refused the gate's tag
	seatNo     int64
	seated     bool
}

var _ backend.Fleet = (*Service)(nil)

// New makes a control plane.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = &Clock{}
	}
	o.Names.PoolTag = cmp.Or(o.Names.PoolTag, backend.DefaultPoolTag)
	return &Service{Options: o, ledger: ledger{db: contentionAPI{o.DynamoDB}, names: o.Names},
		compute: ec2Compute{o.EC2, o.Names.LaunchTemplate, o.Names.PoolTag},
		alarm:   schedulerAlarm{o.Scheduler, o.Names.ScheduleGroup, o.Names.StopRoleARN, o.Names.DeadLetterARN},
		dns:     route53DNS{o.Route53, o.Names.ZoneID, o.Names.ZoneName},
		figures: o.Figures, failing: map[string]time.Time{}, kick: make(chan struct{}, 1),
		connecting: make(chan struct{}, 1)}
}

// Configure takes new figures in.
func (s *Service) Configure(f Figures) {
	s.mu.Lock()
	s.figures = f
	s.mu.Unlock()
	s.wake()
}

func (s *Service) current() Figures {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.figures
}

// Wait returns when background writes (DNS, audit) are done; each is bounded by seconds.
func (s *Service) Wait() { s.background.Wait() }

// wake makes the keeper observe now instead of after its interval.
func (s *Service) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}
