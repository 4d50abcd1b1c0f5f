package cognitoidp_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzAPI sends any body to any operation. Whatever comes, the answer is JSON, and never a 5xx.
func FuzzAPI(f *testing.F) {
	for _, seed := range [][2]string{
		{"InitiateAuth", `{"AuthFlow":"USER_SRP_AUTH","ClientId":"x","AuthParameters":{"USERNAME":"demo","SRP_A":"ff"}}`},
		{"RespondToAuthChallenge", `{"ChallengeName":"PASSWORD_VERIFIER",` +
			`"ChallengeResponses":{"PASSWORD_CLAIM_SECRET_BLOCK":"AA=="}}`},
		{"ListUsers", `{"UserPoolId":"us-east-1_x","Filter":"username ^= \"a\\\"b\"","Limit":1}`},
		{"GetUser", `{"AccessToken":"eyJhbGciOiJSUzI1NiJ9.e30.AA"}`},
		{"ConfirmDevice", `{"DeviceSecretVerifierConfig":{"PasswordVerifier":"!","Salt":null}}`},
		{"SignUp", `{"Username":"\u0000","Password":"\ud800"}`},
		{"CreateUserPoolClient", `{"TokenValidityUnits":{"AccessToken":"years"},"AccessTokenValidity":-1}`},
		{"CreateGroup", `{"Precedence":1.5}`}, {"", `{`}, {"UpdateUserPool", `[]`},
	} {
		f.Add(seed[0], seed[1])
	}
	c := fresh(f, nil, nil)
	c.addUser("demo")
	f.Fuzz(func(t *testing.T, op, body string) {
		body = strings.ReplaceAll(strings.ReplaceAll(body, `"us-east-1_x"`, `"`+c.pool+`"`), `"ClientId":"x"`,
			`"ClientId":"`+c.client+`"`)
		if op == "CreateUserPool" || op == "DeleteUserPool" {
			return // the first is slow on purpose, the second leaves nothing to fuzz
		}
		status, raw := c.raw(op, []byte(body))
		if !json.Valid(raw) || status >= 500 {
			t.Errorf("%s %q: %d %q", op, body, status, raw)
		}
	})
}

// FuzzFilter holds the filter's parser against all users.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{``, `username = "a"`, `"email"^="b\"c"`, `status="Enabled"`, `username = "a\"`, `sub=""`,
		"name\t=\t\"\\\\\""} {
		f.Add(seed)
	}
	c := fresh(f, nil, nil)
	c.addUser("demo", attr("email", "demo@example.com"))
	f.Fuzz(func(t *testing.T, filter string) {
		body, err := json.Marshal(obj{"UserPoolId": c.pool, "Filter": filter})
		if err != nil {
			t.Fatal(err)
		}
		if status, raw := c.raw("ListUsers", body); status != 200 &&
			!strings.Contains(string(raw), "InvalidParameterException") {
			t.Errorf("%q: %d %s", filter, status, raw)
		}
	})
}

// FuzzPages sends any query and form to the pages. There is no redirect to an address that is not registered, no 5xx,
// and nothing typed comes back as markup.
func FuzzPages(f *testing.F) {
	c := hosted(f, nil)
	good := c.authorize(nil)
	for _, path := range []string{"/login", "/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/logout",
		"/oauth2/userInfo"} {
		f.Add("GET", path, good, "")
		f.Add("POST", path, good, "username=demo&password=x&_csrf=0123456789abcdef0123")
		f.Add("POST", path, "client_id="+c.client, "grant_type=refresh_token&refresh_token=a.b.c&client_id="+c.client)
		f.Add("POST", path, good+"&redirect_uri=http://evil.example/", "session=x&answer=<b>&_csrf=0123456789abcdef0123")
	}
	h := c.svc.Pages()
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if method != "GET" && method != "POST" || !strings.HasPrefix(path, "/") {
			return
		}
		r := httptest.NewRequest(method, host+"/", strings.NewReader(body))
		r.URL = &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Cookie", "XSRF-TOKEN=0123456789abcdef0123")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		to := w.Header().Get("Location")
		allowed := to == "" || strings.HasPrefix(to, callback) || strings.HasPrefix(to, "/login?") ||
			to == "http://127.0.0.1:8123/bye" || strings.HasPrefix(to, "/")
		if w.Code >= 500 || !allowed || strings.HasPrefix(to, "//") {
			t.Errorf("%s %q ? %q: %d to %q", method, path, query, w.Code, to)
		}
		if strings.Contains(body, "<b>") && strings.Contains(w.Body.String(), "<b>") {
			t.Errorf("markup came back: %s", w.Body)
		}
	})
}
