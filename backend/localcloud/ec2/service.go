// Package ec2 is the embedded cloud's EC2: instances with timed transitions, tags, launch templates and a default VPC,
// answered in the EC2 query protocol of API version 2016-11-15
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html).
package ec2

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// Options are what an operator of the embedded cloud may choose.
type Options struct {
	// Warm is how long a stopped, initialised instance takes from StartInstances until its avatar answers; Cold
	// is the same for a first boot. With both zero every transition is instantaneous.
	Warm, Cold time.Duration
	// AddressPrefix is where public IPv4 addresses come from; the zero value means 198.18.0.0/15 (RFC 2544).
	AddressPrefix netip.Prefix
	// Changed is told of every transition and tag change, in order and without a lock held, so it may call the
	// service. It can come from a timer as soon as New has begun: what it needs must exist before New is called.
	Changed func(Instance)
}

// Instance is one instance as it was at a moment.
type Instance struct {
	ID, State, PrivateIP, PublicIP, SubnetID, Zone, Type, ImageID string
	UserData                                                      string    // decoded
	RootVolume                                                    string    // empty if it has none
	LaunchTime                                                    time.Time // of the last start, as AWS has it
	// FirstBoot says that the disk is not initialised yet, so that this boot takes Options.Cold.
	FirstBoot bool
	// Boot counts the boots of the operating system, reboots included; BootTime is when the present one began,
	// zero if none has.
	Boot     int
	BootTime time.Time
	Tags     map[string]string
}

// Service is the EC2 API and its instances. Make it with New.
type Service struct {
	env  wire.Env
	st   *store.Store
	opts Options

	zonesOnce sync.Once
	zonesOf   []zone // the region's; zones returns them

	// writing is held over a change and its write to disk, so that writes reach the disk in order. It is a channel
	// because testing/synctest sees a wait for a channel, and not one for a mutex.
	writing chan struct{}

	mu        sync.RWMutex // guards everything below; never held over I/O or a callback
	instances map[string]*instance
	templates map[string]*template
	tokens    map[string]launchToken
	tags      map[string]map[string]string // of resources other than instances, by resource ID
	vpcStates map[string]vpcState          // of VPCs that were made or changed, by their ID
	subnetsOf map[string]subnetState       // of subnets that were made or changed, by their ID
	groups    map[string]group             // security groups that were made or changed, by their ID
	prefixes  map[string]prefixList        // managed prefix lists, by their ID
	tasks     map[string]replaceTask       // root volume replacements, by their ID
	timers    map[string]*time.Timer       // one an instance or task: its next transition, or its disappearance
	addresses map[string]string            // public and private address to instance ID
	serial    int64
	behavior  Behavior
	pastTags  map[string][]pastTags // by resource ID, see Behavior.TagLag
	capacity  map[place]int
	// reservations of capacity, by their ID
	reservations map[string]capacityReservation
	vcpuQuota    int    // −1: none
	failing      int    // how many starts are still to fail late; −1: all
	failCode     string // the state reason that they get
	// failingTasks is how many root volume replacements are still to fail, −1 all of them, and failTaskAs their last
	// state.
	failingTasks int
	failTaskAs   string
	closed       bool

	limitsMu sync.Mutex
	limits   map[string]*rate.Limiter
	fullest  map[string]float64 // the most of each bucket that was, see BucketUse

	eventsMu   sync.Mutex
	events     []Instance
	delivering bool
}

// place is where capacity is counted; an empty member stands for any.
type place struct{ zone, instanceType string }

// New loads the instances kept in st and takes up their transitions where they were.
func New(env wire.Env, st *store.Store, opts Options) (*Service, error) {
	if !opts.AddressPrefix.IsValid() {
		opts.AddressPrefix = netip.MustParsePrefix("198.18.0.0/15")
	}
	s := &Service{
		env: env, st: st, opts: opts,
		writing:      make(chan struct{}, 1),
		instances:    map[string]*instance{},
		templates:    map[string]*template{},
		tokens:       map[string]launchToken{},
		tags:         map[string]map[string]string{},
		vpcStates:    map[string]vpcState{},
		subnetsOf:    map[string]subnetState{},
		groups:       map[string]group{},
		prefixes:     map[string]prefixList{},
		tasks:        map[string]replaceTask{},
		timers:       map[string]*time.Timer{},
		addresses:    map[string]string{},
		pastTags:     map[string][]pastTags{},
		capacity:     map[place]int{},
		reservations: map[string]capacityReservation{},
		vcpuQuota:    -1,
		limits:       map[string]*rate.Limiter{},
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	s.resume()
	return s, nil
}

// Instance returns an instance that exists (terminated ones do, for an hour).
func (s *Service) Instance(id string) (Instance, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	in, ok := s.instances[id]
	if !ok {
		return Instance{}, false
	}
	return in.value(), true
}

// Instances returns all instances, the oldest first.
func (s *Service) Instances() []Instance {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]Instance, 0, len(s.instances))
	for _, in := range s.sorted() {
		out = append(out, in.value())
	}
	return out
}

// ByAddress returns the instance that holds a public or private IPv4 address now.
func (s *Service) ByAddress(ip string) (Instance, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	in, ok := s.instances[s.addresses[ip]]
	if !ok {
		return Instance{}, false
	}
	return in.value(), true
}

// SetCapacity limits how many instances of a type may be up in a zone at once, so that further ones get
// InsufficientInstanceCapacity; an empty zone or type stands for any, n < 0 lifts the limit.
func (s *Service) SetCapacity(zone, instanceType string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 {
		delete(s.capacity, place{zone, instanceType})
		return
	}
	s.capacity[place{zone, instanceType}] = n
}

// SetVCPUQuota sets the on-demand quota in vCPUs of each family of types (standard, G and VT, …), beyond which
// launches and starts get VcpuLimitExceeded; n < 0 lifts it.
func (s *Service) SetVCPUQuota(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vcpuQuota = n
}

// VCPUQuota is the quota in force, less than 0 for none.
func (s *Service) VCPUQuota() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.vcpuQuota
}

// Close stops the timers. Calls after it change nothing in time any more.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, t := range s.timers {
		t.Stop()
	}
	clear(s.timers)
}

// instantaneous says that there are no delays at all.
func (s *Service) instantaneous() bool { return s.opts.Warm == 0 && s.opts.Cold == 0 }
