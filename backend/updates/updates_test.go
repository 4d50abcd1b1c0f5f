package updates

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"aead.dev/minisign"

	"avatar-launcher/backend"
)

const address = "http://127.0.0.1/releases.json"

// publisher has the keys, and what is published at the address.
type publisher struct {
	t            *testing.T
	root, key    minisign.PrivateKey
	rootPublic   minisign.PublicKey
	public       minisign.PublicKey
	document     []byte
	born         time.Time
	keys, number int64

	mu      sync.Mutex // a request that was given up may still be answered while the next one comes
	handler http.Handler
	asked   int
}

// serve has a handler answer the requests that come from now on.
func (p *publisher) serve(h http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handler = h
}

// countAnew makes requests count from zero.
func (p *publisher) countAnew() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = 0
}

// requests returns how many requests have come.
func (p *publisher) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func newKey(t *testing.T) (minisign.PublicKey, minisign.PrivateKey) {
	t.Helper()
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{t: t, keys: 1, born: time.Now()}
	p.rootPublic, p.root = newKey(t)
	p.public, p.key = newKey(t)
	p.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(p.document) }))
	return p
}

// list is a list of keys that names the publisher's.
func (p *publisher) list() KeyList {
	return KeyList{Number: p.keys, Expires: p.born.Add(365 * 24 * time.Hour), Keys: []minisign.PublicKey{p.public}}
}

// next is a release with the next number.
func (p *publisher) next(version string) Release {
	p.number++
	return Release{Number: p.number, Version: version, Issued: time.Now(), Expires: time.Now().Add(14 * 24 * time.Hour),
		Page: "https://example.com/download", News: map[string]string{"en": "Quicker starts."},
		Packages: []Package{{Platform: "linux/amd64", Name: "avatar-launcher.deb", SHA256: "00"}}}
}

// sign signs a release and the list of keys with it.
func (p *publisher) sign(l KeyList, r Release) []byte {
	p.t.Helper()
	d, err := SignKeys(p.root, l)
	if err == nil {
		d, err = SignRelease(p.key, d, r)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return p.marshal(d)
}

func (p *publisher) marshal(d Document) []byte {
	data, err := json.Marshal(d)
	if err != nil {
		p.t.Fatal(err)
	}
	return data
}

// publish puts a release at the address, and returns the file.
func (p *publisher) publish(version string) []byte {
	p.document = p.sign(p.list(), p.next(version))
	return p.document
}

// parsed takes a published file apart.
func parsed(t *testing.T, data []byte) (d Document) {
	t.Helper()
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// pipes is a listener whose connections are pipes in memory, so that the bubble's time is the only one.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// checker returns a checker of a program, which asks the publisher.
func (p *publisher) checker(running, file string) *Checker {
	p.t.Helper()
	listener := pipes{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked++
		h := p.handler
		p.mu.Unlock()
		h.ServeHTTP(w, r)
	})}
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		listener.accepted <- there
		return here, nil
	}}
	go func() { _ = server.Serve(listener) }()
	p.t.Cleanup(func() { transport.CloseIdleConnections(); _ = server.Close() })
	c, err := New(Options{URL: address, Key: p.rootPublic.String(), Running: running, Platform: "linux/amd64", File: file,
		HTTP: transport, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// bubble runs a test in virtual time with a publisher and an empty state folder.
func bubble(t *testing.T, f func(t *testing.T, p *publisher, file string)) {
	file := filepath.Join(t.TempDir(), "state", "updates.json")
	synctest.Test(t, func(t *testing.T) { f(t, newPublisher(t), file) })
}

// refuses checks that a check fails for a reason, and offers what it offered before.
func refuses(t *testing.T, c *Checker, reason error) {
	t.Helper()
	before := c.Known()
	s := c.Check(t.Context())
	if !errors.Is(s.Trouble, reason) {
		t.Errorf("the check says %v, not %v", s.Trouble, reason)
	}
	if s.Newer != before.Newer || s.Release.Version != before.Release.Version || !s.Checked.Equal(before.Checked) {
		t.Errorf("what was refused was kept: %+v, before %+v", s, before)
	}
}

func accepts(t *testing.T, c *Checker, version string) Status {
	t.Helper()
	s := c.Check(t.Context())
	if s.Trouble != nil || s.Release.Version != version {
		t.Fatalf("the check says %q, %v", s.Release.Version, s.Trouble)
	}
	return s
}

func TestANewerReleaseIsOffered(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		p.publish("v1.5.0")
		s := accepts(t, p.checker("v1.4.0", file), "v1.5.0")
		if n := Notice(s, "de"); !s.Newer || n == nil || !strings.Contains(n.Error(), "Quicker starts.") {
			t.Errorf("%+v: %v", s, n)
		}
		// The next launch knows it without asking, and the program of that release has nothing to be told.
		if again := p.checker("v1.4.0", file).Known(); !again.Newer || p.requests() != 1 {
			t.Errorf("%+v after %d questions", again, p.requests())
		}
		if updated := p.checker("v1.5.0", file).Known(); updated.Newer || Notice(updated, "en") != nil {
			t.Errorf("its own release is offered: %+v", updated)
		}
	})
}

func TestVersions(t *testing.T) {
	for name, test := range map[string]struct {
		release, running string
		newer            bool
	}{
		"newer":                  {"v1.10.0", "v1.9.3", true},
		"the same":               {"v1.9.3", "v1.9.3", false},
		"older":                  {"v1.9.2", "v1.9.3", false},
		"without v":              {"v2.0.0", "1.9.3", true},
		"built after it":         {"v1.9.3", "v1.9.3-12-gdeadbee-dirty", false},
		"built before it":        {"v1.10.0", "v1.9.3-12-gdeadbee", true},
		"after its candidate":    {"v1.10.0", "v1.10.0-rc.1", true},
		"a candidate, to a user": {"v1.10.0-rc.1", "v1.10.0", false},
		"a build without a tag":  {"v1.10.0", "deadbee", false},
		"a hash of digits":       {"v9999999999.0.0", "1234567", false},
		"a build by hand":        {"v1.10.0", "dev", false},
	} {
		if got := isNewer(test.release, test.running); got != test.newer {
			t.Errorf("%s: %s offered to %s: %v", name, test.release, test.running, got)
		}
	}
}

func TestItAsksOnceADay(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		p.publish("v1.5.0")
		var told []Status
		watch := func(length time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), length)
			defer cancel()
			p.checker("v1.4.0", file).Watch(ctx, func(s Status) { told = append(told, s) })
		}
		watch(time.Hour)
		if len(told) != 2 || told[0].Newer || !told[1].Newer || p.requests() != 1 {
			t.Fatalf("asked %d times, told %+v", p.requests(), told)
		}
		watch(time.Hour) // another launch on the same day knows it at once
		if len(told) != 3 || !told[2].Newer || p.requests() != 1 {
			t.Fatalf("asked %d times, told %+v", p.requests(), told[2:])
		}
		p.countAnew()
		watch(7*24*time.Hour + time.Hour)
		if p.requests() != 7 {
			t.Errorf("asked %d times in a week", p.requests())
		}
		p.serve(http.NotFoundHandler())
		p.countAnew()
		watch(2 * 24 * time.Hour)
		if p.requests() < 8 || p.requests() > 16 {
			t.Errorf("asked %d times in two days without an answer", p.requests())
		}
	})
}

func TestAClockThatWasSetBackAsksAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		p.publish("v1.5.0")
		c := p.checker("v1.4.0", file)
		accepts(t, c, "v1.5.0")
		c.o.Now = func() time.Time { return time.Now().Add(-30 * 24 * time.Hour) }
		if left := c.due(); left > 0 {
			t.Errorf("the next check is %s away", left)
		}
	})
}

func TestWhatIsKeptIsNotTrusted(t *testing.T) {
	bubble(t, func(t *testing.T, p *publisher, file string) {
		p.publish("v1.5.0")
		c := p.checker("v1.4.0", file)
		accepts(t, c, "v1.5.0")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var k kept
		if err := json.Unmarshal(data, &k); err != nil {
			t.Fatal(err)
		}
		k.Document = bytes.ReplaceAll(k.Document, []byte("v1.5.0"), []byte("v9.5.0"))
		if err := c.keep(k); err != nil {
			t.Fatal(err)
		}
		if s := c.Known(); s.Newer || s.Release.Version != "" || !s.Checked.IsZero() {
			t.Errorf("a changed file is believed: %+v", s)
		}
		accepts(t, c, "v1.5.0")
		// Nor does another profile, with a root of its own, inherit anything.
		p.rootPublic, p.root = newKey(t)
		if s := p.checker("v1.4.0", file).Known(); s.Newer {
			t.Errorf("another root's release is offered: %+v", s)
		}
	})
}

func TestNewsIsPlainAndShort(t *testing.T) {
	r := Release{News: map[string]string{"en": "One\x1b[31m two\u202e\x00\n- three", "de": strings.Repeat("ü", 3000)}}
	if got := r.NewsIn("fr"); got != "One[31m two\n- three" {
		t.Errorf("%q", got)
	}
	if got := []rune(r.NewsIn("de")); len(got) != maxNews {
		t.Errorf("%d characters", len(got))
	}
}

func TestAKeyThatIsNone(t *testing.T) {
	_, err := New(Options{URL: address, Key: "RWnonsense"})
	if backend.ProblemOf(err).Kind != backend.KindConfig {
		t.Errorf("%v", err)
	}
}
