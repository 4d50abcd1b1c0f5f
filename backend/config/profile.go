// Package config reads the profiles that say which cloud the launcher uses and what things are called there. It is
// strict: an unknown key, a wrong type or a bad value is refused with its line and column and with what would be
// right, and nothing starts half-configured.
package config

import (
	"cmp"
	"time"
)

// File is the configuration file: profiles by name, and the name of the one that is used unless another is asked for.
type File struct {
	Profile string `yaml:"profile"` // default "local"
	// "local" is always there, the embedded cloud unless the file says otherwise
	Profiles map[string]Profile `yaml:"profiles"`
	Desktop  Desktop            `yaml:"desktop"`
	Policy   *Policy            `yaml:"-"` // what is over it on this computer, nil for nothing
}

// The values of Desktop.Theme and Desktop.Quit.
const (
	ThemeSystem = "system" // as the desktop has it
	ThemeLight  = "light"
	ThemeDark   = "dark"

	QuitAsk  = "ask"  // one question where an instance runs
	QuitStop = "stop" // always stop it and go
)

// Desktop says how the launcher behaves on this computer, whatever the profile.
type Desktop struct {
	Theme         string `yaml:"theme" json:"theme"`                 // ThemeSystem (default), ThemeLight, ThemeDark
	Language      string `yaml:"language" json:"language"`           // BCP 47 tag; "" (default) is the desktop's own
	Notifications bool   `yaml:"notifications" json:"notifications"` // default true
	StartAtLogin  bool   `yaml:"start_at_login" json:"startAtLogin"` // in the tray, default false
	Quit          string `yaml:"quit" json:"quit"`                   // QuitAsk (default), QuitStop
}

// The two values of Profile.Cloud.
const (
	CloudAWS      = "aws"
	CloudEmbedded = "embedded"
)

// The values of Profile.Control.
const (
	ControlDesktop = "desktop" // the control plane runs in this process
	ControlAccount = "account" // it runs behind the account's broker, and this process may call that and nothing else
)

// Broker says where the account's control plane is.
type Broker struct {
	URL string `yaml:"url"` // of the function; needed with ControlAccount
}

// Profile says where the cloud is and what things are called there. Every field has its default filled in.
type Profile struct {
	Name string `yaml:"-"` // its key in the file

	Cloud    string `yaml:"cloud"`    // CloudAWS (default), or CloudEmbedded: the cloud in this process
	Region   string `yaml:"region"`   // AWS region; default: that of cognito.user_pool_id
	Endpoint string `yaml:"endpoint"` // URL of an AWS-compatible cloud; "" leaves it to the SDK, AWS_ENDPOINT_URL included

	Control string `yaml:"control"` // ControlDesktop (default), or ControlAccount
	Broker  Broker `yaml:"broker"`

	Cognito   Cognito   `yaml:"cognito"`
	Tables    Tables    `yaml:"tables"`
	Stream    string    `yaml:"stream"` // Kinesis stream of the instances' logs
	Zone      Zone      `yaml:"zone"`
	Avatar    Avatar    `yaml:"avatar"`
	Launch    Launch    `yaml:"launch"`
	Scheduler Scheduler `yaml:"scheduler"`
	WarmPool  WarmPool  `yaml:"warm_pool"`
	Session   Session   `yaml:"session"`
	Log       Log       `yaml:"log"`
	Prices    Prices    `yaml:"prices"`
	Updates   Updates   `yaml:"updates"`

	// StaySignedIn keeps the sign-in over a quit; the instance is stopped all the same.
	StaySignedIn bool `yaml:"stay_signed_in"`
	// DemoUsers are passwords by user name, shown on the sign-in page. Refused unless the cloud is on this machine.
	DemoUsers map[string]string `yaml:"demo_users"`
}

// Cognito names the user pool that people sign in to and the identity pool that gives them AWS credentials.
type Cognito struct {
	UserPoolID     string `yaml:"user_pool_id"`
	ClientID       string `yaml:"client_id"` // an app client without a secret
	IdentityPoolID string `yaml:"identity_pool_id"`

	SignIn string `yaml:"sign_in"` // SignInWindow (default), SignInBrowser, or SignInEither
	Domain string `yaml:"domain"`  // https URL of the user pool's own pages; needed for the browser
	// IdentityProvider is the company's sign-in, by its name in the user pool, which the browser goes straight to.
	IdentityProvider string `yaml:"identity_provider"`
	// IdpIdentifier names it by one of its identifiers instead, such as the company's e-mail domain. AnyIdentifier stands
	// for the domain of the e-mail address that people type.
	IdpIdentifier string `yaml:"idp_identifier"`
	// http URLs on loopback, registered for the app client to the letter; tried in turn
	RedirectURIs []string `yaml:"redirect_uris"`
}

// The values of Cognito.SignIn.
const (
	SignInWindow  = "window"  // user name and password in the window, proved by SRP
	SignInBrowser = "browser" // the user pool's own pages in the system's browser
	SignInEither  = "either"  // both are offered
)

// Window reports whether people sign in by user name and password in the window.
func (c Cognito) Window() bool { return c.SignIn != SignInBrowser }

// Browser reports whether people sign in by the system's browser.
func (c Cognito) Browser() bool { return c.SignIn == SignInBrowser || c.SignIn == SignInEither }

// AnyIdentifier is the value of Cognito.IdpIdentifier for several companies, each known by its e-mail domain.
const AnyIdentifier = "*"

// ByEmail reports whether the domain of people's e-mail address names their company's sign-in.
func (c Cognito) ByEmail() bool { return c.IdpIdentifier == AnyIdentifier }

// Provider is what the company's sign-in is called, "" if the profile names none.
func (c Cognito) Provider() string {
	if c.ByEmail() {
		return c.IdentityProvider
	}
	return cmp.Or(c.IdentityProvider, c.IdpIdentifier)
}

// Tables names the DynamoDB tables, the index of the instances table by State, and that of the audit table by Day.
type Tables struct {
	Sessions   string `yaml:"sessions"`
	Instances  string `yaml:"instances"`
	Leases     string `yaml:"leases"`
	Audit      string `yaml:"audit"`
	StateIndex string `yaml:"state_index"`
	DayIndex   string `yaml:"day_index"`
}

// Zone is the Route 53 zone in which each user gets a name.
type Zone struct {
	ID             string        `yaml:"id"`
	Name           string        `yaml:"name"`            // such as "avatar.example.com"
	ParkingAddress string        `yaml:"parking_address"` // where a name points while nothing runs behind it
	TTL            time.Duration `yaml:"ttl"`             // of the records, whole seconds
}

// Avatar says how the avatar on an instance is reached.
type Avatar struct {
	Scheme       string        `yaml:"scheme"`        // "https" or "http"
	Port         int           `yaml:"port"`          // 0: the scheme's own
	Address      string        `yaml:"address"`       // which address its name points at, public or private
	HealthPath   string        `yaml:"health_path"`   // answers 200 when the avatar is ready
	Gateway      string        `yaml:"gateway"`       // host:port to dial instead of the instance's address; usually empty
	ReadyTimeout time.Duration `yaml:"ready_timeout"` // how long a start may take
}

// The values of Avatar.Address.
const (
	AddressPublic  = "public"
	AddressPrivate = "private" // reached through a VPN or the like; its instances need no public address
)

// Launch says how new instances are made.
type Launch struct {
	Template string `yaml:"template"` // launch template, by name
	// value of the tag "pool" on its instances, by which the launcher tells them from others
	PoolTag   string   `yaml:"pool_tag"`
	SubnetIDs []string `yaml:"subnet_ids"` // tried in turn, one zone each; empty: the template's own
	// instance types, tried in turn where a zone has no capacity; empty: the template's own
	Types []string `yaml:"types"`
	// Reservation is tried for a user where no type has capacity in any subnet.
	Reservation Reservation `yaml:"reservation"`
}

// Reservation is an On-Demand Capacity Reservation that takes only instances which name it.
type Reservation struct {
	ID       string `yaml:"id"`        // "" for none
	Type     string `yaml:"type"`      // the instance type that it reserves
	SubnetID string `yaml:"subnet_id"` // a subnet in its zone
}

// Scheduler names the EventBridge Scheduler group of the stop schedules and the role that they stop instances with.
type Scheduler struct {
	Group       string `yaml:"group"`
	StopRoleARN string `yaml:"stop_role_arn"`
	// DeadLetterARN is the SQS queue that gets the stops that could not be made; "" for none.
	DeadLetterARN string `yaml:"dead_letter_arn"`
}

// The values of WarmPool.Recycle.
const (
	RecycleReuse   = "reuse"   // a used instance returns to the pool
	RecycleReplace = "replace" // it is terminated, and a new one takes its place
	RecycleReset   = "reset"   // its root volume is replaced before anybody gets it again
)

// FreeAll is the value of WarmPool.Free for as many free instances as Size.
const FreeAll = 1000

// WarmPool is the set of instances that are initialised ahead of time, and then stopped or kept running.
type WarmPool struct {
	Size int `yaml:"size"` // stopped ones
	// Free makes Size count claimed instances, too, of which this many stay free; FreeAll: Size counts free ones only.
	Free         int    `yaml:"free"`
	Hot          int    `yaml:"hot"`           // running ones beside them, which a claim finds ready
	MaxInstances int    `yaml:"max_instances"` // claimed ones included
	Recycle      string `yaml:"recycle"`
	Keep         bool   `yaml:"keep"` // this desktop may be the one that keeps the pool
	// HotLimit is how long an instance runs that nobody claims; then it is stopped, and another one runs in its place.
	HotLimit time.Duration `yaml:"hot_limit"`
	// WarmWhen is the pattern of the line by which a new instance's log says that it is warm, such as that its shader
	// cache is complete; "": being ready is enough.
	WarmWhen string `yaml:"warm_when"`
	// Rehearse has a new instance started a second time, as a user's start would, before it counts as warm.
	Rehearse bool `yaml:"rehearse"`
	// WarmLimit is how long a new instance may take to become ready; after that it is replaced.
	WarmLimit time.Duration `yaml:"warm_limit"`
	// MaxFailures is after how many failures of one launch template version nothing more is launched by itself.
	MaxFailures int `yaml:"max_failures"`
	// Hours are sizes that hold at certain hours in place of Size and Hot. The first that fits counts.
	Hours    []PoolHours `yaml:"hours"`
	TimeZone string      `yaml:"time_zone"` // of Hours, an IANA name such as Europe/Berlin; the same on every desktop
}

// PoolHours is the pool's size at certain hours of the week.
type PoolHours struct {
	Days []string `yaml:"days"` // mon, tue, wed, thu, fri, sat, sun; empty: every day
	From string   `yaml:"from"` // 08:00
	To   string   `yaml:"to"`   // 18:30; before From: into the next day. The day is that of From
	Size int      `yaml:"size"`
	Hot  int      `yaml:"hot"`
}

// Prices is what instances cost, for the figures that the window shows. setup reads them from AWS's price
// list, for the region and the operating system. A type that is not in it is shown without a price.
type Prices struct {
	Currency      string             `yaml:"currency"`       // ISO 4217
	Hourly        map[string]float64 `yaml:"hourly"`         // a running instance's hour by instance type
	AddressHourly float64            `yaml:"address_hourly"` // a public IPv4 address' hour
	DiskMonth     float64            `yaml:"disk_month"`     // one instance's disk for a month, running or stopped
	TrafficGB     float64            `yaml:"traffic_gb"`     // a GB (10⁹ bytes) sent to the internet
}

// Updates says where releases of the launcher are announced. See backend/updates.
type Updates struct {
	URL string `yaml:"url"` // of the signed file; "" asks nobody
	Key string `yaml:"key"` // the root's public key, as minisign writes it; "" is that of the program's build
}

// Session limits how long an instance is held.
type Session struct {
	Window  time.Duration `yaml:"window"`  // it ends this long after the last activity
	Maximum time.Duration `yaml:"maximum"` // and this long after its start, whatever happens
	Warning time.Duration `yaml:"warning"` // the user is warned this long before the end
	Grace   time.Duration `yaml:"grace"`   // the armed stop fires this long after the end
}

// The two values of Log.Older.
const (
	OlderFile = "file" // lines that the bounds push out of memory go to files, which the export has still
	OlderDrop = "drop" // they are gone, and a marker says how many
)

// Log says how much of an instance's log is held and what its lines mean. Patterns are RE2; "" matches nothing.
type Log struct {
	MaxLines        int    `yaml:"max_lines"`
	MaxMegabytes    int    `yaml:"max_megabytes"` // of 1,048,576 bytes
	Older           string `yaml:"older"`
	OlderMegabytes  int    `yaml:"older_megabytes"` // of files; the oldest goes first
	RandomKeys      bool   `yaml:"random_keys"`     // producers use random partition keys, so that every shard is read
	ReadyPattern    string `yaml:"ready_pattern"`
	ActivityPattern string `yaml:"activity_pattern"`
}
