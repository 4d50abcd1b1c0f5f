package gate

import (
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestPublicKeyFitsATag(t *testing.T) {
	for range 64 { // both signs of Y, and leading zeros now and then
		k := newKey(t)
		public, err := ParsePublic(k.Public())
		if err != nil || !public.Equal(k.private.Public()) || len(k.Public()) != 44 {
			t.Fatalf("%q: %v", k.Public(), err)
		}
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", 44), strings.Repeat("_", 44), newKey(t).Public() + "A"} {
		if _, err := ParsePublic(bad); err == nil {
			t.Errorf("ParsePublic(%q) accepts it", bad)
		}
	}
}

func TestSessionOf(t *testing.T) {
	got := SessionOf("i-0a", map[string]string{Tag: "k", GuestsTag: "g", "epoch": "7",
		"expire-at": "2026-05-04T10:00:00Z"})
	if want := (Session{"i-0a", 7, start.Add(time.Hour), "k", "g"}); got != want {
		t.Errorf("%+v", got)
	}
	if got := SessionOf("i-0a", map[string]string{"epoch": "x", "expire-at": "y"}); got != (Session{Instance: "i-0a"}) {
		t.Errorf("without tags: %+v", got)
	}
}

func TestOnlyHealthIsOpen(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/healthz/", "/healthz/../", "//healthz", "/players", "/HEALTHZ"} {
		if res := w.do(http.MethodGet, path, nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("GET %s without a cookie: %s", path, res.Status)
		}
	}
	if res := w.do(http.MethodPost, HealthPath, nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("POST %s: %s", HealthPath, res.Status)
	}
	res := w.do(http.MethodGet, HealthPath, nil, RoleHeader, "owner")
	if text(t, res) != "avatar" || w.role != "" {
		t.Errorf("health: %s, role %q", res.Status, w.role)
	}
	res = w.do(http.MethodGet, InfoPath, nil)
	if res.StatusCode != http.StatusNoContent || res.Header.Get(Header) == "" || text(t, res) != "" {
		t.Errorf("info: %s", res.Status)
	}
}

func TestATicketOpensTheAvatar(t *testing.T) {
	w := newWorld(t)
	cookies := w.admitted(http.MethodGet, w.ticket())
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		t.Errorf("cookie %v", c)
	}
	res := w.do(http.MethodGet, "/", append(cookies, &http.Cookie{Name: "own", Value: "1"}), RoleHeader, "operator")
	if text(t, res) != "avatar" || w.role != "owner" || w.cookies != "own=1" {
		t.Errorf("%s, role %q, cookies %q", res.Status, w.role, w.cookies)
	}
}

func TestTheCookieOfHTTPSIsSecure(t *testing.T) {
	w := newWorld(t)
	w.https = true
	cookies := w.admitted(http.MethodGet, w.ticket())
	if c := cookies[0]; !c.Secure || c.Name != "__Host-avatar" || w.status("/", cookies) != http.StatusOK {
		t.Errorf("cookie %v", c)
	}
	w.https = false
	if got := w.status("/", cookies); got != http.StatusForbidden {
		t.Errorf("by http: %d", got)
	}
}

func TestATicketIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	ticket := w.ticket()
	cookies := w.admitted(http.MethodGet, ticket)
	if res := w.enter(http.MethodGet, ticket); res.StatusCode != http.StatusForbidden ||
		!strings.Contains(text(t, res), "used already") {
		t.Errorf("replay: %s", res.Status)
	}
	if res := w.enter(http.MethodGet, ticket, cookies...); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the owner's page loaded again: %s", res.Status)
	}
	w.now = start.Add(TicketLife + ClockSkew - time.Second) // the memory of a used ticket lasts as long as the ticket
	if res := w.enter(http.MethodGet, ticket); res.StatusCode != http.StatusForbidden {
		t.Errorf("late replay: %s", res.Status)
	}
}

// forge signs claims that Ticket would not.
func forge(t *testing.T, method jwt.SigningMethod, key any, change func(*ticket)) string {
	t.Helper()
	c := ticket{Epoch: 7, Role: Owner, Uses: 1,
		RegisteredClaims: jwt.RegisteredClaims{ID: "n", Audience: jwt.ClaimStrings{"i-0a"},
			IssuedAt: jwt.NewNumericDate(start), ExpiresAt: jwt.NewNumericDate(start.Add(TicketLife))}}
	if change != nil {
		change(&c)
	}
	out, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWrongTicketsAreRefused(t *testing.T) {
	w := newWorld(t)
	own := func(change func(*ticket)) string { return forge(t, jwt.SigningMethodES256, w.key.private, change) }
	good := own(nil)
	tests := []struct{ name, ticket, says string }{
		{"none", "", "complete"},
		{"garbage", "a.b.c", "complete"},
		{"cut off", good[:len(good)-4], ""}, // what is left may be base64, by chance
		{"too long", strings.Repeat("a", maxTicket+1), "complete"},
		{"another instance", own(func(c *ticket) { c.Audience[0] = "i-0b" }), "another session"},
		{"two instances", own(func(c *ticket) { c.Audience = append(c.Audience, "i-0b") }), "another session"},
		{"an earlier epoch", own(func(c *ticket) { c.Epoch-- }), "another session"},
		{"another key", forge(t, jwt.SigningMethodES256, newKey(t).private, nil), "before the newest"},
		{"alg none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), ""},
		{"the public key as an HMAC secret", forge(t, jwt.SigningMethodHS256, []byte(w.session.Key), nil), ""},
		{"no nonce", own(func(c *ticket) { c.ID = "" }), "complete"},
		{"no expiry", own(func(c *ticket) { c.ExpiresAt = nil }), "complete"},
		{"no time of issue", own(func(c *ticket) { c.IssuedAt = nil }), "complete"},
		{"an owner's that lasts", own(func(c *ticket) {
			c.ExpiresAt = jwt.NewNumericDate(start.Add(time.Hour))
		}), "complete"},
		{"an owner's of two uses", own(func(c *ticket) { c.Uses = 2 }), "complete"},
		{"an unknown role", own(func(c *ticket) { c.Role = "admin" }), "complete"},
		{"a guest's of no use", own(func(c *ticket) { c.Role, c.Uses = Guest, 0 }), "complete"},
		{"swapped claims", swap(good, own(func(c *ticket) { c.Role = Guest })), "before the newest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.Handler.(*gate).wrong = limiter{}
			res := w.enter(http.MethodPost, tt.ticket)
			if body := text(t, res); res.StatusCode != http.StatusForbidden || len(res.Cookies()) != 0 ||
				!strings.Contains(body, tt.says) {
				t.Errorf("%s %s", res.Status, body)
			}
		})
	}
	w.admitted(http.MethodGet, good)
}

// swap puts the claims of one ticket between the header and the signature of another.
func swap(a, b string) string {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	return x[0] + "." + y[1] + "." + x[2]
}

func TestAnInstanceWithoutOwnerLetsNobodyIn(t *testing.T) {
	w := newWorld(t)
	ticket := w.ticket()
	cookies := w.admitted(http.MethodGet, w.ticket())
	for _, key := range []string{"", "nonsense"} {
		w.session.Key = key
		if got := w.enter(http.MethodGet, ticket).StatusCode; got != http.StatusForbidden {
			t.Errorf("key %q: entering: %d", key, got)
		}
		if got := w.status("/", cookies); got != http.StatusForbidden {
			t.Errorf("key %q: with a cookie: %d", key, got)
		}
	}
}

func TestClocksFiveMinutesApart(t *testing.T) {
	for _, tt := range []struct {
		off  time.Duration
		want int
		says string
	}{
		{-ClockSkew, http.StatusSeeOther, ""}, {ClockSkew, http.StatusSeeOther, ""}, {0, http.StatusSeeOther, ""},
		{-ClockSkew - time.Second, http.StatusForbidden, "date and time"},
		{ClockSkew + TicketLife, http.StatusForbidden, "expired"},
	} {
		t.Run(tt.off.String(), func(t *testing.T) {
			w := newWorld(t)
			w.now = start.Add(tt.off)
			res := w.enter(http.MethodGet, w.ticket())
			if body := text(t, res); res.StatusCode != tt.want || !strings.Contains(body, tt.says) {
				t.Errorf("%s %s", res.Status, body)
			}
		})
	}
}

func TestManyWrongTicketsDoNotLockTheOwnerOut(t *testing.T) {
	w := newWorld(t)
	other := newKey(t)
	wrong, err := other.Ticket(w.session, start)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	w.Handler.(*gate).Refused = func(*http.Request, string) { said++ }
	for n := range 10_000 {
		want := http.StatusForbidden
		if n >= wrongBurst {
			want = http.StatusTooManyRequests
		}
		ticket := "x" // malformed ones spare the test the signatures
		if n%20 == 0 {
			ticket = wrong
		}
		if got := w.enter(http.MethodGet, ticket).StatusCode; got != want {
			t.Fatalf("wrong ticket %d: %d", n, got)
		}
	}
	cookies := w.admitted(http.MethodGet, w.ticket()) // from the same address
	if got := w.status("/", cookies); got != http.StatusOK || said != wrongBurst {
		t.Errorf("the owner: %d; %d refusals told", got, said)
	}
	w.now = start.Add(wrongEvery)
	if got := w.enter(http.MethodGet, "x").StatusCode; got != http.StatusForbidden {
		t.Errorf("after a moment: %d", got)
	}
}

func TestManyAddressesFillNoMemory(t *testing.T) {
	var l limiter
	for n := range 3 * maxSources {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = fmt.Sprintf("10.0.%d.%d:1", n>>8, n&255)
		l.allow(source(r), start)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if len(l.full) > maxSources || !l.allow(source(r), start.Add(time.Hour)) {
		t.Errorf("%d addresses remembered", len(l.full))
	}
}

func TestCookiesAreNotForged(t *testing.T) {
	w := newWorld(t)
	c := w.admitted(http.MethodGet, w.ticket())[0]
	claims := encode([]byte(`{"k":"` + w.session.Key + `","i":"i-0a","e":7,"r":"owner"}`))
	_, sum, _ := strings.Cut(c.Value, ".")
	for _, value := range []string{"", ".", claims, claims + ".", c.Value + "A", claims + "." + encode([]byte("x")),
		"A" + c.Value,
		seal(pass{Key: w.session.Key, Instance: "i-0a", Epoch: 7, Role: Owner}, []byte("another secret")),
		claims[:8] + "." + sum,
		strings.Repeat("A", maxCookie+1)} {
		if got := w.status("/", []*http.Cookie{{Name: c.Name, Value: value}}); got != http.StatusForbidden {
			t.Errorf("cookie %q: %d", value, got)
		}
	}
}

func TestOtherSitesOpenNoSocket(t *testing.T) {
	w := newWorld(t)
	cookies := w.admitted(http.MethodGet, w.ticket())
	socket := func(origin string) int {
		return w.do(http.MethodGet, "/", cookies, "Connection", "Upgrade", "Upgrade", "WebSocket", "Origin",
			origin).StatusCode
	}
	if got := socket("http://ann.example.com"); got != http.StatusOK {
		t.Errorf("own page: %d", got)
	}
	for _, origin := range []string{"http://bob.example.com", "https://evil.example", "null",
		"http://ann.example.com.evil.example"} {
		if got := socket(origin); got != http.StatusForbidden {
			t.Errorf("page of %s: %d", origin, got)
		}
	}
	if got := w.do(http.MethodPost, "/beat", cookies, "Sec-Fetch-Site",
		"cross-site").StatusCode; got != http.StatusForbidden {
		t.Errorf("POST of another site: %d", got)
	}
}

func TestEnteringTakesGetAndPostOnly(t *testing.T) {
	w := newWorld(t)
	ticket := w.ticket()
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodOptions} {
		if got := w.enter(method, ticket).StatusCode; got != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, got)
		}
	}
	w.admitted(http.MethodGet, ticket)
}

func TestAnUnknownSessionIsToldApart(t *testing.T) {
	h := Handler(http.NotFoundHandler(), Options{Session: func() (Session, error) { return Session{}, errKey }})
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", rec.Code)
	}
}

func TestLink(t *testing.T) {
	got, err := Link("https://ann.example.com:444/", "a.b-c_d")
	if want := "https://ann.example.com:444/.avatar/enter?ticket=a.b-c_d"; got != want || err != nil {
		t.Errorf("Link: %q, %v", got, err)
	}
}

func FuzzTicket(f *testing.F) {
	key := newKey(f)
	s := Session{Instance: "i-0a", Epoch: 7, Key: key.Public()}
	good, err := key.Ticket(s, start)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`)) + ".eyJleHAiOjFlMzA4fQ.AA")
	f.Fuzz(func(t *testing.T, text string) {
		if got, why := parse(text, s, start); why == "" && (text != good || got.Role != Owner) {
			t.Errorf("%q is accepted: %+v", text, got)
		}
	})
}

func FuzzCookie(f *testing.F) {
	secret := []byte("secret")
	good := seal(pass{Key: "k", Instance: "i", Epoch: 1, Role: Guest, Ends: 2}, secret)
	f.Add(good)
	f.Add(".")
	f.Add("e30.e30")
	f.Fuzz(func(t *testing.T, value string) {
		if _, ok := unseal(value, secret); ok && value != good {
			t.Errorf("%q is accepted", value)
		}
	})
}

func FuzzPublic(f *testing.F) {
	f.Add(newKey(f).Public())
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		public, err := ParsePublic(text)
		if err == nil && (&Key{private: &ecdsa.PrivateKey{PublicKey: *public}}).Public() != text {
			t.Errorf("%q is not read back", text)
		}
	})
}

func TestTheGateSaysWhetherThereIsARelay(t *testing.T) {
	for about, port := range map[string]int{"1; relay=3478": 3478, "1": 0, "": 0, "1; relay=x": 0, "1; relay=70000": 0} {
		if got := RelayPort(about); got != port {
			t.Errorf("%q: %d", about, got)
		}
	}
	w := newWorld(t)
	w.Handler.(*gate).Relay = &Relay{Port: 3478}
	if got := RelayPort(w.do(http.MethodGet, InfoPath, nil).Header.Get(Header)); got != 3478 {
		t.Errorf("the gate says %d", got)
	}
	if got := SocketAccept("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { // RFC 6455's example
		t.Errorf("a WebSocket is answered %s", got)
	}
}
