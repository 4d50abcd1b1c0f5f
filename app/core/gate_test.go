package core

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/localcloud"
)

// TestTheCloudThatTakesOverTakesTheCookies: a page that is open goes on working, and another cloud's
// cookies open nothing.
func TestTheCloudThatTakesOverTakesTheCookies(t *testing.T) {
	key, err := gate.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	tags := func() map[string]string { return map[string]string{gate.Tag: key.Public(), "epoch": "1"} }
	site := func(operatorKey string) http.Handler {
		secret := func() []byte { return cookieSecret(localcloud.Outputs{OperatorSecretAccessKey: operatorKey}) }
		return simulatedGate(secret)("i-0a", tags, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	}
	open := func(h http.Handler, path string, cookies []*http.Cookie) *http.Response {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Result()
	}
	ticket, err := key.Ticket(gate.SessionOf("i-0a", tags()), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cookies := open(site("one"), gate.EnterPath+"?ticket="+ticket, nil).Cookies()
	if got := open(site("one"), "/", cookies).StatusCode; got != http.StatusOK {
		t.Errorf("after a takeover: %d", got)
	}
	if got := open(site("two"), "/", cookies).StatusCode; got != http.StatusForbidden {
		t.Errorf("another cloud: %d", got)
	}
}
