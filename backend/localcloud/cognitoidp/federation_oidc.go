package cognitoidp

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// oidcReturn is the path of the redirect URI that is registered with an OpenID provider.
const oidcReturn = "/oauth2/idpresponse"

// openProvider reads a provider's configuration: what its details name, else by discovery.
func (s *Service) openProvider(ctx context.Context, x *identityProvider) (*oidc.Provider, error) {
	ctx = oidc.ClientContext(ctx, s.opt.HTTP)
	d := x.Details
	if d["authorize_url"] == "" || d["token_url"] == "" || d["jwks_uri"] == "" {
		return oidc.NewProvider(ctx, d["oidc_issuer"])
	}
	c := &oidc.ProviderConfig{IssuerURL: d["oidc_issuer"], AuthURL: d["authorize_url"], TokenURL: d["token_url"],
		UserInfoURL: d["attributes_url"], JWKSURL: d["jwks_uri"]}
	return c.NewProvider(ctx), nil
}

func (f *federation) oauth(x *identityProvider, p *oidc.Provider) *oauth2.Config {
	end := p.Endpoint()
	end.AuthStyle = oauth2.AuthStyleInParams // client_secret_post, the one that Cognito has
	return &oauth2.Config{ClientID: x.Details["client_id"], ClientSecret: x.Details["client_secret"], Endpoint: end,
		RedirectURL: f.base + oidcReturn, Scopes: strings.Fields(x.Details["authorize_scopes"])}
}

// departOIDC returns the address of the provider's authorization endpoint for this sign-in.
func (s *Service) departOIDC(ctx context.Context, x *identityProvider, f *federation, state string,
	fresh bool) (string, error) {
	p, err := s.openProvider(ctx, x)
	if err != nil {
		return "", withoutBody(err)
	}
	f.nonce = unguessable(24)
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.nonce)}
	var more struct {
		Methods []string `json:"code_challenge_methods_supported"`
	}
	if p.Claims(&more) == nil && slices.Contains(more.Methods, "S256") {
		f.verifier = oauth2.GenerateVerifier()
		options = append(options, oauth2.S256ChallengeOption(f.verifier))
	}
	if hint := f.query.Get("login_hint"); hint != "" { // of all outside providers it goes to these only
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	if fresh {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return f.oauth(x, p).AuthCodeURL(state, options...), nil
}

// readOIDC exchanges the code and verifies the ID token: signature by the provider's keys, issuer, audience, times and
// nonce. The user's attributes are the claims of the token and those of the provider's user information.
func (s *Service) readOIDC(ctx context.Context, x *identityProvider, f *federation, q url.Values) (*outsider, error) {
	p, err := s.openProvider(ctx, x)
	if err != nil {
		return nil, withoutBody(err)
	}
	ctx = oidc.ClientContext(ctx, s.opt.HTTP)
	var options []oauth2.AuthCodeOption
	if f.verifier != "" {
		options = append(options, oauth2.VerifierOption(f.verifier))
	}
	config := f.oauth(x, p)
	tokens, err := config.Exchange(ctx, q.Get("code"), options...)
	if err != nil {
		return nil, withoutBody(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	claims, err := s.verifyOutside(ctx, p, config.ClientID, f.nonce, raw)
	if err != nil {
		return nil, err
	}
	if p.UserInfoEndpoint() != "" {
		info, err := p.UserInfo(ctx, config.TokenSource(ctx, tokens))
		if err != nil {
			return nil, withoutBody(err)
		}
		more := map[string]any{}
		if info.Subject != claims["sub"] || info.Claims(&more) != nil {
			return nil, fmt.Errorf("%w: the user information is somebody else's", errFederation)
		}
		maps.Copy(claims, more)
	}
	who := &outsider{subject: claims["sub"].(string), issuer: x.Details["oidc_issuer"], attributes: map[string]string{}}
	for name, v := range claims {
		who.attributes[name] = claimText(v)
	}
	return who, nil
}

// verifyOutside returns the claims of an outside provider's ID token. Its errors have nothing of the token.
func (s *Service) verifyOutside(ctx context.Context, p *oidc.Provider, clientID, nonce,
	raw string) (map[string]any, error) {
	ctx = oidc.ClientContext(ctx, s.opt.HTTP)
	token, err := p.VerifierContext(ctx, &oidc.Config{ClientID: clientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: its ID token is refused", errFederation)
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, fmt.Errorf("%w: its ID token is refused", errFederation)
	}
	if token.Nonce != nonce {
		return nil, fmt.Errorf("%w: its ID token was made for another sign-in", errFederation)
	}
	if sub, ok := claims["sub"].(string); !ok || sub == "" {
		return nil, fmt.Errorf("%w: its ID token names nobody", errFederation)
	}
	return claims, nil
}

// withoutBody removes what a provider answered from an error: it may hold a code, a secret or a token.
func withoutBody(err error) error {
	if e, ok := err.(*oauth2.RetrieveError); ok {
		return fmt.Errorf("%w: the token endpoint answered %s", errFederation, e.Response.Status)
	}
	if e, ok := err.(*url.Error); ok {
		return fmt.Errorf("%w: %s cannot be reached: %w", errFederation, hostOf(e.URL), e.Err)
	}
	return fmt.Errorf("%w: its configuration or user information could not be read", errFederation)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the provider"
	}
	return u.Host
}

// claimText writes a claim as an attribute's value: text as it is, anything else as JSON, as Cognito does.
func claimText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
