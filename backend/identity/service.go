// Package identity signs people in with Amazon Cognito and turns the sign-in into temporary AWS credentials.
//
// The password proves itself by SRP and never leaves the process. ID tokens are verified. Short-lived tokens and
// credentials live in memory only; the refresh token alone goes to the operating system's keyring. Nothing here
// runs by itself: tokens and credentials are renewed when somebody asks for credentials and their time has come, so
// a launcher that is signed in and does nothing makes no call.
package identity

import (
	"cmp"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Doer sends HTTP requests, as *http.Client does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options say which pools people sign in to. Region, UserPoolID, ClientID and IdentityPoolID are needed.
type Options struct {
	Region         string
	UserPoolID     string
	ClientID       string // an app client without a secret
	IdentityPoolID string

	JWKSURL string // the pool's signing keys; "" is AWS's address for the pool
	Issuer  string // iss of the pool's tokens; "" is AWS's

	HTTP Doer       // for the signing keys and the SDK; nil leaves both their own clients
	SDK  aws.Config // endpoint and retries; its credentials are not used, since these calls are unsigned

	// Keyring keeps the refresh token over a restart. nil keeps it in memory, and Notice says so.
	Keyring Keyring
	Account string // under which name the keyring keeps it, such as the profile's
	// Locks exclude the other processes that use the same Keyring and Account.
	Locks Locks
	// Browser is the way in by the system's browser; nil if the profile does not offer it.
	Browser *Browser
	// StaySignedIn says that the user counts on the keyring; without one, Notice says what that means.
	StaySignedIn bool

	// Notify hears of standing conditions as they begin (a Problem) and end (nil): "keyring", and "sign-in" when
	// Cognito has ended the sign-in. It may be called from any goroutine, also before New's caller has the Service.
	Notify func(key string, p *backend.Problem)

	// Translate and Language give the pages that the browser shows at the end their language; nil for English.
	Translate func(messages.Message) string
	Language  func() string

	Log *slog.Logger // never gets a secret; nil discards
}

// Service implements backend.Identity and gives AWS credentials. Its methods are safe for concurrent use.
type Service struct {
	opt   Options
	idp   userPools
	pools identityPools
	keys  *keySet
	vault *vault

	listen func(network, address string) (net.Listener, error)

	// renewing is held while tokens or credentials are being renewed or revoked: one at a time, however many callers.
	renewing chan struct{}

	unrevoked atomic.Bool // a revocation is still to be tried again

	browsing sync.Mutex // guards back, and is held while the browser is away
	back     *redirect  // of the last flow

	mu       sync.Mutex // guards what follows; never held while waiting
	asked    *step      // the challenge that waits for an answer
	session  *session   // nil: nobody is signed in
	held     *credential
	underway bool      // a renewal runs beside the callers
	retryAt  time.Time // no renewal beside the callers before this: the last one failed
	left     bool      // somebody has signed out
	signOuts int       // counts sign-outs, so that a late timer does not clear a newer sign-in's credential
}

var _ backend.Identity = (*Service)(nil)

// New makes a Service. It makes no call.
func New(opt Options) *Service {
	opt.Log = cmp.Or(opt.Log, slog.New(slog.DiscardHandler))
	host := "cognito-idp." + opt.Region + ".amazonaws.com"
	if strings.HasPrefix(opt.Region, "cn-") {
		host += ".cn"
	}
	opt.Issuer = cmp.Or(opt.Issuer, "https://"+host+"/"+opt.UserPoolID)
	opt.JWKSURL = cmp.Or(opt.JWKSURL, opt.Issuer+"/.well-known/jwks.json")
	cfg := opt.SDK.Copy()
	cfg.Region, cfg.Credentials = opt.Region, aws.AnonymousCredentials{}
	cfg.ClientLogMode = 0 // bodies hold tokens: they are never logged, whatever the SDK is told elsewhere
	if opt.HTTP != nil {
		cfg.HTTPClient = opt.HTTP
	}
	s := &Service{
		opt:      opt,
		idp:      newUserPools(cfg),
		pools:    newIdentityPools(cfg),
		keys:     newKeySet(opt.JWKSURL, opt.HTTP),
		vault:    newVault(opt.Keyring, opt.Account, opt.ClientID, opt.StaySignedIn),
		listen:   net.Listen,
		renewing: make(chan struct{}, 1),
	}
	if _, own := s.vault.entries.ring.(*memory); own {
		s.opt.Locks = Locks{} // nobody else sees it
	}
	s.vault.lock = s.opt.Locks.Entries
	s.vault.changed = func(p *backend.Problem) { s.notify("keyring", p) }
	return s
}

func (s *Service) notify(key string, p *backend.Problem) {
	if s.opt.Notify != nil {
		s.opt.Notify(key, p)
	}
}

// secret keeps tokens and passwords out of whatever prints the struct that they are in.
type secret string

const redacted = "[redacted]"

// String hides the secret from fmt.
func (secret) String() string { return redacted }

// GoString hides it from %#v.
func (secret) GoString() string { return redacted }

// LogValue hides it from slog.
func (secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON hides it from encoding/json.
func (secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// session is a sign-in. It is a value that is replaced, never changed.
type session struct {
	user       backend.User
	refresh    secret
	deviceKey  string // of pools that track devices; wanted at every refresh
	identityID string // of the identity pool; never changes for a user
	idToken    secret
	idRenew    time.Time // when to renew the ID token
	idEnd      time.Time
	grouped    bool      // the ID token names a group that may use avatars
	access     secret    // for what the user may change of their own account
	accessEnd  time.Time // when it is no longer good, less a minute
	nonce      string    // that the ID token must carry; empty once it was verified, and where no browser was asked
}

// acquire waits for its turn to renew.
func (s *Service) acquire(done <-chan struct{}) bool {
	select {
	case s.renewing <- struct{}{}:
		return true
	case <-done:
		return false
	}
}

func (s *Service) release() { <-s.renewing }

// replace puts next in the place of was; it says no where a sign-out or another sign-in came between.
func (s *Service) replace(was, next *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != was {
		return false
	}
	s.session = next
	return true
}

// Notice is the keyring's standing condition, nil if all is well.
func (s *Service) Notice() *backend.Problem { return s.vault.condition() }

// wall is the time by the wall clock: the monotonic one stands still while the machine sleeps.
func wall() time.Time { return time.Now().Round(0) }
