package cognitoidp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	callback = "http://127.0.0.1:8123/callback"
	verifier = "a-verifier-of-at-least-forty-three-characters-0123"
)

var oauthClient = obj{"AllowedOAuthFlows": []string{"code"}, "AllowedOAuthFlowsUserPoolClient": true,
	"AllowedOAuthScopes": []string{"openid", "email", "aws.cognito.signin.user.admin"},
	"CallbackURLs":       []string{callback}, "LogoutURLs": []string{"http://127.0.0.1:8123/bye"}}

// user is a browser with cookies that calls the pages in this process and follows no redirect.
type browserUser struct {
	c   *cloud
	h   http.Handler
	jar http.CookieJar
}

func (c *cloud) browser() *browserUser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &browserUser{c: c, h: c.svc.Pages(), jar: jar}
}

const host = "http://127.0.0.1:4566"

func (b *browserUser) do(method, target string, form url.Values) *http.Response {
	b.c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, host+target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	u, _ := url.Parse(host)
	for _, k := range b.jar.Cookies(u) {
		r.AddCookie(k)
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	res := w.Result()
	b.jar.SetCookies(u, res.Cookies())
	return res
}

func text(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var hidden = regexp.MustCompile(`<input [^>]*name="(\w+)" value="([^"]*)"`)

// fill reads a page's hidden fields and adds what is typed.
func fill(page string, typed url.Values) url.Values {
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		out.Set(m[1], m[2])
	}
	for k := range typed {
		out.Set(k, typed.Get(k))
	}
	return out
}

func (c *cloud) authorize(more obj) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{}
	for k, v := range (obj{"client_id": c.client, "response_type": "code", "redirect_uri": callback,
		"scope": "openid email",
		"state": "s&t=1", "nonce": "n1", "code_challenge_method": "S256",
		"code_challenge": base64.RawURLEncoding.EncodeToString(sum[:])}).with(more) {
		q.Set(k, v.(string))
	}
	return q.Encode()
}

// signIn goes from the authorization request to the code.
func (b *browserUser) signIn(query string) string {
	b.c.t.Helper()
	r := b.do("GET", "/oauth2/authorize?"+query, nil)
	if r.StatusCode != 302 || !strings.HasPrefix(r.Header.Get("Location"), "/login?") {
		b.c.t.Fatalf("authorize: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	page := text(b.c.t, b.do("GET", r.Header.Get("Location"), nil))
	r = b.do("POST", "/login?"+query, fill(page, url.Values{"username": {"demo"}, "password": {password}}))
	return b.code(r)
}

func (b *browserUser) code(r *http.Response) string {
	b.c.t.Helper()
	u, err := url.Parse(r.Header.Get("Location"))
	if r.StatusCode != 302 || err != nil || !strings.HasPrefix(u.String(), callback+"?") || u.Query().Get("code") == "" {
		b.c.t.Fatalf("no code: %d to %q: %s", r.StatusCode, r.Header.Get("Location"), text(b.c.t, r))
	}
	return u.Query().Get("code")
}

func (b *browserUser) exchange(form url.Values) (int, obj) {
	b.c.t.Helper()
	r := b.do("POST", "/oauth2/token", form)
	out := obj{}
	if err := json.Unmarshal([]byte(text(b.c.t, r)), &out); err != nil {
		b.c.t.Fatal(err)
	}
	return r.StatusCode, out
}

func (c *cloud) codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {c.client}, "code": {code},
		"redirect_uri": {callback}, "code_verifier": {verifier}}
}

func hosted(t testing.TB, more obj) *cloud {
	c := fresh(t, nil, oauthClient.with(more))
	c.addUser("demo", attr("email", "demo@example.com"), attr("email_verified", "true"))
	return c
}

func TestHostedSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hosted(t, nil)
		b := c.browser()
		code := b.signIn(c.authorize(nil))
		signedIn := c.env.Now().Unix()
		time.Sleep(time.Minute)
		status, tok := b.exchange(c.codeForm(code))
		if status != 200 {
			t.Fatalf("exchange: %d %v", status, tok)
		}
		id, access := c.claims(tok.str("id_token")), c.claims(tok.str("access_token"))
		wantEqual(t, "nonce", id["nonce"], "n1")
		wantEqual(t, "auth_time", id["auth_time"], float64(signedIn))
		wantEqual(t, "scope", access["scope"], "openid email")
		wantEqual(t, "token_type", tok["token_type"], "Bearer")

		status, again := b.exchange(c.codeForm(code))
		wantEqual(t, "a code used twice", []any{status, again["error"]}, []any{400, "invalid_grant"})
		c.refused("NotAuthorizedException", "scopes", "GetUser", obj{"AccessToken": tok["access_token"]})

		r := httptest.NewRequest("GET", host+"/oauth2/userInfo", nil)
		r.Header.Set("Authorization", "Bearer "+tok.str("access_token"))
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), `"email_verified":"true"`) {
			t.Errorf("userInfo: %s", w.Body)
		}

		refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {c.client},
			"refresh_token": {tok.str("refresh_token")}}
		status, second := b.exchange(refresh)
		wantEqual(t, "refresh", status, 200)
		wantEqual(t, "auth_time after a refresh", c.claims(second.str("id_token"))["auth_time"], float64(signedIn))
		wantEqual(t, "revoke", b.do("POST", "/oauth2/revoke",
			url.Values{"client_id": {c.client}, "token": {tok.str("refresh_token")}}).StatusCode, 200)
		status, gone := b.exchange(refresh)
		wantEqual(t, "after revocation", []any{status, gone["error"]}, []any{400, "invalid_grant"})
	})
}

func TestHostedSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hosted(t, nil)
		b := c.browser()
		q := c.authorize(nil)
		b.signIn(q)
		location := func(target string) string { return b.do("GET", target, nil).Header.Get("Location") }
		b.code(b.do("GET", "/oauth2/authorize?"+q, nil)) // without the form
		if got := location("/oauth2/authorize?" + c.authorize(obj{"prompt": "login"})); !strings.HasPrefix(got, "/login?") {
			t.Errorf("prompt=login went to %q", got)
		}
		wantEqual(t, "logout", location("/logout?client_id="+c.client+"&logout_uri=http://127.0.0.1:8123/bye"),
			"http://127.0.0.1:8123/bye")
		if got := location("/oauth2/authorize?" + c.authorize(obj{"prompt": "none"})); !strings.Contains(got,
			"error=login_required") {
			t.Errorf("prompt=none after logout went to %q", got)
		}
		wantEqual(t, "logout elsewhere",
			b.do("GET", "/logout?client_id="+c.client+"&logout_uri=http://evil.example/", nil).StatusCode, 400)
		b.signIn(q)
		time.Sleep(time.Hour)
		if got := location("/oauth2/authorize?" + q); !strings.HasPrefix(got, "/login?") {
			t.Errorf("after an hour: %q", got)
		}
		b.signIn(q)
		c.must("AdminUserGlobalSignOut", obj{"UserPoolId": c.pool, "Username": "demo"})
		if got := location("/oauth2/authorize?" + q); !strings.HasPrefix(got, "/login?") {
			t.Errorf("after a global sign-out: %q", got)
		}
	})
}

// A request whose client or redirect URI is not known to the letter is never redirected.
func TestAuthorizationRequests(t *testing.T) {
	c := hosted(t, nil)
	b := c.browser()
	tests := []struct {
		name     string
		more     obj
		redirect bool
		want     string
	}{
		{"unknown client", obj{"client_id": "none"}, false, "invalid client_id"},
		{"other port", obj{"redirect_uri": "http://127.0.0.1:8124/callback"}, false, "redirect_mismatch"},
		{"longer path", obj{"redirect_uri": callback + "/x"}, false, "redirect_mismatch"},
		{"trailing slash", obj{"redirect_uri": callback + "/"}, false, "redirect_mismatch"},
		{"query added", obj{"redirect_uri": callback + "?x=1"}, false, "redirect_mismatch"},
		{"other case", obj{"redirect_uri": "http://127.0.0.1:8123/Callback"}, false, "redirect_mismatch"},
		{"user info", obj{"redirect_uri": "http://127.0.0.1:8123@evil.example/callback"}, false, "redirect_mismatch"},
		{"script", obj{"redirect_uri": "javascript:alert(1)"}, false, "redirect_mismatch"},
		{"no redirect", obj{"redirect_uri": nil}, false, "redirect_mismatch"},
		{"empty redirect", obj{"redirect_uri": ""}, false, "redirect_mismatch"},
		{"implicit flow", obj{"response_type": "token"}, true, "unsupported_response_type"},
		{"no response type", obj{"response_type": nil}, true, "invalid_request"},
		{"plain PKCE", obj{"code_challenge_method": "plain"}, true, "invalid_request"},
		{"short challenge", obj{"code_challenge": "abc"}, true, "invalid_request"},
		{"unknown scope", obj{"scope": "openid admin"}, true, "invalid_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, target := range []string{"/oauth2/authorize?", "/login?"} {
				r := b.do("GET", target+c.authorize(tt.more), nil)
				location, page := r.Header.Get("Location"), text(t, r)
				if tt.redirect {
					u, err := url.Parse(location)
					if err != nil || !strings.HasPrefix(location, callback+"?") || u.Query().Get("error") != tt.want ||
						u.Query().Get("state") != "s&t=1" {
						t.Errorf("%s: %d to %q", target, r.StatusCode, location)
					}
				} else if location != "" || r.StatusCode != 400 || !strings.Contains(page, tt.want) {
					t.Errorf("%s: %d to %q: %s", target, r.StatusCode, location, page)
				}
			}
		})
	}
}

func TestForgedForms(t *testing.T) {
	c := hosted(t, nil)
	q := c.authorize(nil)
	good := url.Values{"username": {"demo"}, "password": {password}}
	b := c.browser()
	page := text(t, b.do("GET", "/login?"+q, nil))
	for name, form := range map[string]url.Values{"no token": good,
		"wrong token": {"username": {"demo"}, "password": {password}, "_csrf": {"x"}}} {
		r := b.do("POST", "/login?"+q, form)
		if r.StatusCode != 200 || !strings.Contains(text(t, r), "too old") {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
	stranger := c.browser()
	if r := stranger.do("POST", "/login?"+q, fill(page, good)); r.StatusCode != 200 {
		t.Errorf("another browser's token: %d", r.StatusCode)
	}
	r := b.do("POST", "/login?"+q,
		fill(page, url.Values{"username": {`"><script>alert(1)</script>`}, "password": {"wrong"}}))
	if body := text(t, r); strings.Contains(body, "<script>") ||
		!strings.Contains(body, "Incorrect username or password.") {
		t.Errorf("the page repeats what was typed unescaped, or not why it failed: %s", body)
	}
	for header, want := range map[string]string{"X-Frame-Options": "DENY", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		wantEqual(t, header, r.Header.Get(header), want)
	}
	for _, k := range b.do("GET", "/login?"+q, nil).Cookies() {
		if !k.HttpOnly || k.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s is open", k.Name)
		}
	}
}

func TestHostedChallenges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := hosted(t, nil)
		c.must("SetUserPoolMfaConfig",
			obj{"UserPoolId": c.pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": obj{"Enabled": true}})
		c.must("AdminSetUserPassword", obj{"UserPoolId": c.pool, "Username": "demo", "Password": password})
		b, q := c.browser(), c.authorize(nil)
		post := func(page string, typed url.Values) *http.Response {
			return b.do("POST", "/login?"+q, fill(page, typed))
		}
		page := text(t, b.do("GET", "/login?"+q, nil))
		page = text(t, post(page, url.Values{"username": {"demo"}, "password": {password}}))
		wantPage(t, page, "Choose a new password")
		page = text(t, post(page, url.Values{"answer": {"Other-Horse-8"}, "repeat": {"different"}}))
		wantPage(t, page, "The two passwords differ.")
		page = text(t, post(page, url.Values{"answer": {"short"}, "repeat": {"short"}}))
		wantPage(t, page, "Password did not conform with policy")
		page = text(t, post(page, url.Values{"answer": {"Other-Horse-8"}, "repeat": {"Other-Horse-8"}}))
		wantPage(t, page, "Set up your authenticator")
		secret := regexp.MustCompile(`<code>(\w+)</code>`).FindStringSubmatch(page)[1]
		page = text(t, post(page, url.Values{"answer": {"000000"}}))
		wantPage(t, page, "That code is not right")
		b.code(post(page, url.Values{"answer": {c.totp(secret)}}))

		time.Sleep(time.Minute)
		b = c.browser()
		page = text(t, b.do("GET", "/login?"+q, nil))
		page = text(t, post(page, url.Values{"username": {"demo"}, "password": {"Other-Horse-8"}}))
		wantPage(t, page, "Enter your code")
		stale := page
		b.code(post(page, url.Values{"answer": {c.totp(secret)}}))
		wantPage(t, text(t, post(stale, url.Values{"answer": {c.totp(secret)}})), "That took too long")
	})
}

func TestHostedChoiceOfFactor(t *testing.T) {
	c := hosted(t, nil)
	c.must("SetUserPoolMfaConfig",
		obj{"UserPoolId": c.pool, "MfaConfiguration": "ON", "SmsMfaConfiguration": obj{}, "EmailMfaConfiguration": obj{}})
	c.must("AdminUpdateUserAttributes",
		obj{"UserPoolId": c.pool, "Username": "demo", "UserAttributes": []obj{attr("phone_number", "+15550101234")}})
	b, q := c.browser(), c.authorize(nil)
	page := text(t, b.do("GET", "/login?"+q, nil))
	page = text(t, b.do("POST", "/login?"+q, fill(page, url.Values{"username": {"demo"}, "password": {password}})))
	wantPage(t, page, "How should we check it is you?")
	page = text(t, b.do("POST", "/login?"+q, fill(page, url.Values{"answer": {"EMAIL_OTP"}})))
	wantPage(t, page, "We sent it to d***@e***.")
	b.code(b.do("POST", "/login?"+q, fill(page, url.Values{"answer": {c.lastCode("mfa")}})))
}

// A session string of the API's sign-in must not become a browser's, nor the other way round.
func TestSessionsDoNotCross(t *testing.T) {
	c := hosted(t, nil)
	c.must("SetUserPoolMfaConfig", obj{"UserPoolId": c.pool, "MfaConfiguration": "ON", "EmailMfaConfiguration": obj{}})
	api := c.must("InitiateAuth", c.login("demo", password))
	b, q := c.browser(), c.authorize(nil)
	page := text(t, b.do("GET", "/login?"+q, nil))
	form := fill(page, url.Values{"session": {api.str("Session")}, "answer": {c.lastCode("mfa")}})
	wantPage(t, text(t, b.do("POST", "/login?"+q, form)), "That took too long")

	page = text(t, b.do("POST", "/login?"+q, fill(page, url.Values{"username": {"demo"}, "password": {password}})))
	session := fill(page, nil).Get("session")
	c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge",
		obj{"ClientId": c.client, "ChallengeName": "EMAIL_OTP",
			"Session": session, "ChallengeResponses": obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("mfa")}})
}

func wantPage(t testing.TB, page, part string) {
	t.Helper()
	if !strings.Contains(page, part) {
		t.Fatalf("the page does not say %q:\n%s", part, page)
	}
}
