package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/gate"
)

// metadata is a metadata service of version 2, which tests the token, and whose tags change.
type metadata struct {
	mu    sync.Mutex
	tags  map[string]string
	token int // the last one that was given out; a lower one is no longer good
	down  bool

	address string
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	tag, isTag := strings.CutPrefix(r.URL.Path, "/latest/meta-data/tags/instance/")
	value, tagged := m.tags[tag]
	switch {
	case m.down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token" &&
		r.Header.Get("X-aws-ec2-metadata-token-ttl-seconds") != "":
		m.token++
		fmt.Fprint(w, m.token)
	case r.Header.Get("X-aws-ec2-metadata-token") != fmt.Sprint(m.token):
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/latest/meta-data/instance-id":
		fmt.Fprint(w, "i-0a")
	case r.URL.Path == "/latest/meta-data/local-ipv4" || r.URL.Path == "/latest/meta-data/public-ipv4":
		fmt.Fprint(w, m.address)
	case isTag && tagged:
		fmt.Fprint(w, value)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (m *metadata) set(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
}

// world is the agent between Caddy and an avatar. The servers are reached without sockets.
type world struct {
	t    *testing.T
	meta *metadata
	key  *gate.Key
	seen *http.Request // by the avatar
	http.Handler
}

// routed answers for a host by a handler.
type routed map[string]http.Handler

func (hosts routed) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	hosts[r.URL.Host].ServeHTTP(rec, r)
	res := rec.Result()
	res.Request = r
	return res, nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, err := gate.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, key: key, meta: &metadata{tags: map[string]string{gate.Tag: key.Public(), "epoch": "3",
		"expire-at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}}
	hosts := routed{"metadata": w.meta, "avatar": http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.seen = r
		fmt.Fprint(rw, "avatar")
	})}
	before, dial := client.Transport, http.DefaultTransport
	client.Transport, http.DefaultTransport = hosts, hosts
	t.Cleanup(func() { client.Transport, http.DefaultTransport = before, dial })
	w.Handler = handler(&url.URL{Scheme: "http", Host: "avatar"}, &instance{base: "http://metadata"}, nil, nil,
		slog.New(slog.NewTextHandler(io.Discard, nil)))
	return w
}

// do sends a request as Caddy hands it on.
func (w *world) do(path string, cookies []*http.Cookie) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "http://ann.example.com"+path, nil)
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result()
}

func (w *world) enter() *http.Response {
	w.t.Helper()
	ticket, err := w.key.Ticket(gate.Session{Instance: "i-0a", Epoch: 3}, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do(gate.EnterPath+"?ticket="+ticket, nil)
}

func TestTheOwnerAloneReachesTheAvatar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if got := w.do("/", nil).StatusCode; got != http.StatusForbidden {
			t.Errorf("without a ticket: %d", got)
		}
		cookies := w.enter().Cookies()
		if len(cookies) != 1 || !cookies[0].Secure {
			t.Fatalf("cookies %v", cookies)
		}
		if got := w.do("/player.html?x=1", cookies).StatusCode; got != http.StatusOK {
			t.Fatalf("the owner: %d", got)
		}
		for name, want := range map[string]string{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https",
			gate.RoleHeader: "owner", "Cookie": ""} {
			if got := w.seen.Header.Get(name); !strings.HasPrefix(got, want) || want == "" && got != "" {
				t.Errorf("the avatar sees %s: %q", name, got)
			}
		}
		if w.seen.Host != "ann.example.com" || w.seen.URL.RequestURI() != "/player.html?x=1" {
			t.Errorf("the avatar sees %s %s", w.seen.Host, w.seen.URL)
		}
	})
}

func TestANewKeyIsSeenWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cookies := w.enter().Cookies()
		w.meta.set(func() { delete(w.meta.tags, gate.Tag) }) // the instance has gone back
		time.Sleep(lookEvery)
		if got := w.do("/", cookies).StatusCode; got != http.StatusForbidden {
			t.Errorf("after the session: %d", got)
		}
	})
}

func TestASilentMetadataServiceOpensNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cookies := w.enter().Cookies()
		w.meta.set(func() { w.meta.down = true })
		time.Sleep(lookEvery)
		if got := w.do("/", cookies).StatusCode; got != http.StatusServiceUnavailable {
			t.Errorf("while it is silent: %d", got)
		}
		w.meta.set(func() { w.meta.down, w.meta.token = false, w.meta.token+1 }) // it has forgotten the token
		w.do("/", cookies)                                                       // finds that out
		if got := w.do("/", cookies).StatusCode; got != http.StatusOK {
			t.Errorf("afterwards: %d", got)
		}
	})
}

func TestItListensToThisMachineOnly(t *testing.T) {
	for _, listen := range []string{"", ":8081", "0.0.0.0:8081", "192.0.2.1:8081", "localhost:8081"} {
		if err := run(t.Context(), options{listen: listen, avatar: "http://127.0.0.1:8080"}); err == nil ||
			!strings.Contains(err.Error(), "machine") {
			t.Errorf("-listen %q: %v", listen, err)
		}
	}
	if err := run(t.Context(), options{listen: "127.0.0.1:0", avatar: "nonsense"}); err == nil {
		t.Error("-avatar nonsense is taken")
	}
}

func TestCoturnRelaysToTheInstanceAlone(t *testing.T) {
	before := client.Transport
	client.Transport = routed{"metadata": &metadata{address: "10.0.1.7"}}
	t.Cleanup(func() { client.Transport = before })
	in, file := &instance{base: "http://metadata"}, filepath.Join(t.TempDir(), "turnserver.conf")
	relay, err := newRelay(t.Context(), in, file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Split(string(text), "\n")
	for _, line := range []string{"listening-ip=10.0.1.7", "relay-ip=10.0.1.7", "allowed-peer-ip=10.0.1.7",
		"denied-peer-ip=0.0.0.0-255.255.255.255",
		"use-auth-secret", "static-auth-secret=" + string(relay.Secret), fmt.Sprint("listening-port=", relay.Port)} {
		if !slices.Contains(config, line) {
			t.Errorf("no line %q in:\n%s", line, text)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || len(relay.Secret) < 26 {
		t.Errorf("%v, a secret of %d characters", info.Mode(), len(relay.Secret))
	}
	again, err := newRelay(t.Context(), in, file)
	if err != nil || string(again.Secret) != string(relay.Secret) {
		t.Errorf("a gate that starts again has another secret (%v)", err)
	}
	other, err := newRelay(t.Context(), in, filepath.Join(t.TempDir(), "turnserver.conf"))
	if err != nil || string(other.Secret) == string(relay.Secret) {
		t.Errorf("the next start of the machine has the same secret (%v)", err)
	}
	if none, err := newRelay(t.Context(), in, ""); none != nil || err != nil {
		t.Errorf("without a file: %v, %v", none, err)
	}
}

func TestCoturnIsNotConfiguredForAnAddressThatIsNone(t *testing.T) {
	before := client.Transport
	client.Transport = routed{"metadata": &metadata{address: "10.0.1.7\nno-auth"}}
	t.Cleanup(func() { client.Transport = before })
	if _, err := newRelay(t.Context(), &instance{base: "http://metadata"}, filepath.Join(t.TempDir(), "x")); err == nil {
		t.Error("an address with a second line is taken")
	}
}

func TestACertificateIsForANameThatResolvesHere(t *testing.T) {
	before := client.Transport
	m := &metadata{address: "203.0.113.9"}
	client.Transport = routed{"metadata": m}
	t.Cleanup(func() { client.Transport = before })
	addresses := map[string]string{"ann.avatar.example.com.": "203.0.113.9", "bob.avatar.example.com.": "192.0.2.1",
		"ann.example.com.":        "203.0.113.9",
		"two.avatar.example.com.": "203.0.113.9 198.51.100.7", "a.b.avatar.example.com.": "203.0.113.9",
		"mapped.avatar.example.com.": "::ffff:203.0.113.9"}
	resolve := func(_ context.Context, _, host string) ([]netip.Addr, error) {
		var all []netip.Addr
		for _, a := range strings.Fields(addresses[host]) {
			all = append(all, netip.MustParseAddr(a))
		}
		if all == nil {
			return nil, errors.New("no such host")
		}
		return all, nil
	}
	h := asked("avatar.example.com", &instance{base: "http://metadata"}, resolve, slog.New(slog.DiscardHandler))
	ask := func(name string) int {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/ask?domain="+name, nil))
		return rec.Code
	}
	for name, want := range map[string]int{
		"ann.avatar.example.com": 200, "ANN.avatar.example.com": 200, "mapped.avatar.example.com": 200,
		// parked, also elsewhere, not yet there
		"bob.avatar.example.com": 404, "two.avatar.example.com": 404, "new.avatar.example.com": 404,
		"ann.example.com": 404, "a.b.avatar.example.com": 404, "avatar.example.com": 404, ".avatar.example.com": 404,
		"annavatar.example.com": 404, "": 404,
	} {
		if got := ask(name); got != want {
			t.Errorf("%q: %d", name, got)
		}
	}
	m.set(func() { m.down = true })
	if got := ask("ann.avatar.example.com"); got != http.StatusNotFound {
		t.Errorf("while the metadata service is silent: %d", got)
	}
}

func TestQuestionsWaitForFewLookups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := client.Transport
		client.Transport = routed{"metadata": &metadata{address: "203.0.113.9"}}
		t.Cleanup(func() { client.Transport = before })
		resolve := func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		h := asked("a.test", &instance{base: "http://metadata"}, resolve, slog.New(slog.DiscardHandler))
		codes := make(chan int, askMany+1)
		for range askMany + 1 {
			go func() {
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/ask?domain=x.a.test", nil))
				codes <- rec.Code
			}()
		}
		if got := <-codes; got != http.StatusTooManyRequests {
			t.Errorf("one too many: %d", got)
		}
		for range askMany {
			if got := <-codes; got != http.StatusNotFound {
				t.Errorf("a lookup that hangs: %d", got)
			}
		}
	})
}

func TestItEndsWhenAnAddressIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	h := http.NotFoundHandler()
	if err := serve(t.Context(), map[string]http.Handler{"127.0.0.1:0": h, taken.Addr().String(): h}); err == nil {
		t.Error("an address that is taken is no error")
	}
}
