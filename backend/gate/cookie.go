package gate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const maxCookie = 1024

// pass is what a cookie says. It is bound to the public key, so that a new key ends it.
type pass struct {
	Key      string `json:"k"`
	Instance string `json:"i"`
	Epoch    int64  `json:"e"`
	Role     Role   `json:"r"`
	Ends     int64  `json:"x,omitempty"` // Unix seconds; 0: with the session
}

// seal writes a pass as a cookie's value, with a MAC under secret.
func seal(p pass, secret []byte) string {
	body, _ := json.Marshal(p) // strings and numbers always can be
	return encode(body) + "." + encode(mac(body, secret))
}

// unseal reads a cookie's value. It reports false if the value was not made by seal with the same secret.
func unseal(value string, secret []byte) (pass, bool) {
	var p pass
	if len(value) > maxCookie {
		return p, false
	}
	first, second, _ := strings.Cut(value, ".")
	body, err := decode(first)
	if err != nil {
		return p, false
	}
	sum, err := decode(second)
	if err != nil || !hmac.Equal(sum, mac(body, secret)) {
		return p, false
	}
	return p, json.Unmarshal(body, &p) == nil
}

func mac(body, secret []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(body)
	return h.Sum(nil)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }

// good reports whether a pass lets its holder through to the session at a time.
func (p pass) good(s Session, now time.Time) bool {
	key := p.Key == s.Key || p.Role != Owner && s.invited(p.Key)
	return s.Key != "" && key && p.Instance == s.Instance && p.Epoch == s.Epoch && (p.Ends == 0 || now.Unix() < p.Ends)
}

// cookieName is the gate's cookie: a __Host- cookie, which no other host of the zone can set, if the page
// came by https.
func cookieName(secure bool) string {
	if secure {
		return "__Host-avatar"
	}
	return "avatar"
}

func cookie(value string, secure bool, ends, now time.Time) *http.Cookie {
	c := &http.Cookie{Name: cookieName(secure), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: secure}
	if !ends.IsZero() {
		c.MaxAge = max(1, int(ends.Sub(now)/time.Second)) // relative: the browser's clock may be wrong
	}
	return c
}

// withoutCookie takes the gate's cookies off a request, so that the avatar never sees one.
func withoutCookie(r *http.Request) {
	all := r.Cookies()
	r.Header.Del("Cookie")
	for _, c := range all {
		if c.Name != cookieName(true) && c.Name != cookieName(false) {
			r.AddCookie(c)
		}
	}
}
