package identity_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// Somebody who is in no group has no rights and is told so. They have some at the next try after they were added to
// one, without another sign-in.
func TestNobodyHasRightsWithoutAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.admin.AdminRemoveUserFromGroup(t.Context(), &cognitoidentityprovider.AdminRemoveUserFromGroupInput{
			UserPoolId: &w.out.UserPoolID, Username: aws.String("demo"), GroupName: aws.String("keeper")})
		must(t, err)
		s := w.signedIn(t, "demo")
		_, err = s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindDenied, "You’re in no group that may use avatars")
		w.join(t, "demo", "user")
		retrieve(t, s)
	})
}

// The domain of the e-mail address that somebody types names the company, and the address is typed ahead there.
func TestTheDomainOfAnAddressNamesTheCompany(t *testing.T) {
	w := newWorld(t)
	p, page := w.person(t), make(chan string, 1)
	went := ""
	o := w.options()
	o.Browser = &identity.Browser{Domain: "http://localcloud", RedirectURIs: w.ports(t, 1), ByEmail: true,
		Open: func(address string) error {
			went = address
			go func() {
				res, err := p.client.Get(address)
				page <- read(t, res, err)
			}()
			return nil
		}}
	s := identity.New(o)
	for _, name := range []string{"", "anna", "@acme.example", "anna@", "anna@acme", "an na@acme.example"} {
		_, err := s.SignInByBrowser(t.Context(), name, func(backend.Challenge) { t.Error("the browser is asked") })
		refusal(t, err, backend.KindRefused, "work email address")
	}
	_, err := s.SignInByBrowser(t.Context(), " Anna@ACME.example ", func(backend.Challenge) {})
	refusal(t, err, backend.KindRefused, "no company sign-in for acme.example") // there is no provider in this pool
	<-page
	u, err := url.Parse(went)
	must(t, err)
	if q := u.Query(); q.Get("idp_identifier") != "acme.example" || q.Get("login_hint") != "Anna@ACME.example" {
		t.Errorf("the browser was sent to %s", went)
	}
}

// After a sign-out the browser is signed out, too: it has to ask who it is again.
func TestSignOutInBrowser(t *testing.T) {
	w := newWorld(t)
	uris := w.ports(t, 1)
	p, page := w.person(t), make(chan string, 1)
	s := w.browsing(t, uris, func(address string) error {
		go func() {
			u, _ := url.Parse(address)
			if u.Path == "/logout" {
				res, err := p.client.Get(address)
				page <- read(t, res, err)
				return
			}
			page <- p.signIn(t, address, "demo", w.password(t, "demo"))
		}()
		return nil
	})
	_, err := s.SignInByBrowser(t.Context(), "demo", func(backend.Challenge) {})
	must(t, err)
	<-page
	must(t, s.SignOut(t.Context()))
	shown := ""
	must(t, s.SignOutInBrowser(t.Context(), func(address string) { shown = address }))
	if last := <-page; !strings.Contains(last, "You are signed out") {
		t.Errorf("the last page is %s", last)
	}
	u, err := url.Parse(shown)
	must(t, err)
	if q := u.Query(); q.Get("logout_uri") != uris[0] || q.Get("client_id") == "" || len(q) != 2 {
		t.Errorf("the browser was sent to %s", shown)
	}
	again := "http://localcloud/oauth2/authorize?client_id=" + u.Query().Get("client_id") +
		"&response_type=code&scope=openid&redirect_uri=" + url.QueryEscape(uris[0])
	res, err := p.client.Get(again)
	if page := read(t, res, err); !strings.Contains(page, `id="password"`) {
		t.Errorf("the browser is still signed in: %s", page)
	}
}

// A browser that doesn't come back from its sign-out may still be signed in.
func TestSignOutInABrowserThatStays(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := w.browsing(t, w.ports(t, 1), func(string) error { cancel(); return nil })
	refusal(t, s.SignOutInBrowser(ctx, func(string) {}), backend.KindInterrupted, "may still be signed in")
	refusal(t, w.service().SignOutInBrowser(t.Context(), nil), backend.KindConfig, "browser")
}

// The browser goes straight to the sign-in that the profile names.
func TestTheBrowserGoesToTheCompanysSignIn(t *testing.T) {
	for name, b := range map[string]identity.Browser{"identity_provider": {Provider: "Acme"},
		"idp_identifier": {Identifier: "acme.example"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			var went string
			b.Domain, b.RedirectURIs = "http://localcloud", w.out.RedirectURIs
			b.Open = func(address string) error { went = address; cancel(); return nil }
			o := w.options()
			o.Browser = &b
			_, err := identity.New(o).SignInByBrowser(ctx, "", func(backend.Challenge) {})
			refusal(t, err, backend.KindInterrupted, "")
			u, err := url.Parse(went)
			must(t, err)
			if got, want := u.Query().Get(name), b.Provider+b.Identifier; got != want {
				t.Errorf("%s is %q in %s, want %q", name, got, went, want)
			}
		})
	}
}
