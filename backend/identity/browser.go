package identity

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"golang.org/x/oauth2"

	"avatar-launcher/backend"
)

// Browser says how people sign in by the system's browser: RFC 8252, authorization code with PKCE, by a redirect to
// a port of this computer.
type Browser struct {
	// of the user pool's own pages, such as https://studio.auth.eu-central-1.amazoncognito.com
	Domain       string
	RedirectURIs []string                   // on loopback, each registered for the app client to the letter; tried in turn
	Open         func(address string) error // must not wait for the browser

	// Provider and Identifier name the company's sign-in, which the browser goes straight to: by its name in the user
	// pool, or by an identifier. At most one is set.
	Provider, Identifier string
	ByEmail              bool // the identifier is the domain of the e-mail address that people type
}

// browserTime is how long the browser may take: long enough to look for a phone and a password.
const browserTime = 5 * time.Minute

var errBrowserTime = errors.New("the browser did not come back in time")

// oauthError is an error code of RFC 6749, as the browser or the token endpoint brought it.
type oauthError string

func (e oauthError) Error() string { return "OAuth 2.0 error " + string(e) }

// SignInByBrowser sends the system's browser to the user pool's sign-in and waits for it to come back, for ctx, or for
// five minutes. It shows the step that it waits in, with the address, before the browser is asked. name is typed ahead
// for the pages, may be empty, and is an e-mail address if its domain names the company's sign-in. Anyone who is signed
// in stays so until that succeeds. Errors are *backend.Problem.
func (s *Service) SignInByBrowser(ctx context.Context, name string,
	show func(backend.Challenge)) (*backend.User, error) {
	b := s.opt.Browser
	if b == nil {
		return nil, noBrowser()
	}
	s.ask(nil)
	name = strings.TrimSpace(name)
	if b.ByEmail && domainOf(name) == "" {
		return nil, noEmail()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, browserTime, errBrowserTime)
	defer cancel()
	s.browsing.Lock() // one flow at a time: it has the addresses to itself
	defer s.browsing.Unlock()
	back, err := s.receive(ctx, b.RedirectURIs)
	if err != nil {
		return nil, explain(browsing, err)
	}
	defer back.close()
	flow := s.newFlow(back.uri, name)
	back.expect(flow.state)
	address := flow.address(s.signedOut())
	show(backend.Challenge{Name: backend.StepBrowser, URL: address}) // first: it can be opened by hand
	if err := b.Open(address); err != nil {
		s.opt.Log.Warn("the browser could not be opened", "cause", err)
	}
	code, err := back.wait(ctx)
	if b.ByEmail && errors.Is(err, oauthError("invalid_request")) {
		return nil, noCompany(domainOf(name))
	}
	if err != nil {
		return nil, explain(browsing, err)
	}
	next, err := s.redeemCode(ctx, flow, code)
	back.finish(err)
	if err != nil {
		return nil, explain(browsing, err)
	}
	return s.finishSignIn(ctx, next), nil
}

// signedOut reports whether somebody signed out here. The browser may still be signed in then, and would sign the same
// user in without a question.
func (s *Service) signedOut() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left || s.session != nil
}

// flow is one authorization request.
type flow struct {
	oauth2.Config
	state, nonce, verifier string
	more                   []oauth2.AuthCodeOption // what the address says of the company's sign-in
}

// domainOf returns the domain of an e-mail address in lower case, "" if it is none.
func domainOf(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || !strings.Contains(address[at:], ".") || strings.ContainsAny(address, " \t") {
		return ""
	}
	return strings.ToLower(address[at+1:])
}

// newFlow begins an authorization request that comes back to uri. name is typed ahead; may be empty.
// https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
func (s *Service) newFlow(uri, name string) flow {
	domain := s.opt.Browser.Domain
	f := flow{
		Config: oauth2.Config{ClientID: s.opt.ClientID, RedirectURL: uri, Scopes: []string{"openid"},
			Endpoint: oauth2.Endpoint{
				AuthURL: domain + "/oauth2/authorize", TokenURL: domain + "/oauth2/token", AuthStyle: oauth2.AuthStyleInParams}},
		state: random(), nonce: random(), verifier: oauth2.GenerateVerifier(),
	}
	if name := s.opt.Browser.Provider; name != "" {
		f.more = append(f.more, oauth2.SetAuthURLParam("identity_provider", name))
	}
	id := s.opt.Browser.Identifier
	if s.opt.Browser.ByEmail {
		id = domainOf(name)
	}
	if id != "" {
		f.more = append(f.more, oauth2.SetAuthURLParam("idp_identifier", id))
	}
	if name != "" {
		f.more = append(f.more, oauth2.SetAuthURLParam("login_hint", name))
	}
	return f
}

// address is where the browser is sent. fresh makes the pool ask for the password again.
func (f flow) address(fresh bool) string {
	options := append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(f.verifier),
		oauth2.SetAuthURLParam("nonce", f.nonce)}, f.more...)
	if fresh {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return f.AuthCodeURL(f.state, options...)
}

// redeemCode exchanges the code and verifies the ID token, which must carry this flow's nonce.
func (s *Service) redeemCode(ctx context.Context, f flow, code string) (*session, error) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout: 20 * time.Second}
	if s.opt.HTTP != nil {
		client.Transport = bodyOnce{s.opt.HTTP}
	}
	tokens, err := f.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		return nil, withoutAnswer(err)
	}
	id, _ := tokens.Extra("id_token").(string)
	if tokens.RefreshToken == "" || id == "" {
		return nil, errNotCognito
	}
	next := &session{refresh: secret(tokens.RefreshToken), nonce: f.nonce}
	return next, s.verify(ctx, next, &types.AuthenticationResultType{IdToken: &id, AccessToken: &tokens.AccessToken,
		ExpiresIn: int32(min(tokens.ExpiresIn, 24*60*60))}) // a day is the longest that Cognito gives
}

// bodyOnce sends a request's body to its own address only: without GetBody a client that follows redirects, as the one
// below this may, cannot carry the code to another.
type bodyOnce struct{ Doer }

// RoundTrip implements http.RoundTripper.
func (b bodyOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.GetBody = nil
	return b.Do(r)
}

// withoutAnswer removes what the endpoint answered from an error of the exchange, since that may be anything.
func withoutAnswer(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && oauthCode.MatchString(refused.ErrorCode):
		return oauthError(refused.ErrorCode)
	case errors.As(err, &refused):
		return errNotCognito
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), isUnreachable(err):
		return err
	}
	return errNotCognito
}

// answers reports whether an ID token belongs to the flow of that nonce; sign-ins without a browser have none.
func (c *idClaims) answers(nonce string) bool {
	return nonce == "" || subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) == 1
}
