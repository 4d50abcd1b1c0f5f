// Package cognitoidp is the embedded cloud's Amazon Cognito user pools: the AWSCognitoIdentityProviderService API in
// awsJson1.1, and the pages that a pool's issuer and domain serve (JWKS, hosted sign-in, OAuth 2.0 endpoints).
//
// Passwords are kept as SRP-6a salt and verifier, never as themselves. Codes that Cognito would send by e-mail or SMS
// land in Outbox.
package cognitoidp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// target is the prefix of this API's X-Amz-Target header.
const target = "AWSCognitoIdentityProviderService"

// Options tune the service. The zero value is right outside tests.
type Options struct {
	// GenerateKey makes the RSA keys that sign a pool's tokens, two a pool, at the same time; nil makes 2048-bit ones. A
	// test that makes many pools may hand out ready-made keys.
	GenerateKey func() (*rsa.PrivateKey, error)
	// Log receives one line for each refused sign-in, without secrets; nil discards them.
	Log *slog.Logger
	// HTTP asks outside identity providers; nil makes a client that waits for ten seconds at most.
	HTTP *http.Client
	// Invoke runs a function by its ARN, for the triggers of a pool; nil leaves triggers out. It must not call back.
	Invoke func(arn string, event []byte) ([]byte, error)
}

// Service is Cognito user pools. Its methods are safe for concurrent use.
type Service struct {
	env wire.Env
	st  *store.Store
	opt Options

	mu       sync.Mutex // guards everything below
	pools    map[string]*pool
	clients  map[string]*client
	sessions map[string]*session // by origin_jti
	tokens   map[string]string   // refresh token digest → origin_jti
	domains  map[string]string   // hosted UI domain prefix → pool ID
	pending  []store.Op          // written to memory, not yet to the store
	rates    map[string]*bucket

	challenges map[string]*challenge // session strings and SRP secret blocks that are open
	attempts   map[string]*attempts  // failed sign-ins by pool and username
	outbox     []Message
	grants     map[string]*grant   // authorization codes
	browsers   map[string]*browser // hosted UI cookies

	registrations map[string]*registration // passkeys that are being made, by challenge
	federations   map[string]*federation   // sign-ins that are away at an outside provider, by the digest of their state
	farewells     map[string]farewell      // sign-outs that are, likewise

	flushing sync.Mutex // held while pending ops go to the store, so that they stay in order
}

var _ wire.Service = (*Service)(nil)

// New makes the service and reloads pools, clients, users, groups, keys and refresh tokens from st.
func New(env wire.Env, st *store.Store, opt Options) (*Service, error) {
	if opt.GenerateKey == nil {
		opt.GenerateKey = func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.HTTP == nil {
		opt.HTTP = &http.Client{Timeout: 10 * time.Second,
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	}
	s := &Service{
		env: env, st: st, opt: opt,
		pools: map[string]*pool{}, clients: map[string]*client{}, sessions: map[string]*session{},
		tokens: map[string]string{}, domains: map[string]string{}, rates: map[string]*bucket{},
		challenges: map[string]*challenge{}, attempts: map[string]*attempts{},
		grants: map[string]*grant{}, browsers: map[string]*browser{},
		registrations: map[string]*registration{}, federations: map[string]*federation{}, farewells: map[string]farewell{},
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// Name is the signing name.
func (s *Service) Name() string { return "cognito-idp" }

// Operation names the operation of a request, "" where it is none of Cognito user pools'.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	return wire.TargetOperation(r, target)
}

// Unsigned reports whether the API reference lets the operation be called without a signature.
func (s *Service) Unsigned(operation string) bool { return operations[operation].unsigned }

// Serve answers one API call.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	out, err := s.answer(c)
	if flushErr := s.flush(); flushErr != nil && err == nil {
		err = wire.Errorf(500, "InternalErrorException", "The state could not be written.")
	}
	if err != nil {
		s.WriteError(w, c.RequestID, asWire(err))
		return
	}
	if out == nil {
		out = struct{}{}
	}
	wire.WriteJSON(w, "1.1", c.RequestID, out)
}

func (s *Service) answer(c *wire.Call) (any, error) {
	op, ok := operations[c.Operation]
	if !ok {
		return nil, fail("UnknownOperationException", "%s is not an operation of %s.", c.Operation, target)
	}
	if err := s.authorise(c, op); err != nil {
		return nil, err
	}
	if err := s.throttle(c); err != nil {
		return nil, err
	}
	return op.run(s, c)
}

// WriteError writes an error in awsJson1.1.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	wire.WriteJSONError(w, "1.1", requestID, "", err)
}

// Close writes what is still pending. The service has no timers.
func (s *Service) Close() { _ = s.flush() }

// Key finds the public key by which an issuer's tokens are verified; identity pools ask it.
func (s *Service) Key(issuer, kid string) (*rsa.PublicKey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pools {
		if s.issuer(p.ID) != issuer {
			continue
		}
		for _, k := range p.Keys {
			if k.KID == kid {
				return &k.private.PublicKey, true
			}
		}
	}
	return nil, false
}

// issuer is the iss claim of a pool's tokens.
func (s *Service) issuer(poolID string) string {
	return "https://cognito-idp." + s.env.Region + ".amazonaws.com/" + poolID
}

func (s *Service) now() time.Time { return s.env.Now().UTC() }

// Live reports whether the sign-in behind a token still holds: not revoked, its user there and not disabled. Identity
// pools with ServerSideTokenCheck ask it.
func (s *Service) Live(issuer, originJTI string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[originJTI]
	if x == nil || x.Revoked || s.issuer(x.PoolID) != issuer || s.pools[x.PoolID] == nil {
		return false
	}
	u := s.pools[x.PoolID].bySub[x.Sub]
	return u != nil && !u.Disabled
}
