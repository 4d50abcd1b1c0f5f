package cognitoidp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// federationLife is how long somebody may take at the outside provider.
const federationLife = 10 * time.Minute

// federation is a sign-in that is away at an outside provider, known by its state.
type federation struct {
	poolID, provider string
	query            url.Values // of the client's authorization request
	base             string     // scheme and host of the pages, by which the provider is to come back
	nonce, verifier  string     // of an OIDC provider's request
	requestID        string     // of a SAML provider's
	expires          time.Time
}

// outsider is somebody whom an outside provider has named.
type outsider struct {
	subject    string
	issuer     string
	attributes map[string]string // by the provider's names
	nameFormat string            // of a SAML subject
	session    string            // SAML's SessionIndex, for the sign-out there
}

var errFederation = errors.New("cognitoidp: the provider's answer is not a good one")

// providerFor finds the outside provider that an authorization request goes to: the one that it names, or the client's
// only one. nil stands for the pool's own pages.
func (r *authRequest) providerFor() (*identityProvider, *oauthError) {
	var x *identityProvider
	name, identifier := r.query.Get("identity_provider"), r.query.Get("idp_identifier")
	supported := r.pool.providersOf(r.client)
	switch {
	case name == cognito && r.client.takesPasswords():
		return nil, nil
	case name != "":
		x = r.pool.providers[name]
	case identifier != "":
		x = r.pool.providerByIdentifier(identifier)
	case len(supported) == 1 && !r.client.takesPasswords():
		return supported[0], nil
	default:
		return nil, nil
	}
	if x == nil || !slices.Contains(supported, x) {
		return nil, &oauthError{"invalid_request", "The identity provider is not one of this client."}
	}
	return x, nil
}

// depart sends the browser to an outside provider. It is called without the lock, as the provider's metadata or
// configuration has to be read.
func (s *Service) depart(w http.ResponseWriter, r *http.Request, x *identityProvider) {
	state := unguessable(24)
	f := &federation{poolID: x.PoolID, provider: x.Name, query: r.URL.Query(), base: baseOf(r),
		expires: s.now().Add(federationLife)}
	fresh := f.query.Get("prompt") == "login"
	var to string
	var err error
	if x.Type == typeSAML {
		to, err = s.departSAML(x, f, state, fresh)
	} else {
		to, err = s.departOIDC(r.Context(), x, f, state, fresh)
	}
	if err != nil {
		s.opt.Log.Warn("an identity provider cannot be asked", "provider", x.Name, "cause", err)
		s.sendHome(w, f, &oauthError{"server_error", "The identity provider cannot be asked."})
		return
	}
	s.mu.Lock()
	for k, old := range s.federations {
		if !s.now().Before(old.expires) {
			delete(s.federations, k)
		}
	}
	s.federations[digest(state)] = f
	s.mu.Unlock()
	redirect(w, to)
}

// baseOf is the scheme and host that the browser used.
func baseOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// federationOf takes the sign-in of a state, which is good once, with its provider.
func (s *Service) federationOf(state string) (*federation, *identityProvider) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.federations[digest(state)]
	delete(s.federations, digest(state))
	if state == "" || f == nil || !s.now().Before(f.expires) || s.pools[f.poolID] == nil {
		return nil, nil
	}
	return f, s.pools[f.poolID].providers[f.provider]
}

// sendHome brings an error to the client that asked.
func (s *Service) sendHome(w http.ResponseWriter, f *federation, e *oauthError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	req, bad, refused := s.readRequest(f.query)
	if bad != "" {
		renderError(w, bad)
		return
	}
	if refused != nil {
		e = refused
	}
	redirect(w, req.back(url.Values{"error": {e.code}, "error_description": {e.description}}))
}

// oidcArrives is the redirect URI for outside OpenID providers.
func (s *Service) oidcArrives(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f, x := s.federationOf(q.Get("state"))
	if x == nil || x.Type != typeOIDC || len(q["state"]) != 1 {
		renderError(w, "This answer belongs to no sign-in that is under way here.")
		return
	}
	if code := q.Get("error"); code != "" {
		s.sendHome(w, f, providerError(code, q.Get("error_description")))
		return
	}
	who, err := s.readOIDC(r.Context(), x, f, q)
	s.arrive(w, r, f, x, who, err)
}

// providerError passes on the error of a provider under a code that the client can expect.
func providerError(code, description string) *oauthError {
	if code != "access_denied" && code != "login_required" {
		code = "server_error"
	}
	plain := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return -1
		}
		return c
	}, description)
	return &oauthError{code, plain[:min(len(plain), 200)]}
}

// samlArrives is the assertion consumer service for outside SAML providers.
func (s *Service) samlArrives(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !formEncoded(r) {
		renderError(w, "The form could not be read.")
		return
	}
	f, x := s.federationOf(r.PostForm.Get("RelayState"))
	if x == nil || x.Type != typeSAML {
		renderError(w, "This answer belongs to no sign-in that is under way here.")
		return
	}
	who, err := s.readSAML(x, f, r.PostForm.Get("SAMLResponse"))
	s.arrive(w, r, f, x, who, err)
}

// arrive admits somebody whom the provider has named, and sends the browser back to the client with a code.
func (s *Service) arrive(w http.ResponseWriter, r *http.Request, f *federation, x *identityProvider, who *outsider,
	err error) {
	if err != nil {
		s.opt.Log.Warn("an identity provider's answer was refused", "provider", x.Name, "cause", err)
		e := &oauthError{"server_error", "The answer of the identity provider could not be verified."}
		var told *oauthError
		if errors.As(err, &told) {
			e = told
		}
		s.sendHome(w, f, e)
		return
	}
	defer func() { _ = s.flush() }()
	refused := s.welcome(w, r, f, x, who)
	if refused != nil {
		s.sendHome(w, f, refused)
	}
}

// welcome makes or updates the user and issues the code. It returns what is wrong if nothing was answered yet.
func (s *Service) welcome(w http.ResponseWriter, r *http.Request, f *federation, x *identityProvider,
	who *outsider) *oauthError {
	s.mu.Lock()
	defer s.mu.Unlock()
	req, bad, refused := s.readRequest(f.query)
	if bad != "" {
		renderError(w, bad)
		return nil
	}
	if refused != nil {
		return refused
	}
	now := s.now()
	u, err := s.federate(req.pool, x, who, now)
	if err != nil {
		return &oauthError{"invalid_request", strings.TrimSpace(asWire(err).Message)}
	}
	a := attempt{poolID: req.pool.ID, clientID: req.client.ID, sub: u.Sub, username: u.Username}
	s.remember(w, r, &browser{poolID: a.poolID, sub: a.sub, provider: x.Name, outside: who, authTime: now}, now)
	s.sendBack(w, req, a, now, now)
	return nil
}

// Error makes an OAuth error an error.
func (e *oauthError) Error() string { return e.code + ": " + e.description }
