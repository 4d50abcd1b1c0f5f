package ec2

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is a service under test, and what it has told.
type cloud struct {
	*Service
	t        *testing.T
	env      wire.Env
	auth     wire.Authorizer
	throttle bool

	mu   sync.Mutex
	told []Instance
}

// newCloud makes a service; st nil keeps nothing.
func newCloud(t *testing.T, warm, cold time.Duration, st *store.Store) *cloud {
	t.Helper()
	c := &cloud{t: t}
	c.env = wiretest.Env(func() bool { return c.throttle })
	s, err := New(c.env, st, Options{Warm: warm, Cold: cold, Changed: func(in Instance) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.told = append(c.told, in)
	}})
	if err != nil {
		t.Fatal(err)
	}
	c.Service = s
	t.Cleanup(s.Close)
	return c
}

// states returns "ID state" of everything told.
func (c *cloud) states() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, in := range c.told {
		out = append(out, in.State)
	}
	return out
}

// element is any XML answer.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// all returns the elements at a path ("reservationSet/item/instancesSet/item").
func (e element) all(path string) []element {
	found := []element{e}
	for name := range strings.SplitSeq(path, "/") {
		var next []element
		for _, f := range found {
			for _, child := range f.Children {
				if child.XMLName.Local == name {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found
}

// texts returns the texts at a path.
func (e element) texts(path string) []string {
	var out []string
	for _, f := range e.all(path) {
		out = append(out, f.Text)
	}
	return out
}

func (e element) text(path string) string { return strings.Join(e.texts(path), ",") }

// do calls an operation; args are parameter names and values in turn.
func (c *cloud) do(operation string, args ...string) (int, element) {
	c.t.Helper()
	form := url.Values{"Action": {operation}, "Version": {apiVersion}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	body := form.Encode()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	if got := c.Operation(r, []byte(body)); got != operation {
		c.t.Fatalf("Operation = %q, want %q", got, operation)
	}
	w := httptest.NewRecorder()
	c.Serve(context.Background(), w, &wire.Call{
		Service: "ec2", Operation: operation, Region: "us-east-1", Request: r, Body: []byte(body),
		Principal: wire.Principal{AccountID: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/avatar-user/alice"},
		Now:       c.env.Now(), RequestID: "req-1", Auth: c.auth,
	})
	var e element
	if err := xml.Unmarshal(w.Body.Bytes(), &e); err != nil {
		c.t.Fatalf("%s: answer is not XML: %v\n%s", operation, err, w.Body)
	}
	return w.Code, e
}

// ok calls an operation that must succeed.
func (c *cloud) ok(operation string, args ...string) element {
	c.t.Helper()
	status, e := c.do(operation, args...)
	if status != 200 {
		c.t.Fatalf("%s %v: %d %s: %s", operation, args, status, e.text("Errors/Error/Code"), e.text("Errors/Error/Message"))
	}
	return e
}

// fails calls an operation that must be refused.
func (c *cloud) fails(status int, code, operation string, args ...string) string {
	c.t.Helper()
	got, e := c.do(operation, args...)
	if got != status || e.text("Errors/Error/Code") != code {
		c.t.Fatalf("%s %v: %d %q (%s), want %d %q", operation, args, got, e.text("Errors/Error/Code"),
			e.text("Errors/Error/Message"), status, code)
	}
	if e.text("RequestID") == "" {
		c.t.Errorf("%s: no RequestID in the error", operation)
	}
	return e.text("Errors/Error/Message")
}

// run launches n instances and returns their IDs.
func (c *cloud) run(n int, args ...string) []string {
	c.t.Helper()
	count := fmt.Sprint(n)
	e := c.ok("RunInstances", append([]string{"ImageId", DefaultImage, "InstanceType", "g5.2xlarge", "MinCount", count,
		"MaxCount", count}, args...)...)
	ids := e.texts("instancesSet/item/instanceId")
	if len(ids) != n {
		c.t.Fatalf("launched %d, want %d", len(ids), n)
	}
	return ids
}

func (c *cloud) state(id string) string {
	in, ok := c.Instance(id)
	if !ok {
		return "none"
	}
	return in.State
}

// warmCloud runs fn in a bubble on a cloud with one stopped, initialised instance.
func warmCloud(t *testing.T, fn func(t *testing.T, c *cloud, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 4*time.Second, 25*time.Second, nil)
		id := c.run(1)[0]
		sleep(time.Minute)
		c.ok("StopInstances", "InstanceId.1", id)
		sleep(time.Minute)
		if got := c.state(id); got != stopped {
			t.Fatalf("state %s, want stopped", got)
		}
		fn(t, c, id)
	})
}

// sleep lets the bubble's time pass, and what is due then happen.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
