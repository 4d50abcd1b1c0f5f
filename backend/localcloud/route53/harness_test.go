package route53

import (
	"encoding/xml"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is one service with a root caller.
type cloud struct {
	*Service
	*wiretest.Bench
	t testing.TB
}

func newCloud(t testing.TB, dir string, opts Options) *cloud {
	t.Helper()
	c := &cloud{Bench: wiretest.NewBench(t, dir), t: t}
	var err error
	c.Service, err = New(c.Env, c.Store, opts)
	c.Place(c.Service, err)
	return c
}

func (c *cloud) raw(method, path, body string, auth wire.Authorizer) *httptest.ResponseRecorder {
	c.t.Helper()
	return wiretest.Serve(c.t, c.Service, method, "https://route53.amazonaws.com"+path, body, c.env.Now(), auth)
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
