package cognitoidp_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/crewjam/saml"
	"github.com/golang-jwt/jwt/v5"
)

// away asks for a sign-in and returns where the provider is asked.
func (b *browserUser) away(more obj) *url.URL {
	b.c.t.Helper()
	r := b.do("GET", "/oauth2/authorize?"+b.c.authorize(more), nil)
	u, err := url.Parse(r.Header.Get("Location"))
	if r.StatusCode != 302 || err != nil || u.Scheme != "https" {
		b.c.t.Fatalf("authorize: %d to %q: %s", r.StatusCode, r.Header.Get("Location"), text(b.c.t, r))
	}
	return u
}

// oidcBack is the answer to a browser that comes back from the OpenID provider.
func (b *browserUser) oidcBack(o *outsideOIDC, more obj) *http.Response {
	b.c.t.Helper()
	at := b.away(more)
	o.nonce = at.Query().Get("nonce")
	return b.do("GET", "/oauth2/idpresponse?"+url.Values{"state": {at.Query().Get("state")},
		"code": {"MARK-provider-code"}}.Encode(), nil)
}

func (b *browserUser) claimsOf(r *http.Response) obj {
	b.c.t.Helper()
	status, tok := b.exchange(b.c.codeForm(b.code(r)))
	if status != 200 {
		b.c.t.Fatalf("exchange: %d %v", status, tok)
	}
	return b.c.claims(tok.str("id_token"))
}

func TestSignInByAnOpenIDProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outsideOIDC{t: t, info: map[string]any{"sub": "anna-1", "email": "anna@x.com", "email_verified": true}}
		c := federating(t, o, groupsFunction)
		c.addOIDC()
		c.supports("Acme", "COGNITO")
		named := obj{"identity_provider": "Acme", "login_hint": "anna@x.com"}
		wantEqual(t, "the name typed ahead", c.browser().away(named).Query().Get("login_hint"), "anna@x.com")
		page := text(t, c.browser().do("GET", "/login?"+c.authorize(obj{"login_hint": "an\"na"}), nil))
		wantEqual(t, "the name typed ahead here", strings.Contains(page, `value="an&#34;na"`), true)
		for _, way := range []obj{{"identity_provider": "Acme"}, {"idp_identifier": "acme.example"}} {
			b := c.browser()
			claims := b.claimsOf(b.oidcBack(o, way))
			wantEqual(t, "user name", claims["cognito:username"], "Acme_anna-1")
			wantEqual(t, "e-mail", claims["email"], "anna@x.com")
			wantEqual(t, "e-mail is verified", claims["email_verified"], true)
			wantEqual(t, "groups by the trigger", claims["cognito:groups"], []any{"user"})
			wantEqual(t, "identities", claims.at("identities", 0, "userId"), "anna-1")
			wantEqual(t, "nonce", claims["nonce"], "n1")
			wantEqual(t, "secret in the form", o.form.Get("client_secret"), clientSecret)
			if o.form.Get("code_verifier") == "" {
				t.Error("no PKCE, which the provider supports")
			}
		}
		u := c.must("AdminGetUser", obj{"UserPoolId": c.pool, "Username": "Acme_anna-1"})
		wantEqual(t, "status", u["UserStatus"], "EXTERNAL_PROVIDER")
		groups := c.must("AdminListGroupsForUser", obj{"UserPoolId": c.pool, "Username": "Acme_anna-1"})
		wantEqual(t, "own group", groups.at("Groups", 0, "GroupName"), c.pool+"_Acme")
		c.refused("NotAuthorizedException", "", "InitiateAuth", c.login("Acme_anna-1", password))
		c.refused("NotAuthorizedException", "cannot be reset", "ForgotPassword",
			obj{"ClientId": c.client, "Username": "Acme_anna-1"})
		c.refused("NotAuthorizedException", "cannot be reset", "AdminResetUserPassword",
			obj{"UserPoolId": c.pool, "Username": "Acme_anna-1"})
		wantEqual(t, "one user", len(c.must("ListUsers", obj{"UserPoolId": c.pool})["Users"].([]any)), 1)
	})
}

// What the company's groups are by now counts at the next refresh, and so does what an operator changes.
func TestGroupsOfACompanyCountAtTheNextRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outsideOIDC{t: t, info: map[string]any{"sub": "anna-1"}}
		c := federating(t, o, groupsFunction)
		c.addOIDC()
		c.supports("Acme")
		b := c.browser()
		status, tokens := b.exchange(c.codeForm(b.code(b.oidcBack(o, nil))))
		wantEqual(t, "exchange", status, 200)
		wantEqual(t, "at the sign-in", c.claims(tokens.str("id_token"))["cognito:groups"], []any{"user"})
		refresh := func() any {
			status, again := b.exchange(url.Values{"grant_type": {"refresh_token"}, "client_id": {c.client},
				"refresh_token": {tokens.str("refresh_token")}})
			wantEqual(t, "refresh", status, 200)
			return c.claims(again.str("id_token"))["cognito:groups"]
		}
		set := func(value string) {
			c.must("AdminUpdateUserAttributes", obj{"UserPoolId": c.pool, "Username": "Acme_anna-1",
				"UserAttributes": []obj{{"Name": "custom:groups", "Value": value}}})
		}
		set(`["staff"]`)
		wantEqual(t, "once they are in none", refresh(), nil)
		set(`["avatar-users","staff"]`)
		wantEqual(t, "once they are in one", refresh(), []any{"user"})
	})
}

// What an OpenID provider answers is refused for each thing that is wrong with it, and the client is told so.
func TestAnswersOfAnOpenIDProviderThatAreRefused(t *testing.T) {
	wrong := func(name string, v any) func(*outsideOIDC) {
		return func(o *outsideOIDC) { o.claims = func(m jwt.MapClaims) { m[name] = v } }
	}
	for name, spoil := range map[string]func(*outsideOIDC){
		"other issuer":        wrong("iss", "https://evil.example"),
		"other audience":      wrong("aud", "somebody"),
		"other nonce":         wrong("nonce", "n2"),
		"no nonce":            wrong("nonce", nil),
		"expired":             wrong("exp", 1),
		"nobody":              wrong("sub", ""),
		"subject of no text":  wrong("sub", 5),
		"not yet valid":       wrong("nbf", time.Now().Add(24*time.Hour).Unix()),
		"somebody else's key": func(o *outsideOIDC) { o.sign = signedBy(t, "RS256") },
		"secret as a key":     func(o *outsideOIDC) { o.sign = signedBy(t, "HS256") },
		"no signature":        func(o *outsideOIDC) { o.sign = signedBy(t, "none") },
		"somebody else's info": func(o *outsideOIDC) {
			o.info = map[string]any{"sub": "bob-1", "email": "bob@x.com"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := &outsideOIDC{t: t, info: map[string]any{"sub": "anna-1"}}
			c := federating(t, o, nil)
			c.addOIDC()
			c.supports("Acme")
			spoil(o)
			to, err := url.Parse(c.browser().oidcBack(o, nil).Header.Get("Location"))
			if err != nil || to.Query().Get("error") != "server_error" || to.Query().Get("code") != "" {
				t.Errorf("went to %v", to)
			}
			wantEqual(t, "users", len(c.must("ListUsers", obj{"UserPoolId": c.pool})["Users"].([]any)), 0)
		})
	}
}

func signedBy(t *testing.T, how string) func(*jwt.Token) (string, error) {
	t.Helper()
	return func(old *jwt.Token) (string, error) {
		token := jwt.NewWithClaims(jwt.GetSigningMethod(how), old.Claims)
		token.Header["kid"] = "k1"
		switch how {
		case "HS256":
			return token.SignedString([]byte(clientSecret))
		case "none":
			return token.SignedString(jwt.UnsafeAllowNoneSignatureType)
		}
		return token.SignedString(readyKeys()[1])
	}
}

// A state is good once, and belongs to one kind of answer.
func TestStatesOfAFederatedSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &outsideOIDC{t: t, info: map[string]any{"sub": "anna-1"}}
		c := federating(t, o, nil)
		c.addOIDC()
		c.supports("Acme")
		b := c.browser()
		at := b.away(nil)
		o.nonce = at.Query().Get("nonce")
		back := "/oauth2/idpresponse?code=x&state=" + url.QueryEscape(at.Query().Get("state"))
		b.code(b.do("GET", back, nil))
		for name, target := range map[string]string{"used": back, "unknown": "/oauth2/idpresponse?code=x&state=y",
			"none": "/oauth2/idpresponse?code=x", "twice": back + "&state=z"} {
			r := b.do("GET", target, nil)
			if r.StatusCode != 400 || r.Header.Get("Location") != "" {
				t.Errorf("%s: %d to %q", name, r.StatusCode, r.Header.Get("Location"))
			}
		}
		at = c.browser().away(nil)
		time.Sleep(time.Hour)
		r := b.do("GET", "/oauth2/idpresponse?code=x&state="+url.QueryEscape(at.Query().Get("state")), nil)
		wantEqual(t, "after an hour", r.StatusCode, 400)
		at = c.browser().away(nil)
		r = b.do("POST", "/saml2/idpresponse", url.Values{"RelayState": {at.Query().Get("state")}, "SAMLResponse": {"x"}})
		wantEqual(t, "as a SAML response", r.StatusCode, 400)
		at = c.browser().away(obj{"prompt": "login"})
		wantEqual(t, "prompt is passed on", at.Query().Get("prompt"), "login")
		r = b.do("GET", "/oauth2/idpresponse?error=access_denied&state="+url.QueryEscape(at.Query().Get("state")), nil)
		if !strings.HasPrefix(r.Header.Get("Location"), callback+"?error=access_denied") {
			t.Errorf("a refusal went to %q", r.Header.Get("Location"))
		}
	})
}

func TestSignInByASAMLProvider(t *testing.T) {
	o := newSAML(t)
	c := federating(t, o, groupsFunction)
	c.addSAML(nil)
	c.supports("Acme")
	b := c.browser()
	form := o.respond(b.away(nil).String())
	claims := b.claimsOf(b.do("POST", "/saml2/idpresponse", form))
	wantEqual(t, "user name", claims["cognito:username"], "Acme_anna@x.com")
	wantEqual(t, "e-mail", claims["email"], "anna@x.com")
	wantEqual(t, "several values", claims["custom:groups"], "[avatar-users, staff]")
	wantEqual(t, "groups by the trigger", claims["cognito:groups"], []any{"user"})
	wantEqual(t, "issuer", claims.at("identities", 0, "issuer"), samlEntity)
	wantEqual(t, "replayed", b.do("POST", "/saml2/idpresponse", form).StatusCode, 400)

	r := b.do("GET", "/logout?client_id="+c.client+"&logout_uri="+url.QueryEscape("http://127.0.0.1:8123/bye"), nil)
	away, err := url.Parse(r.Header.Get("Location"))
	if err != nil || away.Host != "idp.example" || away.Path != "/slo" || away.Query().Get("SAMLRequest") == "" ||
		away.Query().Get("Signature") == "" {
		t.Fatalf("logout went to %v", away)
	}
	r = b.do("POST", "/saml2/logout", url.Values{"RelayState": {away.Query().Get("RelayState")}, "SAMLResponse": {"x"}})
	wantEqual(t, "after the sign-out there", r.Header.Get("Location"), "http://127.0.0.1:8123/bye")
	wantEqual(t, "a second time", b.do("POST", "/saml2/logout",
		url.Values{"RelayState": {away.Query().Get("RelayState")}}).StatusCode, 400)
	b.away(nil) // the browser is signed in no more

	wantEqual(t, "the certificate that signs requests",
		len(c.must("GetSigningCertificate", obj{"UserPoolId": c.pool}).str("Certificate")) > 500, true)
}

// A SAML response is refused for each thing that is wrong with it.
func TestSAMLResponsesThatAreRefused(t *testing.T) {
	confirmation := func(change func(*saml.SubjectConfirmationData)) func(*saml.Assertion) {
		return func(a *saml.Assertion) { change(a.Subject.SubjectConfirmations[0].SubjectConfirmationData) }
	}
	for name, spoil := range map[string]func(*saml.Assertion){
		"other audience": func(a *saml.Assertion) {
			a.Conditions.AudienceRestrictions[0].Audience.Value = "urn:amazon:cognito:sp:other"
		},
		"other issuer":    func(a *saml.Assertion) { a.Issuer.Value = "https://evil.example" },
		"other request":   confirmation(func(d *saml.SubjectConfirmationData) { d.InResponseTo = "id-other" }),
		"unsolicited":     confirmation(func(d *saml.SubjectConfirmationData) { d.InResponseTo = "" }),
		"other recipient": confirmation(func(d *saml.SubjectConfirmationData) { d.Recipient = "https://evil.example/acs" }),
		"confirmation over": confirmation(func(d *saml.SubjectConfirmationData) {
			d.NotOnOrAfter = time.Now().Add(-time.Hour)
		}),
		"over":          func(a *saml.Assertion) { a.Conditions.NotOnOrAfter = time.Now().Add(-time.Hour) },
		"not yet valid": func(a *saml.Assertion) { a.Conditions.NotBefore = time.Now().Add(time.Hour) },
		"nobody":        func(a *saml.Assertion) { a.Subject.NameID.Value = "" },
	} {
		t.Run(name, func(t *testing.T) {
			o := newSAML(t)
			o.change = spoil
			wantNobody(t, o, func(f url.Values) url.Values { return f })
		})
	}
	edit := func(change func(string) string) func(url.Values) url.Values {
		return func(f url.Values) url.Values {
			b, err := base64.StdEncoding.DecodeString(f.Get("SAMLResponse"))
			if err != nil {
				t.Fatal(err)
			}
			f.Set("SAMLResponse", base64.StdEncoding.EncodeToString([]byte(change(string(b)))))
			return f
		}
	}
	for name, spoil := range map[string]func(url.Values) url.Values{
		"somebody else's name": edit(func(x string) string { return strings.ReplaceAll(x, "anna@x.com", "root@x.com") }),
		"a comment in the name": edit(func(x string) string {
			return strings.ReplaceAll(x, "anna@x.com", "anna@x.com<!---->.evil.example")
		}),
		"no signature": edit(func(x string) string {
			return cut(cut(x, "<ds:Signature", "</ds:Signature>"), "<ds:Signature", "</ds:Signature>")
		}),
		"an entity": edit(func(x string) string {
			return `<!DOCTYPE r [<!ENTITY e "root@x.com">]>` + strings.ReplaceAll(x, "anna@x.com", "&e;")
		}),
		"no base64": func(f url.Values) url.Values { f.Set("SAMLResponse", "<xml>"); return f },
		"empty":     func(f url.Values) url.Values { f.Del("SAMLResponse"); return f },
	} {
		t.Run(name, func(t *testing.T) { wantNobody(t, newSAML(t), spoil) })
	}
}

func cut(x, from, to string) string {
	before, rest, ok := strings.Cut(x, from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return x
	}
	return before + after
}

func wantNobody(t *testing.T, o *outsideSAML, spoil func(url.Values) url.Values) {
	t.Helper()
	c := federating(t, o, nil)
	c.addSAML(nil)
	c.supports("Acme")
	b := c.browser()
	r := b.do("POST", "/saml2/idpresponse", spoil(o.respond(b.away(nil).String())))
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || to.Query().Get("error") != "server_error" || to.Query().Get("code") != "" {
		t.Errorf("went to %v: %s", to, text(t, r))
	}
	wantEqual(t, "users", len(c.must("ListUsers", obj{"UserPoolId": c.pool})["Users"].([]any)), 0)
}

// The sign-in page shows what the client supports, and a client without COGNITO takes no password.
func TestProvidersOnTheSignInPage(t *testing.T) {
	o := &outsideOIDC{t: t}
	c := federating(t, o, nil)
	c.addOIDC()
	c.addUser("demo")
	c.supports("Acme", "COGNITO")
	page := text(t, c.browser().do("GET", "/login?"+c.authorize(nil), nil))
	wantPage(t, page, "Continue with Acme")
	wantPage(t, page, `type="password"`)
	c.supports("Acme")
	b := c.browser()
	page = text(t, b.do("GET", "/login?"+c.authorize(nil), nil))
	wantPage(t, page, "Continue with Acme")
	if strings.Contains(page, `type="password"`) {
		t.Error("the page asks for a password that the client does not take")
	}
	page = text(t, b.do("POST", "/login?"+c.authorize(nil), url.Values{"username": {"demo"}, "password": {password},
		"_csrf": {csrf(t, b)}}))
	wantPage(t, page, "Passwords are not accepted here.")
	r := b.do("GET", "/oauth2/authorize?"+c.authorize(obj{"identity_provider": "COGNITO"}), nil)
	wantPage(t, r.Header.Get("Location"), "error=invalid_request")
}

func csrf(t *testing.T, b *browserUser) string {
	t.Helper()
	u, err := url.Parse(host)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range b.jar.Cookies(u) {
		if k.Name == "XSRF-TOKEN" {
			return k.Value
		}
	}
	t.Fatal("no token")
	return ""
}

// Neither the client's secret, nor a provider's tokens or assertions, come into the service's log.
func TestFederationLogsNoSecrets(t *testing.T) {
	var log bytes.Buffer
	o := &outsideOIDC{t: t, info: map[string]any{"sub": "anna-1"}, claims: func(m jwt.MapClaims) { m["nonce"] = "x" }}
	c := federatingWithLog(t, o, slog.New(slog.NewTextHandler(&log, nil)))
	c.addOIDC()
	c.supports("Acme")
	c.browser().oidcBack(o, nil)
	s := newSAML(t)
	s.change = func(a *saml.Assertion) { a.Issuer.Value = "https://MARK.example" }
	c2 := federatingWithLog(t, s, slog.New(slog.NewTextHandler(&log, nil)))
	c2.addSAML(nil)
	c2.supports("Acme")
	b := c2.browser()
	b.do("POST", "/saml2/idpresponse", s.respond(b.away(nil).String()))
	if strings.Count(log.String(), "was refused") != 2 || strings.Contains(log.String(), "MARK") ||
		strings.Contains(log.String(), "anna") || strings.Contains(log.String(), "eyJ") {
		t.Errorf("the log:\n%s", &log)
	}
}
