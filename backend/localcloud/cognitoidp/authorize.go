package cognitoidp

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long the hosted UI's codes and cookies are good.
const (
	grantLife   = 5 * time.Minute
	browserLife = time.Hour
)

// The hosted UI's cookies, by Cognito's names.
const (
	browserCookie = "cognito"
	csrfCookie    = "XSRF-TOKEN"
)

// grant is an authorization code that waits for its exchange.
type grant struct {
	attempt     attempt
	redirectURI string
	challenge   string // PKCE's S256, empty if the client sent none
	authTime    time.Time
	expires     time.Time
}

// browser is a signed-in browser, known by its cookie.
type browser struct {
	poolID, sub string
	provider    string    // the outside provider that signed them in, "" for the pool itself
	outside     *outsider // as that provider named them
	authTime    time.Time
	expires     time.Time
}

// authRequest is a checked authorization request.
type authRequest struct {
	client      *client
	pool        *pool
	redirectURI string
	state       string
	nonce       string
	challenge   string
	scopes      []string
	query       url.Values
}

// oauthError is an error that goes back to the client's redirect URI.
type oauthError struct{ code, description string }

// readRequest checks an authorization request. bad is for the person in front of the browser: with an unknown client
// or a redirect URI that is not registered to the letter nothing may be redirected (RFC 6749, 4.1.2.1). refused goes
// back to the client.
func (s *Service) readRequest(q url.Values) (req *authRequest, bad string, refused *oauthError) {
	cl := s.clients[q.Get("client_id")]
	if cl == nil {
		return nil, "The client that sent you here is not known: invalid client_id.", nil
	}
	uri := q.Get("redirect_uri")
	if uri == "" && len(q["redirect_uri"]) == 0 {
		uri = cl.Config.DefaultRedirectURI
	}
	if uri == "" || !slices.Contains(cl.Config.CallbackURLs, uri) {
		return nil, "The address to return to is not registered for this client: redirect_mismatch.", nil
	}
	req = &authRequest{client: cl, pool: s.pools[cl.PoolID], redirectURI: uri, state: q.Get("state"),
		nonce:     q.Get("nonce"),
		challenge: q.Get("code_challenge"), query: q}
	return req, "", req.check(q)
}

func (r *authRequest) check(q url.Values) *oauthError {
	c := r.client.Config
	switch {
	case q.Get("response_type") == "":
		return &oauthError{"invalid_request", "response_type is missing"}
	case q.Get("response_type") != "code":
		return &oauthError{"unsupported_response_type", "only code is supported"}
	case !c.AllowedOAuthFlowsUserPoolClient || !slices.Contains(c.AllowedOAuthFlows, "code"):
		return &oauthError{"unauthorized_client", "the client may not use the code flow"}
	case r.challenge != "" && q.Get("code_challenge_method") != "S256":
		return &oauthError{"invalid_request", "transform algorithm not supported"}
	case r.challenge == "" && q.Get("code_challenge_method") != "":
		return &oauthError{"invalid_request", "code_challenge is missing"}
	case r.challenge != "" && len(r.challenge) != 43:
		return &oauthError{"invalid_request", "code_challenge is not a SHA-256 in base64url"}
	}
	r.scopes = strings.Fields(q.Get("scope"))
	if len(r.scopes) == 0 {
		r.scopes = c.AllowedOAuthScopes
	}
	for _, scope := range r.scopes {
		if !slices.Contains(c.AllowedOAuthScopes, scope) {
			return &oauthError{"invalid_scope", scope}
		}
	}
	return nil
}

// back is the redirect URI with the answer's parameters added to its own.
func (r *authRequest) back(params url.Values) string {
	u, err := url.Parse(r.redirectURI)
	if err != nil {
		return r.redirectURI
	}
	q := u.Query()
	for k := range params {
		q.Set(k, params.Get(k))
	}
	if r.state != "" {
		q.Set("state", r.state)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// readAuthorization reads the request of a page and answers what is wrong with it; nil if it has answered.
func (s *Service) readAuthorization(w http.ResponseWriter, r *http.Request) *authRequest {
	req, bad, refused := s.readRequest(r.URL.Query())
	switch {
	case bad != "":
		renderError(w, bad)
	case refused != nil:
		to := req.back(url.Values{"error": {refused.code}, "error_description": {refused.description}})
		redirect(w, to)
	default:
		return req
	}
	return nil
}

// authorizePage sends a browser that is signed in back with a code, and any other to the sign-in: the pool's own or an
// outside provider's.
func (s *Service) authorizePage(w http.ResponseWriter, r *http.Request) {
	if x := s.authorizeHere(w, r); x != nil {
		s.depart(w, r, x)
	}
}

// authorizeHere answers what needs no outside provider, and returns the provider of what does.
func (s *Service) authorizeHere(w http.ResponseWriter, r *http.Request) *identityProvider {
	s.mu.Lock()
	defer s.mu.Unlock()
	req := s.readAuthorization(w, r)
	if req == nil {
		return nil
	}
	x, refused := req.providerFor()
	if refused != nil {
		redirect(w, req.back(url.Values{"error": {refused.code}, "error_description": {refused.description}}))
		return nil
	}
	now, prompt := s.now(), r.URL.Query().Get("prompt")
	if b := s.browserOf(r, req.pool, now); b != nil && prompt != "login" && (x == nil || b.provider == x.Name) {
		u := req.pool.bySub[b.sub]
		s.sendBack(w, req, attempt{poolID: req.pool.ID, clientID: req.client.ID, sub: b.sub, username: u.Username},
			b.authTime, now)
		return nil
	}
	if prompt == "none" {
		redirect(w, req.back(url.Values{"error": {"login_required"}}))
		return nil
	}
	if x == nil {
		redirect(w, "/login?"+r.URL.Query().Encode())
	}
	return x
}

// browserOf finds the sign-in that a browser's cookie stands for.
func (s *Service) browserOf(r *http.Request, p *pool, now time.Time) *browser {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return nil
	}
	b := s.browsers[digest(c.Value)]
	if b == nil || b.poolID != p.ID || !now.Before(b.expires) || p.bySub[b.sub] == nil || p.bySub[b.sub].Disabled {
		return nil
	}
	return b
}

// sendBack issues an authorization code.
func (s *Service) sendBack(w http.ResponseWriter, req *authRequest, a attempt, authTime, now time.Time) {
	a.hosted, a.scopes, a.nonce = true, req.scopes, req.nonce
	for k, g := range s.grants {
		if !now.Before(g.expires) {
			delete(s.grants, k)
		}
	}
	code := s.uuidRandom()
	s.grants[digest(code)] = &grant{attempt: a, redirectURI: req.redirectURI, challenge: req.challenge,
		authTime: authTime, expires: now.Add(grantLife)}
	redirect(w, req.back(url.Values{"code": {code}}))
}

// uuidRandom is a UUID from the system's randomness, the form of Cognito's codes.
func (s *Service) uuidRandom() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	const hexDigits = "0123456789abcdef"
	out := make([]byte, 0, 36)
	for i, v := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, hexDigits[v>>4], hexDigits[v&15])
	}
	return string(out)
}

// pkceMatches compares a verifier with its S256 challenge (RFC 7636).
func pkceMatches(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

// redirect answers 302 without http.Redirect's HTML body.
func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}
