// Package localcloud is a small AWS in this process: Cognito, STS, IAM, EC2, DynamoDB, Kinesis, Route 53 and
// EventBridge Scheduler over their real wire protocols, with simulated instances that boot, write logs and serve
// an avatar page. It is the default profile's cloud, and the one test double of the project.
package localcloud

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"avatar-launcher/backend/localcloud/cognitoidentity"
	"avatar-launcher/backend/localcloud/cognitoidp"
	"avatar-launcher/backend/localcloud/dynamodb"
	"avatar-launcher/backend/localcloud/ec2"
	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/kinesis"
	"avatar-launcher/backend/localcloud/route53"
	"avatar-launcher/backend/localcloud/scheduler"
	"avatar-launcher/backend/localcloud/servicequotas"
	"avatar-launcher/backend/localcloud/simulate"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/sts"
	"avatar-launcher/backend/localcloud/wire"
)

// AccountID is the account that every embedded cloud is.
const AccountID = "123456789012"

// ErrInUse says that another process has the state directory open; its endpoint is to be used instead.
var ErrInUse = store.ErrInUse

// Options choose a cloud. The zero value is one that forgets everything at Close and has no delays.
type Options struct {
	// Dir holds the state (cloud.db); "" keeps it in memory.
	Dir string
	// BootWarm is the time from StartInstances until the avatar answers, BootCold the same for a first boot.
	BootWarm, BootCold time.Duration
	// IndexLag is how long DynamoDB's secondary indexes stay behind their tables.
	IndexLag time.Duration
	// Seed makes IDs, addresses and faults repeat; 0 takes a random one. Secrets and keys never repeat.
	Seed uint64
	// Region is us-east-1 if it is empty.
	Region string
	// Throttle puts AWS's request limits in force.
	Throttle bool
	// Behavior is how the account differs from a new one, see SetBehavior.
	Behavior Behavior
	// Logger takes what the cloud has to say to its operator; nil discards it.
	Logger *slog.Logger
	// WithoutUsers leaves out the demo users, whose passwords take more time to prepare than all the rest.
	WithoutUsers bool
	// AddressPrefix is where public IPv4 addresses come from; the zero value is 127.80.0.0/16, so that they can be
	// dialled on the machine itself.
	AddressPrefix netip.Prefix
	// Gate is put in front of each instance's web server; nil for nothing. tags returns the instance's tags as they are
	// now.
	Gate func(instanceID string, tags func() map[string]string, next http.Handler) http.Handler
	// Functions are what Lambda runs, by function name: they take an event and answer its result. The embedded cloud has
	// no operations of Lambda; the triggers of user pools name these functions by their ARN.
	Functions map[string]func(event []byte) ([]byte, error)
}

// Cloud is one embedded AWS account in one region. Make it with Open; its methods are safe for concurrent use.
type Cloud struct {
	opts     Options
	log      *slog.Logger
	st       *store.Store
	env      wire.Env
	skew     atomic.Int64 // nanoseconds
	throttle atomic.Bool
	behavior atomic.Pointer[Behavior]
	ids      *source

	services  map[string]wire.Service
	iam       *iam.Service
	idp       *cognitoidp.Service
	ec2       atomic.Pointer[ec2.Service] // set late: its callback comes before New returns
	kinesis   *kinesis.Service
	route53   *route53.Service
	scheduler *scheduler.Service
	sim       *simulate.Service
	gates     sync.Map // http.Handler by instance ID: Options.Gate in front of the instance's web server

	faults  faults
	journal journal
	seen    bell
	outputs Outputs
	ring    *addressRing

	mu     sync.Mutex // guards closed
	closed bool
}

// Open opens the state in opts.Dir, or makes and provisions it: user pool with demo users, identity pool, roles,
// tables, stream, zone, schedule group and launch template. Nothing listens yet: call Listen, or use Transport.
func Open(opts Options) (*Cloud, error) {
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	if !opts.AddressPrefix.IsValid() {
		opts.AddressPrefix = netip.MustParsePrefix("127.80.0.0/16")
	}
	if opts.Seed == 0 {
		opts.Seed = rand.Uint64()
	}
	c := &Cloud{opts: opts, log: opts.Logger, services: map[string]wire.Service{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if c.st, err = store.Open(opts.Dir); err != nil {
		return nil, err
	}
	c.st.OnTrouble = func(err error) { c.log.Error("the state cannot be written", "error", err) }
	if err := c.start(); err != nil {
		if why := c.st.Trouble(); why != nil {
			err = fmt.Errorf("its state cannot be written: %w", why)
		}
		c.Close()
		return nil, err
	}
	return c, nil
}

// start makes the services in the order of their needs, then provisions what is missing.
func (c *Cloud) start() error {
	opening, err := c.countOpening()
	if err != nil {
		return err
	}
	c.ids = newSource(c.opts.Seed, opening)
	c.faults.rand = newSource(c.opts.Seed, ^opening)
	c.env = wire.Env{
		Region: c.opts.Region, AccountID: AccountID,
		Now: c.Now, Rand: c.ids.n, NewID: c.ids.hex, Throttle: c.throttle.Load,
	}
	c.ring = newAddressRing(c)
	for _, make := range []func() error{c.makeIdentity, c.makeData, c.makeMachines, c.makeScheduler} {
		if err := make(); err != nil {
			return err
		}
	}
	if err := c.provision(); err != nil {
		return err
	}
	if err := c.SetBehavior(c.opts.Behavior); err != nil {
		return err
	}
	c.throttle.Store(c.opts.Throttle) // not before: provisioning is quicker than AWS lets anybody be
	return nil
}

// add puts a service in its place, so that Close finds it even where a later one cannot be made.
func add[S wire.Service](c *Cloud, place *S, s S, err error) error {
	if err != nil {
		return err
	}
	c.services[s.Name()] = s
	if place != nil {
		*place = s
	}
	return nil
}

func (c *Cloud) makeIdentity() error {
	i, err := iam.New(c.env, c.st)
	if err := add(c, &c.iam, i, err); err != nil {
		return err
	}
	s, err := sts.New(c.env, c.iam)
	if err := add(c, nil, s, err); err != nil {
		return err
	}
	options := cognitoidp.Options{Log: c.log, Invoke: c.invokeFunction}
	if c.opts.Dir == "" {
		options.GenerateKey = sharedKey
	}
	u, err := cognitoidp.New(c.env, c.st, options)
	if err := add(c, &c.idp, u, err); err != nil {
		return err
	}
	p, err := cognitoidentity.New(c.env, c.st, cognitoidentity.Options{
		Verify: c.idp.Key, Issue: c.iam.Issue, Trusted: c.iam.Trusted, Live: c.idp.Live,
	})
	if err := add(c, nil, p, err); err != nil {
		return err
	}
	q, err := servicequotas.New(c.env, func() int { return c.ec2.Load().VCPUQuota() })
	return add(c, nil, q, err)
}

func (c *Cloud) makeData() error {
	d, err := dynamodb.New(c.env, c.st, dynamodb.Options{IndexLag: c.opts.IndexLag})
	if err := add(c, nil, d, err); err != nil {
		return err
	}
	k, err := kinesis.New(c.env, c.st, kinesis.Options{})
	if err := add(c, &c.kinesis, k, err); err != nil {
		return err
	}
	r, err := route53.New(c.env, c.st, c.zoneTiming())
	return add(c, &c.route53, r, err)
}

// zoneTiming has no delay where instances have none.
func (c *Cloud) zoneTiming() route53.Options {
	opts := route53.Options{HasVPC: func(id string) bool { return c.ec2.Load().HasVPC(id) }}
	if c.opts.BootWarm == 0 && c.opts.BootCold == 0 {
		opts.Sync, opts.Busy = -1, -1
	}
	return opts
}

func (c *Cloud) makeMachines() error {
	var err error
	c.sim, err = simulate.New(c.env, simulate.Options{
		Warm: c.opts.BootWarm, Cold: c.opts.BootCold, Stream: streamName,
		Put: c.kinesis.PutRecord, Stop: c.stopInstances,
	})
	if err != nil {
		return err
	}
	e, err := ec2.New(c.env, c.st, ec2.Options{
		Warm: c.opts.BootWarm, Cold: c.opts.BootCold, AddressPrefix: c.opts.AddressPrefix, Changed: c.changed,
	})
	if err := add(c, nil, e, err); err != nil {
		return err
	}
	c.ec2.Store(e)
	return nil
}

func (c *Cloud) makeScheduler() error {
	s, err := scheduler.New(c.env, c.st, scheduler.Options{Invoke: c.invoke})
	return add(c, &c.scheduler, s, err)
}

// changed takes a transition of an instance. It may come while ec2 is still being made.
func (c *Cloud) changed(in ec2.Instance) {
	c.sim.Changed(in)
	c.ring.refresh()
}

func (c *Cloud) stopInstances(ids ...string) error {
	e := c.ec2.Load()
	if e == nil {
		return fmt.Errorf("localcloud: EC2 is not up yet") // simulate asks again
	}
	return e.Stop(ids...)
}

// Now is the cloud's clock: this machine's and the skew that SetClockSkew has set. UTC.
func (c *Cloud) Now() time.Time { return time.Now().UTC().Add(time.Duration(c.skew.Load())) }

// SetClockSkew sets the cloud's clock ahead of (or, negative, behind) this machine's. What is already waiting for a
// time keeps its timer.
func (c *Cloud) SetClockSkew(d time.Duration) { c.skew.Store(int64(d)) }

// SetThrottle puts AWS's request limits in force, or lifts them.
func (c *Cloud) SetThrottle(on bool) { c.throttle.Store(on) }

// Close ends the listeners, the timers and the store, in this order. It can be called more than once.
func (c *Cloud) Close() error {
	c.mu.Lock()
	done := c.closed
	c.closed = true
	c.mu.Unlock()
	if done {
		return nil
	}
	if c.ring != nil {
		c.ring.close()
	}
	for _, name := range []string{"scheduler", "ec2"} {
		if s, ok := c.services[name]; ok {
			s.Close()
		}
	}
	if c.sim != nil {
		c.sim.Close()
	}
	for name, s := range c.services {
		if name != "scheduler" && name != "ec2" {
			s.Close()
		}
	}
	return c.st.Close()
}
