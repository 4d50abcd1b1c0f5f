package gate

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// world is a gate on an instance, and the key of its session.
type world struct {
	t       *testing.T
	key     *Key
	session Session
	now     time.Time // by the instance's clock
	https   bool
	role    string     // as the avatar was told last
	cookies string     // as the avatar was sent last
	fails   error      // in place of the session
	mu      sync.Mutex // of session, now and fails
	avatar  func(*http.Request)
	http.Handler
}

func newKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, key: newKey(t), now: start}
	w.session = Session{Instance: "i-0a", Epoch: 7, Ends: start.Add(time.Hour), Key: w.key.Public()}
	avatar := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.role, w.cookies = r.Header.Get(RoleHeader), r.Header.Get("Cookie")
		if w.avatar != nil {
			w.avatar(r)
		}
		fmt.Fprint(rw, "avatar")
	})
	w.Handler = Handler(avatar, Options{
		Session: func() (Session, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.session, w.fails
		},
		Now: func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.now
		},
		HTTPS: func(*http.Request) bool { return w.https },
	})
	return w
}

func (w *world) ticket() string {
	w.t.Helper()
	ticket, err := w.key.Ticket(w.session, start)
	if err != nil {
		w.t.Fatal(err)
	}
	return ticket
}

func (w *world) invite(i Invite) string {
	w.t.Helper()
	ticket, err := w.key.Invite(w.session, i, start)
	if err != nil {
		w.t.Fatal(err)
	}
	return ticket
}

func (w *world) do(method, target string, cookies []*http.Cookie, header ...string) *http.Response {
	r := httptest.NewRequest(method, "http://ann.example.com"+target, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result()
}

func (w *world) enter(method, ticket string, cookies ...*http.Cookie) *http.Response {
	return w.do(method, EnterPath+"?ticket="+ticket, cookies)
}

// admitted enters and returns the cookies.
func (w *world) admitted(method, ticket string) []*http.Cookie {
	w.t.Helper()
	res := w.enter(method, ticket)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" || len(res.Cookies()) != 1 {
		w.t.Fatalf("%s with a good ticket: %s, %v", method, res.Status, res.Header)
	}
	return res.Cookies()
}

func (w *world) status(target string, cookies []*http.Cookie) int {
	return w.do(http.MethodGet, target, cookies).StatusCode
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
