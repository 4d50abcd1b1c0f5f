package core

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/uuid"

	"avatar-launcher/app/clients"
	"avatar-launcher/app/controlplane"
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
	Now      func() time.Time           // the cloud's clock
	Skew     func() time.Duration       // how far it is ahead of this computer's
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
func Open(ctx context.Context, p config.Profile, file, older string, ring identity.Keyring,
	log *slog.Logger) (*Rooms, error) {
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
	r.Now, r.Skew = clock.Now, clock.Skew
	watched := clock.Watch(cfg.HTTPClient)
	cfg.HTTPClient = nil

	inbox := backend.NewInbox()
	anonymous := cfg.Copy()
	options := identity.Options{
		Region: p.Region, UserPoolID: p.Cognito.UserPoolID, ClientID: p.Cognito.ClientID,
		IdentityPoolID: p.Cognito.IdentityPoolID, HTTP: watched, SDK: anonymous,
		Keyring: ring, Account: p.Name, Locks: keyringLocks(config.Paths().StateDir, p.Name), StaySignedIn: p.StaySignedIn,
		Log:    r.log,
		Notify: inbox.Notify, Translate: i18n.Translate, Language: func() string { return i18n.Catalogue().Language },
	}
	if p.Cognito.Browser() {
		options.Browser = &identity.Browser{Domain: p.Cognito.Domain, RedirectURIs: p.Cognito.RedirectURIs,
			Provider: p.Cognito.IdentityProvider, ByEmail: p.Cognito.ByEmail(),
			Open: func(address string) error { return r.Browse(address) }}
		if !p.Cognito.ByEmail() {
			options.Browser.Identifier = p.Cognito.IdpIdentifier
		}
	}
	if endpoint := aws.ToString(cfg.BaseEndpoint); endpoint != "" {
		options.JWKSURL = strings.TrimSuffix(endpoint, "/") + "/" + p.Cognito.UserPoolID + "/.well-known/jwks.json"
	}
	r.Identity = identity.New(options)
	cfg.Credentials, cfg.HTTPClient = r.Identity.Credentials(), watched
	var client *broker.Client
	var stream kinesis.API = clients.Kinesis(cfg)
	if p.Control == config.ControlAccount {
		client = newBroker(p, watched, cfg.Credentials, r.Identity, clock.Now)
		stream = broker.Stream{Client: client}
	}
	r.Stream = kinesis.New(kinesis.Options{API: stream, Name: p.Stream, RandomKeys: p.Log.RandomKeys, Log: r.log})
	o := controlplane.Options(cfg, p, r.Stream)
	o.LauncherID, o.Clock, o.Log = launcherID(), clock, r.log
	local := fleet.New(o)
	r.Fleet = local
	if client != nil {
		r.Fleet = remote{client, local}
	}
	r.Operator, r.History = r.Fleet, r.Fleet
	r.Doctor = doctor(cfg, p)
	if client != nil {
		r.Doctor.Broker = func(ctx context.Context) error { _, err := client.Pool(ctx); return err }
	}
	r.Logs = logs.New(logs.Options{
		Source: r.Stream, MaxLines: p.Log.MaxLines, MaxBytes: p.Log.MaxMegabytes << 20,
		OlderDir: r.older, OlderBytes: int64(p.Log.OlderMegabytes) << 20,
		ReadyPattern: controlplane.Pattern(p.Log.ReadyPattern), ActivityPattern: controlplane.Pattern(p.Log.ActivityPattern),
		OnReady: inbox.Announced, OnActivity: inbox.Active, OnViewers: inbox.Watched, OnSent: inbox.Sent,
		Translate: i18n.Translate, Log: r.log,
	})
	r.Launcher = backend.New(backend.Options{
		Identity: r.Identity, Fleet: r.Fleet, Logs: r.Logs, Inbox: inbox, Rules: Rules(p), Profile: p.Name, Log: r.log,
		KeepPool: p.WarmPool.Keep, Now: clock.Now,
		BeforeSignOut: func(ctx context.Context) { FinishBackground(ctx, r.Fleet) },
	})
	return nil
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
		return aws.Config{Region: p.Region, BaseEndpoint: aws.String(p.Endpoint), HTTPClient: client,
			AppID: "avatar-launcher"}, nil
	}
	load := []func(*awsconfig.LoadOptions) error{awsconfig.WithRegion(p.Region)}
	if certificates, err := bundle(); err == nil && certificates != nil {
		load = append(load, awsconfig.WithCustomCABundle(bytes.NewReader(certificates)))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if gone := (awsconfig.SharedConfigProfileNotExistError{}); errors.As(err, &gone) {
		// AWS_PROFILE names what isn't there, and a desktop needs nothing of it: its credentials come from the sign-in.
		cfg := aws.Config{Region: p.Region, HTTPClient: client, AppID: "avatar-launcher"}
		if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
			cfg.BaseEndpoint = &endpoint
		}
		return cfg, nil
	}
	if err != nil {
		return cfg, &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.awsSettingsUnreadable"),
			Why: i18n.Sentence(err.Error()), Next: messages.New("common.mendAwsConfigurationFiles"), Cause: err}
	}
	if cfg.HTTPClient != nil {
		client = awsx.ReadRequests(cfg.HTTPClient) // with the certificates of ca_bundle
	}
	cfg.HTTPClient = client
	return cfg, nil
}

// Rules returns how long a session may last and what it costs.
func Rules(p config.Profile) backend.Rules {
	return backend.Rules{Window: p.Session.Window, Maximum: p.Session.Maximum, Warning: p.Session.Warning,
		Grace:        p.Session.Grace,
		StaySignedIn: p.StaySignedIn, Prices: controlplane.Prices(p)}
}

// launcherID tells this process from every other desktop's, and says to people where it runs.
func launcherID() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%s", cmp.Or(host, "desktop"), uuid.NewString()[:8])
}
