package cognitoidp_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCodesAreBound(t *testing.T) {
	tests := map[string]func(c *cloud, f url.Values){
		"other verifier": func(_ *cloud, f url.Values) { f.Set("code_verifier", "wrong") },
		"no verifier":    func(_ *cloud, f url.Values) { f.Del("code_verifier") },
		"other redirect": func(_ *cloud, f url.Values) { f.Set("redirect_uri", callback+"/") },
		"no redirect":    func(_ *cloud, f url.Values) { f.Del("redirect_uri") },
		"other client":   func(c *cloud, f url.Values) { c.addClient(oauthClient); f.Set("client_id", c.client) },
		"other code":     func(_ *cloud, f url.Values) { f.Set("code", "x") },
		"too late":       func(*cloud, url.Values) { time.Sleep(5 * time.Minute) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := hosted(t, nil)
				b := c.browser()
				f := c.codeForm(b.signIn(c.authorize(nil)))
				spoil(c, f)
				status, out := b.exchange(f)
				wantEqual(t, "answer", []any{status, out["error"]}, []any{400, "invalid_grant"})
			})
		})
	}
}

func TestTokenEndpointClients(t *testing.T) {
	c := hosted(t, obj{"GenerateSecret": true})
	secret := c.must("DescribeUserPoolClient", obj{"UserPoolId": c.pool, "ClientId": c.client}).str("UserPoolClient",
		"ClientSecret")
	b := c.browser()
	f := c.codeForm(b.signIn(c.authorize(nil)))
	for name, tt := range map[string]struct {
		change url.Values
		want   string
	}{
		"no secret":      {url.Values{}, "invalid_client"},
		"wrong secret":   {url.Values{"client_secret": {"x"}}, "invalid_client"},
		"unknown client": {url.Values{"client_id": {"x"}}, "invalid_client"},
		"no client":      {url.Values{"client_id": {""}}, "invalid_request"},
		"no grant":       {url.Values{"grant_type": {""}, "client_secret": {secret}}, "invalid_request"},
		"password grant": {url.Values{"grant_type": {"password"}, "client_secret": {secret}}, "unsupported_grant_type"},
		"machine": {url.Values{"grant_type": {"client_credentials"}, "client_secret": {secret}},
			"unauthorized_client"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{}
			for k := range f {
				form.Set(k, f.Get(k))
			}
			for k := range tt.change {
				form.Set(k, tt.change.Get(k))
			}
			status, out := b.exchange(form)
			wantEqual(t, "answer", []any{status, out["error"]}, []any{400, tt.want})
		})
	}
	r := httptest.NewRequest("POST", host+"/oauth2/token", strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(c.client, secret)
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	wantEqual(t, "basic authentication", w.Code, 200)
}

func TestWellKnown(t *testing.T) {
	c := fresh(t, nil, nil)
	b := c.browser()
	keys := text(t, b.do("GET", "/"+c.pool+"/.well-known/jwks.json", nil))
	wantEqual(t, "keys", strings.Count(keys, `"kid"`), 2)
	config := obj{}
	if err := json.Unmarshal([]byte(text(t, b.do("GET", "/"+c.pool+"/.well-known/openid-configuration", nil))),
		&config); err != nil {
		t.Fatal(err)
	}
	issuer := "https://cognito-idp.us-east-1.amazonaws.com/" + c.pool
	wantEqual(t, "issuer", config["issuer"], issuer)
	wantEqual(t, "jwks_uri", config["jwks_uri"], host+"/"+c.pool+"/.well-known/jwks.json")
	for _, path := range []string{"/us-east-1_none/.well-known/jwks.json",
		"/us-east-1_none/.well-known/openid-configuration", "/elsewhere"} {
		wantEqual(t, path, b.do("GET", path, nil).StatusCode, 404)
	}
	kid := regexp.MustCompile(`"kid":"([^"]+)"`).FindStringSubmatch(keys)[1]
	if _, ok := c.svc.Key(issuer, kid); !ok {
		t.Error("Key does not find a published key")
	}
	for _, wrong := range [][2]string{{issuer + "x", kid}, {issuer, "x"}, {"", ""}} {
		if _, ok := c.svc.Key(wrong[0], wrong[1]); ok {
			t.Errorf("Key finds %v", wrong)
		}
	}
}
