// Package fleet is the control plane that every desktop embeds: it claims an instance from the warm pool by one
// DynamoDB transaction, arms the schedule that will stop it, starts it, names it, asks the avatar whether it
// answers, and gives the instance back. The desktop that holds the pool's lease also keeps the pool full and stops what
// was left behind. Desktops coordinate through AWS alone.
package fleet

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// ec2API is what the control plane needs of *ec2.Client.
type ec2API interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	DescribeInstanceStatus(context.Context, *ec2.DescribeInstanceStatusInput, ...func(*ec2.Options)) (*ec2.DescribeInstanceStatusOutput, error)
	RunInstances(context.Context, *ec2.RunInstancesInput, ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error)
	StartInstances(context.Context, *ec2.StartInstancesInput, ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error)
	StopInstances(context.Context, *ec2.StopInstancesInput, ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error)
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput, ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
	DescribeLaunchTemplateVersions(context.Context, *ec2.DescribeLaunchTemplateVersionsInput, ...func(*ec2.Options)) (
		*ec2.DescribeLaunchTemplateVersionsOutput, error,
	)
	CreateTags(context.Context, *ec2.CreateTagsInput, ...func(*ec2.Options)) (*ec2.CreateTagsOutput, error)
	DeleteTags(context.Context, *ec2.DeleteTagsInput, ...func(*ec2.Options)) (*ec2.DeleteTagsOutput, error)
}

// dynamoAPI is what the control plane needs of *dynamodb.Client.
type dynamoAPI interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (
		*dynamodb.TransactWriteItemsOutput, error,
	)
}

// route53API is what the control plane needs of *route53.Client.
type route53API interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (
		*route53.ListResourceRecordSetsOutput, error,
	)
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (
		*route53.ChangeResourceRecordSetsOutput, error,
	)
}

// schedulerAPI is what the control plane needs of *scheduler.Client.
type schedulerAPI interface {
	CreateSchedule(context.Context, *scheduler.CreateScheduleInput, ...func(*scheduler.Options)) (*scheduler.CreateScheduleOutput, error)
	UpdateSchedule(context.Context, *scheduler.UpdateScheduleInput, ...func(*scheduler.Options)) (*scheduler.UpdateScheduleOutput, error)
	GetSchedule(context.Context, *scheduler.GetScheduleInput, ...func(*scheduler.Options)) (*scheduler.GetScheduleOutput, error)
	ListSchedules(context.Context, *scheduler.ListSchedulesInput, ...func(*scheduler.Options)) (*scheduler.ListSchedulesOutput, error)
	DeleteSchedule(context.Context, *scheduler.DeleteScheduleInput, ...func(*scheduler.Options)) (*scheduler.DeleteScheduleOutput, error)
}

// Figures are the sizes and times; the profile gives them, and Configure changes them while running.
type Figures struct {
	PoolSize, MaxInstances int
	Hours                  []Hours        // sizes that hold at certain hours in place of PoolSize; the first that fits counts
	Location               *time.Location // of Hours; nil for UTC
	Replace                bool           // terminate after a session, and launch anew, instead of stopping for reuse
	Window, Maximum, Grace time.Duration
	TTL                    time.Duration // of the DNS records
	ReadyTimeout           time.Duration // how long a start may take
	WarmLimit              time.Duration // how long a warming instance may take to become ready; 0: 15 minutes
	MaxFailures            int           // launches stop after this many failures of one template version; 0: 6
}

// Avatar says how an instance's avatar is reached.
type Avatar struct {
	Scheme     string // http or https
	Port       int    // 0: the scheme's own
	HealthPath string
	Gateway    string // host:port to dial in place of the instance's address; "" for none
	// Transport carries the readiness probe to addr with the given TLS server name; nil for an ordinary one.
	Transport func(serverName string) http.RoundTripper
	// Resolve looks a name up as the user's browser does; nil for this computer's resolver, unless the avatar is reached by
	// Gateway or Transport: then nothing depends on its name.
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
	// ReadyLine reports whether an instance's log has shown its readiness line since a time; nil if the profile has no
	// pattern for it; a warming instance is then probed at its address.
	ReadyLine func(ctx context.Context, instanceID string, since time.Time) (bool, error)
	// LastLines returns the end of an instance's log since a time; nil if there is no log to read.
	LastLines  func(ctx context.Context, instanceID string, since time.Time) ([]string, error)
	LauncherID string // this desktop, for the rows' readers
	Clock      *Clock // the cloud's time; nil for this computer's
	Log        *slog.Logger
}

// Service implements backend.Fleet.
type Service struct {
	Options

	connecting chan struct{} // holds an element while Connect looks at the gate's key

	kick       chan struct{}  // wakes the keeper
	background sync.WaitGroup // writes that no caller waits for: names, the audit

	mu         sync.Mutex
	figures    Figures
	failing    map[string]time.Time // "zone/type" → until when its lack of capacity is remembered
	leading    bool
	target     int // the size that this desktop keeps the pool at
	targeted   bool
	refused    *backend.Backoff // why AWS does not allow the keeper's launches; nil if it does, or if this desktop keeps no pool
	warmRows   []instanceRow    // the warm instances as Prepare read them
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
	o.DynamoDB = contentionAPI{o.DynamoDB}
	return &Service{Options: o, figures: o.Figures, failing: map[string]time.Time{}, kick: make(chan struct{}, 1),
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
