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
	"testing/synctest"
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
		Service: "route53", Operation: c.Operation(r, nil), Region: "us-east-1", Request: r, Body: []byte(body), Now: c.env.Now(),
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
	fmt.Fprintf(&b, "<Change><Action>%s</Action><ResourceRecordSet><Name>%s</Name><Type>%s</Type><TTL>%d</TTL><ResourceRecords>", action, name, rrtype, ttl)
	for _, v := range values {
		b.WriteString("<ResourceRecord><Value>")
		_ = xml.EscapeText(&b, []byte(v))
		b.WriteString("</Value></ResourceRecord>")
	}
	return b.String() + "</ResourceRecords></ResourceRecordSet></Change>"
}

func batch(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest xmlns="` + namespace + `"><ChangeBatch><Comment>c</Comment><Changes>` +
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

func TestChangeBatches(t *testing.T) {
	for _, tc := range []struct {
		name  string
		items []string
		code  string
		says  string
	}{
		{"create", []string{item("CREATE", "new.example.com", "A", 60, "10.0.0.1")}, "", ""},
		{"create what exists", []string{item("CREATE", "WWW.Example.com", "A", 60, "10.0.0.9")}, "InvalidChangeBatch",
			"[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]"},
		{"upsert what exists", []string{item("UPSERT", "www.example.com.", "A", 30, "10.0.0.9")}, "", ""},
		{"delete exactly", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.2", "10.0.0.1")}, "", ""},
		{"delete with another TTL", []string{item("DELETE", "www.example.com", "A", 61, "10.0.0.1", "10.0.0.2")}, "InvalidChangeBatch",
			"[Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values]"},
		{"delete with another value", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch", ""},
		{"delete what is not there", []string{item("DELETE", "none.example.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch",
			"[Tried to delete resource record set [name='none.example.com.', type='A'] but it was not found]"},
		{"outside", []string{item("UPSERT", "www.example.org", "A", 60, "10.0.0.1")}, "InvalidChangeBatch",
			"[RRSet with DNS name www.example.org. is not permitted in zone example.com.]"},
		{"a suffix is not below", []string{item("UPSERT", "notexample.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch", ""},
		{"delete then create", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"), item("CREATE", "www.example.com", "A", 5, "10.0.0.3")}, "", ""},
		{"twice", []string{item("UPSERT", "x.example.com", "A", 60, "10.0.0.1"), item("UPSERT", "X.example.com", "A", 60, "10.0.0.2")}, "InvalidChangeBatch",
			"[The request contains an invalid set of changes for a resource record set 'A x.example.com.']"},
		{"all or nothing", []string{item("UPSERT", "x.example.com", "A", 60, "10.0.0.1"), item("DELETE", "y.example.com", "A", 60, "10.0.0.2")}, "InvalidChangeBatch", ""},
		{"CNAME at the apex", []string{item("CREATE", "example.com", "CNAME", 60, "other.org")}, "InvalidChangeBatch",
			"[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.]"},
		{"CNAME beside others", []string{item("CREATE", "www.example.com", "CNAME", 60, "other.org")}, "InvalidChangeBatch",
			"[RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]"},
		{"no address", []string{item("CREATE", "x.example.com", "A", 60, "10.0.0.256")}, "InvalidChangeBatch",
			"[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '10.0.0.256'']"},
		{"no IPv6", []string{item("CREATE", "x.example.com", "AAAA", 60, "10.0.0.1")}, "InvalidChangeBatch", ""},
		{"TXT unquoted", []string{item("CREATE", "x.example.com", "TXT", 60, "text")}, "InvalidChangeBatch", ""},
		{"TXT", []string{item("CREATE", "x.example.com", "TXT", 60, `"text"`)}, "", ""},
		{"MX", []string{item("CREATE", "x.example.com", "MX", 60, "ten mail.example.com")}, "InvalidChangeBatch", ""},
		{"SRV", []string{item("CREATE", "_x._tcp.example.com", "SRV", 60, "1 2 3 mail.example.com")}, "", ""},
		{"no values", []string{item("CREATE", "x.example.com", "A", 60)}, "InvalidInput", ""},
		{"bad action", []string{item("REPLACE", "x.example.com", "A", 60, "10.0.0.1")}, "InvalidInput", ""},
		{"bad type", []string{item("CREATE", "x.example.com", "B", 60, "10.0.0.1")}, "InvalidInput", ""},
		{"bad TTL", []string{item("CREATE", "x.example.com", "A", -1, "10.0.0.1")}, "InvalidInput", ""},
		{"nothing", nil, "InvalidInput", ""},
		{"the zone's SOA", []string{item("DELETE", "example.com", "SOA", 900, nameServers[0]+" awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400")}, "InvalidChangeBatch",
			"[A HostedZone must contain exactly one SOA record.]"},
		{"the zone's NS", []string{item("DELETE", "example.com", "NS", 172800, nameServers...)}, "InvalidChangeBatch", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCloud(t, "", Options{})
			zone := c.zone("example.com")
			c.must(zone, item("CREATE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"))
			before, _ := c.list(zone, "")
			_, code, message := c.change(zone, tc.items...)
			want(t, "code", code, tc.code)
			if tc.says != "" {
				want(t, "message", message, tc.says)
			}
			if after, _ := c.list(zone, ""); code != "" && !slices.Equal(before, after) {
				t.Errorf("a refused batch left %q", after)
			}
		})
	}
	c := newCloud(t, "", Options{})
	_, code, _ := c.change("ZNONE", item("CREATE", "x.example.com", "A", 60, "10.0.0.1"))
	want(t, "no zone", code, "NoSuchHostedZone")
}

func TestListing(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone := c.zone("example.com")
	c.must(zone,
		item("CREATE", "b.example.com", "A", 60, "10.0.0.1"), item("CREATE", "z.a.example.com", "A", 60, "10.0.0.1"),
		item("CREATE", "*.example.com", "A", 60, "10.0.0.1"), item("CREATE", "a.example.com", "TXT", 60, `"t"`), item("CREATE", "a.example.com", "A", 60, "10.0.0.1"))
	all := []string{"example.com. NS", "example.com. SOA", `\052.example.com. A`, "a.example.com. A", "a.example.com. TXT", "z.a.example.com. A", "b.example.com. A"}
	got, out := c.list(zone, "/")
	wantList(t, "all", got, all...)
	want(t, "truncated", out.IsTruncated, false)
	var paged []string
	query := "?maxitems=2"
	for {
		got, out := c.list(zone, query)
		paged = append(paged, got...)
		if !out.IsTruncated {
			break
		}
		query = "?maxitems=2&name=" + strings.ReplaceAll(out.NextRecordName, `\`, "%5C") + "&type=" + out.NextRecordType
	}
	wantList(t, "in pages", paged, all...)
	got, _ = c.list(zone, "?name=A.example.com&type=TXT&maxitems=1")
	wantList(t, "from a name and type", got, "a.example.com. TXT")
	code, _ := c.call("GET", "/2013-04-01/hostedzone/"+zone+"/rrset?type=A", "", nil)
	want(t, "type without name", code, "InvalidInput")
	code, _ = c.call("GET", "/2013-04-01/hostedzone/"+zone+"/rrset?maxitems=x", "", nil)
	want(t, "bad page size", code, "InvalidInput")
}

func TestGetChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		zone := c.zone("example.com")
		id := c.must(zone, item("UPSERT", "www.example.com", "A", 60, "10.0.0.1"))
		status := func() string {
			var out changeOutput
			if code, message := c.call("GET", "/2013-04-01"+id, "", &out); code != "" {
				t.Fatal(code, message)
			}
			return out.ChangeInfo.Status
		}
		want(t, "at once", status(), "PENDING")
		wantList(t, "but it answers", c.Lookup("www.example.com"), "10.0.0.1")
		time.Sleep(30*time.Second - time.Nanosecond)
		want(t, "almost", status(), "PENDING")
		time.Sleep(time.Nanosecond)
		want(t, "after 30 s", status(), "INSYNC")
		code, _ := c.call("GET", "/2013-04-01/change/CNONE", "", nil)
		want(t, "no change", code, "NoSuchChange")
		time.Sleep(25 * time.Hour)
		c.must(zone, item("UPSERT", "www.example.com", "A", 60, "10.0.0.2"))
		code, _ = c.call("GET", "/2013-04-01"+id, "", nil)
		want(t, "a day later", code, "NoSuchChange")
		instant := newCloud(t, "", Options{Sync: -1})
		id = instant.must(instant.zone("example.com"), item("UPSERT", "www.example.com", "A", 60, "10.0.0.1"))
		c = instant
		want(t, "without delay", status(), "INSYNC")
	})
}

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		zone, other := c.zone("example.com"), c.zone("other.com")
		c.throttle.Store(true)
		set := item("UPSERT", "www.example.com", "A", 60, "10.0.0.1")
		c.must(zone, set)
		_, code, _ := c.change(zone, set)
		want(t, "overlapping", code, "PriorRequestNotComplete")
		c.must(other, item("UPSERT", "www.other.com", "A", 60, "10.0.0.1"))
		time.Sleep(100 * time.Millisecond)
		c.must(zone, set)
	})
}

func TestZoneOfAVPC(t *testing.T) {
	c := newCloud(t, "", Options{HasVPC: func(id string) bool { return id == "vpc-1" }})
	create := func(id string) (string, string) {
		return c.call("POST", "/2013-04-01/hostedzone", `<CreateHostedZoneRequest xmlns="`+namespace+`"><Name>`+id+`.example</Name>`+
			`<CallerReference>`+id+`</CallerReference><VPC><VPCRegion>us-east-1</VPCRegion><VPCId>`+id+`</VPCId></VPC></CreateHostedZoneRequest>`, nil)
	}
	code, _ := create("vpc-1")
	want(t, "a VPC", code, "")
	code, message := create("vpc-2")
	want(t, "none", code+": "+message, "InvalidVPCId: The VPC ID that you specified either isn't a valid ID or the current account is not authorized to access this VPC.")
}

// TestRequestLimit empties an operation's bucket of 50 and looks at what it and the account's have a second later.
func TestRequestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.throttle.Store(true)
		taken := func(n int, path string) int {
			for i := range n {
				if code, message := c.call("GET", path, "", nil); code != "" {
					want(t, "error", code+": "+message, "Throttling: Rate exceeded")
					return i
				}
			}
			return n
		}
		want(t, "at once", taken(100, "/2013-04-01/hostedzone"), 50)
		want(t, "status", c.raw("GET", "/2013-04-01/hostedzone", "", nil).Code, 400)
		want(t, "another operation", taken(1, "/2013-04-01/hostedzonecount"), 0)
		time.Sleep(time.Second)
		want(t, "a second later", taken(7, "/2013-04-01/hostedzone"), 7)
		want(t, "the account's bucket", taken(100, "/2013-04-01/hostedzonecount"), 3)
		time.Sleep(time.Minute)
		want(t, "a minute later", taken(100, "/2013-04-01/hostedzonecount"), 50)
	})
}

// TestOperationLimit makes more zones than their own bucket holds, slowly enough for the account's.
func TestOperationLimit(t *testing.T) {
	now := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	var l limits
	made := 0
	for range 100 {
		if l.takeRequest(now, "CreateHostedZone") {
			made++
		}
		now = now.Add(100 * time.Millisecond)
	}
	want(t, "made in ten seconds", made, 40+2*10-1)
}

func TestChangeThroughput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{Busy: -1})
		zone := c.zone("example.com")
		c.throttle.Store(true)
		batch := func(n int) string {
			var items []string
			for i := range n {
				items = append(items, item("UPSERT", fmt.Sprintf("n%d.example.com", i), "A", 60, "10.0.0.1"))
			}
			_, code, _ := c.change(zone, items...)
			return code
		}
		want(t, "the largest batch", batch(maxChanges), "")
		want(t, "one more", batch(1), "Throttling")
		time.Sleep(time.Second)
		want(t, "a second's changes", batch(100), "")
		want(t, "and one more", batch(1), "Throttling")
	})
}

func TestLookup(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone, sub := c.zone("example.com"), c.zone("sub.example.com")
	c.must(zone,
		item("CREATE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"), item("CREATE", "*.example.com", "A", 60, "10.0.0.3"),
		item("CREATE", "alias.example.com", "CNAME", 60, "WWW.example.com."), item("CREATE", "loop.example.com", "CNAME", 60, "loop.example.com"),
		item("CREATE", "deep.empty.example.com", "A", 60, "10.0.0.4"), item("CREATE", "text.example.com", "TXT", 60, `"t"`),
		"<Change><Action>CREATE</Action><ResourceRecordSet><Name>apex.example.com</Name><Type>A</Type><AliasTarget><HostedZoneId>"+zone+
			"</HostedZoneId><DNSName>www.example.com</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet></Change>")
	c.must(sub, item("CREATE", "x.sub.example.com", "A", 60, "10.0.0.5"))
	for _, tc := range []struct {
		name string
		want []string
	}{
		{"www.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"WWW.Example.COM.", []string{"10.0.0.1", "10.0.0.2"}},
		{"anything.example.com", []string{"10.0.0.3"}},
		{"a.b.example.com", []string{"10.0.0.3"}},
		{"below.www.example.com", nil},
		{"empty.example.com", nil},
		{"text.example.com", nil},
		{"alias.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"apex.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"loop.example.com", nil},
		{"example.com", nil},
		{"x.sub.example.com", []string{"10.0.0.5"}},
		{"y.sub.example.com", nil},
		{"www.example.org", nil},
		{"", nil},
	} {
		wantList(t, tc.name, c.Lookup(tc.name), tc.want...)
	}
}

func TestPersistence(t *testing.T) {
	dir := t.TempDir()
	c := newCloud(t, dir, Options{})
	zone := c.zone("example.com")
	c.must(zone, item("CREATE", "*.example.com", "A", 60, "10.0.0.3"), item("CREATE", "gone.example.com", "A", 60, "10.0.0.1"))
	id := c.must(zone, item("DELETE", "gone.example.com", "A", 60, "10.0.0.1"))
	before := c.raw("GET", "/2013-04-01/hostedzone/"+zone+"/rrset", "", nil).Body.String()
	c.closeAll()
	c = newCloud(t, dir, Options{})
	want(t, "records", c.raw("GET", "/2013-04-01/hostedzone/"+zone+"/rrset", "", nil).Body.String(), before)
	wantList(t, "lookup", c.Lookup("user.example.com"), "10.0.0.3")
	code, _ := c.call("GET", "/2013-04-01"+id, "", nil)
	want(t, "the change is known", code, "")
	want(t, "the same zone", c.zone("example.com"), zone)
}
