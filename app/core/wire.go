package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/google/uuid"

	"avatar-launcher/app/clients"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/kinesis"
	"avatar-launcher/backend/messages"
)

// patientAttempts is how often EC2 and Route 53 are asked: their request limits are per account and shared with
// every other desktop.
const patientAttempts = 8

// Rooms are the parts of the launcher, wired for one profile.
type Rooms struct {
	Profile  config.Profile // with the embedded cloud's names filled in
	File     string         // where the profile comes from
	Identity *identity.Service
	Fleet    ControlPlane
	Stream   *kinesis.Stream // what Logs reads
	Logs     *logs.Book
	Launcher *backend.Launcher
	Doctor   *account.Doctor
	older    string                     // folder for the log's older lines, "" where they are dropped
	Browse   func(address string) error // opens the system's browser
	cloud    *embedded                  // nil if the cloud is not this machine's
	Operator backend.Operator
	History  backend.History
	log      *slog.Logger
}

// Close waits for the browser that somebody signed in with, deletes what the log keeps in files, and ends the embedded
// cloud where it is this process that runs it.
func (r *Rooms) Close() {
	if r.Identity != nil {
		ctx, cancel := context.WithTimeout(context.Background(), BackgroundTime)
		defer cancel()
		r.Identity.Wait(ctx)
	}
	if r.Logs != nil {
		r.Logs.Close()
	}
	if r.cloud != nil {
		r.cloud.close()
	}
}

// KeyringTime is how long the keyring may wait for somebody to unlock it. Nothing waits for it that long: identity goes
// on without, and the keyring gets what it missed once it is unlocked.
const KeyringTime = time.Minute

// BackgroundTime is how long a command waits for the fleet's background work, such as a name that is not parked yet.
const BackgroundTime = 10 * time.Second

// FinishBackground waits until the fleet's background work is done, or ctx ends. That work needs the sign-in.
func FinishBackground(ctx context.Context, f interface{ Wait() }) {
	done := make(chan struct{})
	go func() { defer close(done); f.Wait() }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Build wires the rooms for the profile that the command line names.
func Build(ctx context.Context, profile string, ring identity.Keyring, log *slog.Logger) (*Rooms, error) {
	p, file, err := config.Resolve(profile, config.Paths().ConfigFile)
	if err != nil {
		return nil, err
	}
	return Open(ctx, p, file, "", ring, log)
}

// Open wires the rooms for a profile that came from a file. Nothing is called yet but the embedded cloud, which takes
// a second or more where it is new. older is the folder for the log's older lines, "" for none.
func Open(ctx context.Context, p config.Profile, file, older string, ring identity.Keyring, log *slog.Logger) (*Rooms, error) {
	r := &Rooms{Profile: p, File: file, log: log, Browse: osdesktop.OpenBrowser(log)}
	if p.Cloud == config.CloudEmbedded {
		cloud, err := openEmbedded(ctx, config.Paths().StateDir, p, log)
		if err != nil {
			return nil, err
		}
		r.cloud, r.Profile = cloud, cloud.address.fill(p)
	}
	if p.Log.Older == config.OlderFile {
		r.older = older
	}
	if err := r.connect(ctx, ring); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// connect makes the clients and the rooms over them.
func (r *Rooms) connect(ctx context.Context, ring identity.Keyring) error {
	p := r.Profile
	cfg, err := sdkConfig(ctx, p)
	if err != nil {
		return err
	}
	clock := &fleet.Clock{}
	watched := clock.Watch(cfg.HTTPClient)
	cfg.HTTPClient = nil

	inbox := backend.NewInbox()
	anonymous := cfg.Copy()
	options := identity.Options{
		Region: p.Region, UserPoolID: p.Cognito.UserPoolID, ClientID: p.Cognito.ClientID,
		IdentityPoolID: p.Cognito.IdentityPoolID, HTTP: watched, SDK: anonymous,
		Keyring: ring, Account: p.Name, Locks: keyringLocks(config.Paths().StateDir, p.Name), StaySignedIn: p.StaySignedIn, Log: r.log,
		Notify: inbox.Notify,
	}
	if p.Cognito.Browser() {
		options.Browser = &identity.Browser{Domain: p.Cognito.Domain, RedirectURIs: p.Cognito.RedirectURIs,
			Open: func(address string) error { return r.Browse(address) }}
	}
	if endpoint := aws.ToString(cfg.BaseEndpoint); endpoint != "" {
		options.JWKSURL = strings.TrimSuffix(endpoint, "/") + "/" + p.Cognito.UserPoolID + "/.well-known/jwks.json"
	}
	r.Identity = identity.New(options)
	cfg.Credentials = r.Identity.Credentials()
	var client *broker.Client
	var stream kinesis.API = clients.Kinesis(cfg, func(o *awskinesis.Options) { o.HTTPClient = watched })
	if p.Control == config.ControlAccount {
		client = newBroker(p, watched, cfg.Credentials, r.Identity, clock.Now)
		stream = broker.Stream{Client: client}
	}
	r.Stream = kinesis.New(kinesis.Options{API: stream, Name: p.Stream, RandomKeys: p.Log.RandomKeys, Log: r.log})
	local := fleet.New(fleet.Options{
		EC2:       clients.EC2(cfg, func(o *ec2.Options) { o.HTTPClient, o.RetryMaxAttempts = watched, patientAttempts }),
		DynamoDB:  clients.DynamoDB(cfg, func(o *dynamodb.Options) { o.HTTPClient = watched }),
		Route53:   clients.Route53(cfg, func(o *route53.Options) { o.HTTPClient, o.RetryMaxAttempts = watched, patientAttempts }),
		Scheduler: clients.Scheduler(cfg, func(o *scheduler.Options) { o.HTTPClient = watched }),
		Names:     p.Resources(), Figures: Figures(p), Avatar: avatar(p), Prices: prices(p), ReadyLine: readyLine(p, r.Stream),
		LastLines: lastLines(p, r.Stream), LauncherID: launcherID(), Clock: clock, Log: r.log,
	})
	r.Fleet = local
	if client != nil {
		r.Fleet = remote{client, local}
	}
	r.Operator, r.History = r.Fleet, r.Fleet
	r.Doctor = doctor(cfg, watched, p)
	if client != nil {
		r.Doctor.Broker = func(ctx context.Context) error { _, err := client.Pool(ctx); return err }
	}
	r.Logs = logs.New(logs.Options{
		Source: r.Stream, MaxLines: p.Log.MaxLines, MaxBytes: p.Log.MaxMegabytes << 20,
		OlderDir: r.older, OlderBytes: int64(p.Log.OlderMegabytes) << 20,
		ReadyPattern: pattern(p.Log.ReadyPattern), ActivityPattern: pattern(p.Log.ActivityPattern),
		OnReady: inbox.Announced, OnActivity: inbox.Active, OnViewers: inbox.Watched,
		Translate: func(m messages.Message) string { return i18n.Catalogue().Text(m) }, Log: r.log,
	})
	r.Launcher = backend.New(backend.Options{
		Identity: r.Identity, Fleet: r.Fleet, Logs: r.Logs, Inbox: inbox, Rules: Rules(p), Profile: p.Name, Log: r.log,
		KeepPool: p.WarmPool.Keep, Now: clock.Now,
		BeforeSignOut: func(ctx context.Context) { FinishBackground(ctx, r.Fleet) },
	})
	return nil
}

// readyLine tells the pool's keeper whether a warming instance has shown its readiness line; nil if the profile has
// no pattern for one.
func readyLine(p config.Profile, stream *kinesis.Stream) func(context.Context, string, time.Time) (bool, error) {
	ready := pattern(p.Log.ReadyPattern)
	if ready == nil {
		return nil
	}
	return stream.NewReadyProbe(ready).Ready
}

// failedLines is how many lines of a failed instance's log the pool's keeper stores.
const failedLines = 10

// lastLines gives the pool's keeper the end of a failed instance's log; nil if the profile names no stream.
func lastLines(p config.Profile, stream *kinesis.Stream) func(context.Context, string, time.Time) ([]string, error) {
	if p.Stream == "" {
		return nil
	}
	return func(ctx context.Context, instanceID string, since time.Time) ([]string, error) {
		return stream.Last(ctx, instanceID, since, failedLines)
	}
}

// sdkConfig is the SDK's configuration without credentials. A profile that names its endpoint takes nothing from
// the environment; any other honours AWS_ENDPOINT_URL, the shared configuration files and the rest.
func sdkConfig(ctx context.Context, p config.Profile) (aws.Config, error) {
	own, err := HTTPClient()
	if err != nil {
		return aws.Config{}, err
	}
	client := awsx.ReadRequests(own)
	if p.Endpoint != "" {
		return aws.Config{Region: p.Region, BaseEndpoint: aws.String(p.Endpoint), HTTPClient: client, AppID: "avatar-launcher"}, nil
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(p.Region))
	if gone := (awsconfig.SharedConfigProfileNotExistError{}); errors.As(err, &gone) {
		// AWS_PROFILE names what isn't there, and a desktop needs nothing of it: its credentials come from the sign-in.
		cfg := aws.Config{Region: p.Region, HTTPClient: client, AppID: "avatar-launcher"}
		if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
			cfg.BaseEndpoint = &endpoint
		}
		return cfg, nil
	}
	if err != nil {
		return cfg, &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.awsSettingsComputerCannot"),
			Why: i18n.Sentence(err.Error()), Next: messages.New("common.mendAwsConfigurationFiles"), Cause: err}
	}
	if cfg.HTTPClient != nil {
		client = awsx.ReadRequests(cfg.HTTPClient) // with the certificates of ca_bundle
	}
	cfg.HTTPClient = client
	return cfg, nil
}

func Figures(p config.Profile) fleet.Figures {
	zone, err := time.LoadLocation(p.WarmPool.TimeZone)
	if err != nil {
		zone = time.UTC // config has checked the name: this computer lacks the zone's data
	}
	return fleet.Figures{
		PoolSize: p.WarmPool.Size, MaxInstances: p.WarmPool.MaxInstances, Hours: hours(p.WarmPool.Hours), Location: zone,
		Replace: p.WarmPool.Recycle == config.RecycleReplace,
		Window:  p.Session.Window, Maximum: p.Session.Maximum, Grace: p.Session.Grace,
		TTL: p.Zone.TTL, ReadyTimeout: p.Avatar.ReadyTimeout,
		WarmLimit: p.WarmPool.WarmLimit, MaxFailures: p.WarmPool.MaxFailures,
	}
}

// hours are the pool's sizes by the hour; config has checked the words.
func hours(all []config.PoolHours) []fleet.Hours {
	var out []fleet.Hours
	for _, h := range all {
		from, _ := config.TimeOfDay(h.From)
		to, _ := config.TimeOfDay(h.To)
		f := fleet.Hours{From: from, To: to, Size: h.Size}
		for day, name := range config.Days {
			f.Days[day] = len(h.Days) == 0 || slices.Contains(h.Days, name)
		}
		out = append(out, f)
	}
	return out
}

func prices(p config.Profile) backend.Prices {
	return backend.Prices{Currency: p.Prices.Currency, Hourly: p.Prices.Hourly, AddressHourly: p.Prices.AddressHourly, DiskMonth: p.Prices.DiskMonth}
}

func avatar(p config.Profile) fleet.Avatar {
	return fleet.Avatar{Scheme: p.Avatar.Scheme, Port: p.Avatar.Port, HealthPath: p.Avatar.HealthPath, Gateway: p.Avatar.Gateway}
}

func Rules(p config.Profile) backend.Rules {
	return backend.Rules{Window: p.Session.Window, Maximum: p.Session.Maximum, Warning: p.Session.Warning, Grace: p.Session.Grace,
		StaySignedIn: p.StaySignedIn, Prices: prices(p)}
}

// pattern compiles a pattern that config has checked; "" matches nothing.
func pattern(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	return regexp.MustCompile(s)
}

// launcherID tells this process from every other desktop's, and says to people where it runs.
func launcherID() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%s", cmp.Or(host, "desktop"), uuid.NewString()[:8])
}
