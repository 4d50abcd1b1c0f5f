package cognitoidp_test

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// asked is what a page hands to the authenticator.
func asked(t testing.TB, page string) string {
	t.Helper()
	m := regexp.MustCompile(`data-options="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page asks no authenticator:\n%s", page)
	}
	return html.UnescapeString(m[1])
}

// addPasskey goes from the page's address to the code, signing in on the way if the browser is not.
func (b *browserUser) addPasskey(query string) *authenticator {
	t := b.c.t
	t.Helper()
	r := b.do("GET", "/passkeys/add?"+query, nil)
	if to := r.Header.Get("Location"); strings.HasPrefix(to, "/login?") {
		page := text(t, b.do("GET", to, nil))
		r = b.do("POST", to, fill(page, url.Values{"username": {"demo"}, "password": {password}}))
		if to = r.Header.Get("Location"); !strings.HasPrefix(to, "/passkeys/add?") {
			t.Fatalf("the sign-in goes on to %q", to)
		}
		r = b.do("GET", to, nil)
	}
	page := text(t, r)
	wantPage(t, page, "Add a passkey")
	var options any
	if err := json.Unmarshal([]byte(asked(t, page)), &options); err != nil {
		t.Fatal(err)
	}
	a := newAuthenticator()
	made := string(a.make(t, party, options))
	b.code(b.do("POST", "/passkeys/add?"+query, fill(page, url.Values{"answer": {made}})))
	return a
}

func TestPasskeysOnThePages(t *testing.T) {
	c := passwordless(t, oauthClient)
	b, q := c.browser(), c.authorize(nil)
	a := b.addPasskey(q)
	b.addPasskey(q) // it is signed in now

	b = c.browser()
	page := text(t, b.do("GET", "/login?"+q, nil))
	wantPage(t, page, "Use a passkey")
	step := func(page string, typed url.Values) string {
		return text(t, b.do("POST", "/login?"+q, fill(page, typed)))
	}
	wantPage(t, step(page, url.Values{"way": {"WEB_AUTHN"}}), "Please type your username first.")
	for _, name := range []string{"ghost", "new"} {
		wantPage(t, step(page, url.Values{"username": {name}, "way": {"WEB_AUTHN"}}), "not set up for this account")
	}
	wantPage(t, step(page, url.Values{"username": {"demo"}, "way": {"SMS_OTP"}}), "not set up for this account")
	use := step(page, url.Values{"username": {"demo"}, "way": {"WEB_AUTHN"}})
	wantPage(t, use, "Use your passkey")
	wantPage(t, step(use, url.Values{"answer": {"{}"}}), "That passkey was not accepted.")
	use = step(page, url.Values{"username": {"demo"}, "way": {"WEB_AUTHN"}})
	signed := fill(use, url.Values{"answer": {a.sign(t, party, asked(t, use))}})
	b.code(b.do("POST", "/login?"+q, signed))
}

func TestCodesOnThePages(t *testing.T) {
	c := passwordless(t, oauthClient)
	b, q := c.browser(), c.authorize(nil)
	page := text(t, b.do("GET", "/login?"+q, nil))
	page = text(t, b.do("POST", "/login?"+q, fill(page, url.Values{"username": {"demo"}, "way": {"EMAIL_OTP"}})))
	wantPage(t, page, "We sent it to d***@e***.")
	wrong := text(t, b.do("POST", "/login?"+q, fill(page, url.Values{"answer": {"1"}})))
	wantPage(t, wrong, "That code is not right")
	b.code(b.do("POST", "/login?"+q, fill(page, url.Values{"answer": {c.lastCode("sign-in")}})))
}

// A passkey is added for the user whom the browser's cookie stands for, by a form of this browser's.
func TestForgedPasskeyForms(t *testing.T) {
	c := passwordless(t, oauthClient)
	b, q := c.browser(), c.authorize(nil)
	b.signIn(q)
	page := text(t, b.do("GET", "/passkeys/add?"+q, nil))
	var options any
	if err := json.Unmarshal([]byte(asked(t, page)), &options); err != nil {
		t.Fatal(err)
	}
	form := fill(page, url.Values{"answer": {string(newAuthenticator().make(t, party, options))}})
	forged := url.Values{"answer": form["answer"], "_csrf": {"x"}}
	wantPage(t, text(t, b.do("POST", "/passkeys/add?"+q, forged)), "too old")
	if to := c.browser().do("POST", "/passkeys/add?"+q, form).Header.Get("Location"); !strings.HasPrefix(to, "/passkeys") {
		t.Errorf("a browser that is not signed in goes to %q", to)
	}
	wantPage(t, text(t, b.do("POST", "/passkeys/add?"+q, fill(page, url.Values{"answer": {"{}"}}))),
		"The passkey could not be added.")
	r := b.do("GET", "/passkeys/add?"+q, nil)
	policy, nonce := r.Header.Get("Content-Security-Policy"), regexp.MustCompile(`<script nonce="([^"]+)">`)
	m := nonce.FindStringSubmatch(text(t, r))
	if m == nil || !strings.Contains(policy, "script-src 'nonce-"+m[1]+"'") || strings.Contains(policy, "script-src *") {
		t.Errorf("the policy %q does not name the script's nonce %v", policy, m)
	}
	plain := hosted(t, nil)
	wantPage(t, text(t, plain.browser().do("GET", "/login?"+plain.authorize(nil), nil)), "Sign in")
	stranger := plain.browser()
	stranger.signIn(plain.authorize(nil))
	wantPage(t, text(t, stranger.do("GET", "/passkeys/add?"+plain.authorize(nil), nil)), "not enabled")
}
