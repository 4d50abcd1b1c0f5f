package route53

import (
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is one service with a root caller.
type cloud struct {
	*Service
	t        testing.TB
	throttle atomic.Bool
	closeAll func()
}

func newCloud(t testing.TB, dir string, opts Options) *cloud {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t}
	rng := rand.New(rand.NewPCG(1, 2))
	env := wire.Env{
		Region: "us-east-1", AccountID: "123456789012", Now: func() time.Time { return time.Now().UTC() }, Rand: rng.Int64N,
		NewID:    func(n int) string { return fmt.Sprintf("%016x%016x", rng.Uint64(), rng.Uint64())[:n] },
		Throttle: c.throttle.Load,
	}
	if c.Service, err = New(env, st, opts); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	c.closeAll = func() { once.Do(func() { c.Close(); st.Close() }) }
	t.Cleanup(c.closeAll)
	return c
}

func (c *cloud) raw(method, path, body string, auth wire.Authorizer) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://route53.amazonaws.com"+path, strings.NewReader(body))
	w := httptest.NewRecorder()
	c.Serve(c.t.Context(), w, &wire.Call{
		Service: "route53", Operation: c.Operation(r, nil), Region: "us-east-1", Request: r, Body: []byte(body),
		Now:       c.env.Now(),
		RequestID: "r-1", Auth: auth, Principal: wire.Principal{ARN: "arn:aws:iam::123456789012:user/u", Root: auth == nil},
	})
	return w
}

// call sends one request, reads the answer into out, and returns the error's code and message.
func (c *cloud) call(method, path, body string, out any) (code, message string) {
	c.t.Helper()
	w := c.raw(method, path, body, nil)
	if !strings.HasPrefix(w.Body.String(), "<?xml") || !strings.Contains(w.Body.String(), `xmlns="`+namespace+`"`) {
		c.t.Fatalf("%s %s answered %q", method, path, w.Body)
	}
	if w.Code >= 300 {
		var e errorResponse
		if err := xml.Unmarshal(w.Body.Bytes(), &e); err != nil {
			c.t.Fatal(err)
		}
		return e.Error.Code, e.Error.Message
	}
	if out != nil {
		if err := xml.Unmarshal(w.Body.Bytes(), out); err != nil {
			c.t.Fatal(err)
		}
	}
	return "", ""
}

func (c *cloud) zone(name string) string {
	c.t.Helper()
	id, err := c.CreateZone(name)
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// item writes one change of simple records.
func item(action, name, rrtype string, ttl int, values ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<Change><Action>%s</Action><ResourceRecordSet><Name>%s</Name><Type>%s</Type><TTL>%d</TTL>"+
		"<ResourceRecords>", action, name, rrtype, ttl)
	for _, v := range values {
		b.WriteString("<ResourceRecord><Value>")
		_ = xml.EscapeText(&b, []byte(v))
		b.WriteString("</Value></ResourceRecord>")
	}
	return b.String() + "</ResourceRecords></ResourceRecordSet></Change>"
}

func batch(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest xmlns="` + namespace +
		`"><ChangeBatch><Comment>c</Comment><Changes>` +
		strings.Join(items, "") + `</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
}

func (c *cloud) change(zone string, items ...string) (id, code, message string) {
	c.t.Helper()
	var out changeOutput
	code, message = c.call("POST", "/2013-04-01/hostedzone/"+zone+"/rrset/", batch(items...), &out)
	return out.ChangeInfo.Id, code, message
}

func (c *cloud) must(zone string, items ...string) string {
	c.t.Helper()
	id, code, message := c.change(zone, items...)
	if code != "" {
		c.t.Fatalf("%s: %s", code, message)
	}
	return id
}

func (c *cloud) list(zone, query string) (lines []string, out listRecordsOutput) {
	c.t.Helper()
	if code, message := c.call("GET", "/2013-04-01/hostedzone/"+zone+"/rrset"+query, "", &out); code != "" {
		c.t.Fatalf("%s: %s", code, message)
	}
	for _, r := range out.ResourceRecordSets.ResourceRecordSet {
		lines = append(lines, r.Name+" "+r.Type)
	}
	return lines, out
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantList(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
