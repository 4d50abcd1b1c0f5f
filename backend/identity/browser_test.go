package identity_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// person is somebody at a browser: it fills in the pool's own pages and follows them wherever they lead.
type person struct {
	client *http.Client
	cloud  http.RoundTripper
	went   []string // the addresses gone to
}

func (w *world) person(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	p := &person{cloud: w.cloud.Transport()}
	p.client = &http.Client{Jar: jar, Transport: p}
	return p
}

func (p *person) RoundTrip(r *http.Request) (*http.Response, error) {
	p.went = append(p.went, r.URL.String())
	if r.URL.Host == "localcloud" {
		return p.cloud.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func read(t *testing.T, res *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

var (
	csrf   = regexp.MustCompile(`name="_csrf" value="([^"]*)"`)
	action = regexp.MustCompile(`action="([^"]*)"`)
)

// signIn opens the address and fills the form in; it gives the last page.
func (p *person) signIn(t *testing.T, address, username, password string) string {
	t.Helper()
	res, err := p.client.Get(address)
	page := read(t, res, err)
	form, token := action.FindStringSubmatch(page), csrf.FindStringSubmatch(page)
	if form == nil || token == nil {
		return page // the browser was signed in already
	}
	res, err = p.client.PostForm("http://localcloud"+html.UnescapeString(form[1]), url.Values{
		"_csrf": {token[1]}, "username": {username}, "password": {password}})
	return read(t, res, err)
}

// ports registers redirect addresses on free ports with the pool's client.
func (w *world) ports(t *testing.T, n int) []string {
	t.Helper()
	var uris []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer l.Close()
		uris = append(uris, fmt.Sprintf("http://%s/callback", l.Addr()))
	}
	_, err := w.admin.UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: &w.out.UserPoolID, ClientId: &w.out.ClientID, CallbackURLs: uris, LogoutURLs: uris,
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth,
			types.ExplicitAuthFlowsTypeAllowUserAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeCode}, AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthScopes: []string{"openid", "email"}, SupportedIdentityProviders: []string{"COGNITO"},
		EnableTokenRevocation: aws.Bool(true),
	})
	must(t, err)
	return uris
}

// browsing is a service whose browser is opened by open.
func (w *world) browsing(t *testing.T, uris []string, open func(string) error) *identity.Service {
	t.Helper()
	o := w.options()
	o.Browser = &identity.Browser{Domain: "http://localcloud", RedirectURIs: uris, Open: open}
	return identity.New(o)
}

func TestBrowser(t *testing.T) {
	w := newWorld(t)
	uris := w.ports(t, 2)
	taken, err := net.Listen("tcp", strings.TrimSuffix(strings.TrimPrefix(uris[0], "http://"), "/callback"))
	must(t, err)
	defer taken.Close()

	p, page := w.person(t), make(chan string, 1)
	enter := func(name string) func(string) error {
		return func(address string) error {
			go func() { page <- p.signIn(t, address, name, w.password(t, name)) }()
			return nil
		}
	}
	s := w.browsing(t, uris, enter("operator"))
	var shown backend.Challenge
	user, err := s.SignInByBrowser(t.Context(), "", func(c backend.Challenge) { shown = c })
	must(t, err)
	if user.Username != "operator" || user.Role != backend.RoleOperator {
		t.Errorf("got %+v", user)
	}
	if last := <-page; !strings.Contains(last, "You can close this tab") || !strings.Contains(last, "You are signed in") {
		t.Errorf("the last page is %s", last)
	}
	address, err := url.Parse(shown.URL)
	must(t, err)
	q := address.Query()
	if shown.Name != backend.StepBrowser || q.Get("redirect_uri") != uris[1] || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 ||
		q.Get("scope") != "openid" ||
		q.Get("client_secret")+q.Get("prompt") != "" {
		t.Errorf("the browser was sent to %s", shown.URL)
	}
	if last := p.went[len(p.went)-1]; last != uris[1]+"/done" {
		t.Errorf("the browser ends at %s, with the code in its history", last)
	}
	retrieve(t, s)
	s.Forget()
	s = w.browsing(t, uris, enter("demo"))
	if user, err := s.Resume(t.Context()); err != nil || user.Username != "operator" {
		t.Fatalf("the sign-in was not kept: %v, %v", user, err)
	}
	must(t, s.SignOut(t.Context()))
	w.ring.wantEmpty(t)

	// After a sign-out the browser, which is still signed in, must ask who it is.
	user, err = s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	if err != nil || user.Username != "demo" {
		t.Errorf("got %v, %v", user, err)
	}
	<-page
	for _, secret := range []string{q.Get("nonce"), "refresh_token"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func TestBrowserThatIsLeft(t *testing.T) {
	w := newWorld(t)
	uris := w.ports(t, 1)
	s := w.browsing(t, uris, func(string) error { return errors.New("there is no browser") })
	ctx, cancel := context.WithCancel(t.Context())
	var address string
	user, err := s.SignInByBrowser(ctx, "", func(c backend.Challenge) { address = c.URL; cancel() })
	if user != nil {
		t.Errorf("got %v", user)
	}
	refusal(t, err, backend.KindInterrupted, "cancelled")
	// The port is free again, and the next one is another flow: the address of the first opens nothing.
	p := w.person(t)
	page := make(chan string, 2)
	s = w.browsing(t, uris, func(fresh string) error {
		go func() {
			page <- p.signIn(t, address, "operator", w.password(t, "operator"))
			page <- p.signIn(t, fresh+"&prompt=login", "demo", w.password(t, "demo"))
		}()
		return nil
	})
	user, err = s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	if err != nil || user.Username != "demo" {
		t.Fatalf("got %v, %v", user, err)
	}
	if first := <-page; !strings.Contains(first, "nothing to do here") {
		t.Errorf("the old address ends at %s", first)
	}
	<-page
}

func TestBrowserIsRefused(t *testing.T) {
	w := newWorld(t)
	uris := w.ports(t, 1)
	query := ""
	s := w.browsing(t, uris, func(address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		to := uris[0] + "?state=" + u.Query().Get("state") + "&" + query
		go func() {
			res, err := http.Get(to)
			if page := read(t, res, err); !strings.Contains(page, "You are not signed in") {
				t.Errorf("%s: the page is %s", to, page)
			}
		}()
		return nil
	})
	for brought, want := range map[string]struct {
		kind backend.Kind
		part string
	}{
		"error=access_denied&error_description=%3Cb%3Eboo": {backend.KindRefused, "cancelled in the browser"},
		"error=invalid_scope":                              {backend.KindConfig, "scope \"openid\""},
		"error=server_error":                               {backend.KindUnreachable, "internal error"},
		"error=something_new":                              {backend.KindUnexpected, "something_new"},
		"code=00000000-0000-0000-0000-000000000000":        {backend.KindRefused, "came too late or was already used"},
	} {
		query = brought
		user, err := s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
		if user != nil {
			t.Errorf("%s: got %v", query, user)
		}
		refusal(t, err, want.kind, want.part)
		if strings.Contains(err.Error(), "boo") {
			t.Error("the browser's text is in the sentence")
		}
	}
}

func TestBrowserThatIsNotOffered(t *testing.T) {
	w := newWorld(t)
	_, err := w.service().SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	refusal(t, err, backend.KindConfig, "doesn’t offer")
	uris := w.ports(t, 1)
	taken, err := net.Listen("tcp", strings.TrimSuffix(strings.TrimPrefix(uris[0], "http://"), "/callback"))
	must(t, err)
	defer taken.Close()
	_, err = w.browsing(t, uris, func(string) error {
		t.Error("the browser was opened")
		return nil
	}).SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
	refusal(t, err, backend.KindConfig, "Other programs are using all")
}

// TestBrowserSwitched puts the code of a stranger's flow into ours, and changes what the exchange proves: none of it
// signs anybody in.
func TestBrowserSwitched(t *testing.T) {
	w := newWorld(t)
	uris := w.ports(t, 1)
	var change func(url.Values)
	page := make(chan string, 1)
	s := w.browsing(t, uris, func(address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		q := u.Query()
		change(q)
		u.RawQuery = q.Encode()
		go func() { page <- w.person(t).signIn(t, u.String(), "alice", w.password(t, "alice")) }()
		return nil
	})
	for name, one := range map[string]func(url.Values){
		"another verifier": func(q url.Values) { q.Set("code_challenge", strings.Repeat("A", 43)) },
		"no PKCE":          func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") },
		"another nonce":    func(q url.Values) { q.Set("nonce", "another") },
		"no nonce":         func(q url.Values) { q.Del("nonce") },
	} {
		t.Run(name, func(t *testing.T) {
			change = one
			user, err := s.SignInByBrowser(t.Context(), "", func(backend.Challenge) {})
			if user != nil || err == nil {
				t.Errorf("got %v, %v", user, err)
			}
			if last := <-page; !strings.Contains(last, "You are not signed in") {
				t.Errorf("the last page is %s", last)
			}
			w.ring.wantEmpty(t)
		})
	}
}
