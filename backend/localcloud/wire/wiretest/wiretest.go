// Package wiretest runs one service of the embedded cloud by itself, for that service's tests.
package wiretest

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const account = "123456789012"

// Bench is where one service stands: its environment, and its store. The clock is the process's own, which a synctest
// bubble makes virtual; IDs and other choices repeat from run to run.
type Bench struct {
	Env      wire.Env
	Store    *store.Store
	Throttle atomic.Bool // puts the service's limits in force

	t   testing.TB
	end func()
}

// Env is the environment of a service whose random choices and IDs repeat from run to run. A nil throttle lifts all
// limits.
func Env(throttle func() bool) wire.Env {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	number := func(n int64) int64 {
		mu.Lock()
		defer mu.Unlock()
		return random.Int64N(n)
	}
	if throttle == nil {
		throttle = func() bool { return false }
	}
	return wire.Env{
		Region: "us-east-1", AccountID: account, Now: func() time.Time { return time.Now().UTC() }, Rand: number,
		NewID: func(n int) string {
			id := make([]byte, n)
			for i := range id {
				id[i] = "0123456789abcdef"[number(16)]
			}
			return string(id)
		},
		Throttle: throttle,
	}
}

// NewBench opens a store in a folder, "" for one in memory. The test's cleanup closes the service and the store.
func NewBench(t testing.TB, dir string) *Bench {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &Bench{Store: st, t: t}
	b.Env = Env(b.Throttle.Load)
	return b
}

// Place takes the service that stands here, so that End ends it. It fails the test if it could not be made.
func (b *Bench) Place(s wire.Service, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.end = sync.OnceFunc(func() {
		s.Close()
		if err := b.Store.Close(); err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(b.end)
}

// End closes the service and the store, as at the end of the process. Doing it again changes nothing.
func (b *Bench) End() { b.end() }

// Call is a request as the front door hands it to a service. A nil auth is the account's root.
func Call(s wire.Service, r *http.Request, body string, now time.Time, auth wire.Authorizer) *wire.Call {
	return &wire.Call{
		Service: s.Name(), Operation: s.Operation(r, []byte(body)), Region: "us-east-1", Request: r, Body: []byte(body),
		Now:       now,
		RequestID: "r-1", Auth: auth,
		Principal: wire.Principal{ARN: "arn:aws:iam::" + account + ":user/u", Root: auth == nil},
	}
}

// Serve makes a request to a service and returns its answer.
func Serve(t testing.TB, s wire.Service, method, url, body string, now time.Time,
	auth wire.Authorizer) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Serve(t.Context(), w, Call(s, r, body, now, auth))
	return w
}

// Want fails the test unless got is want.
func Want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// WantList fails the test unless got is want, in that order.
func WantList(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
