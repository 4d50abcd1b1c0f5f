package route53

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

// TestNameLagDelaysAnswers changes a name twice within the lag and asks for it as time goes on.
func TestNameLagDelaysAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{Sync: -1})
		zone := c.zone("example.com")
		c.must(zone, item("CREATE", "a.example.com", "A", 60, "192.0.2.1"))
		c.SetNameLag(10 * time.Second)
		answers := func(when, wanted string) {
			t.Helper()
			wiretest.Want(t, when, fmt.Sprint(c.Lookup("a.example.com")), wanted)
		}
		answers("what was there before the lag", "[192.0.2.1]")
		change := c.must(zone, item("UPSERT", "a.example.com", "A", 60, "192.0.2.2"))
		status := func(when, wanted string) {
			t.Helper()
			var out changeOutput
			if code, message := c.call("GET", "/2013-04-01"+change, "", &out); code != "" {
				t.Fatal(code, message)
			}
			wiretest.Want(t, when, out.ChangeInfo.Status, wanted)
		}
		time.Sleep(4 * time.Second)
		c.must(zone, item("DELETE", "a.example.com", "A", 60, "192.0.2.2"))
		answers("4 s after the first change", "[192.0.2.1]")
		time.Sleep(5 * time.Second)
		answers("9 s after it", "[192.0.2.1]")
		status("9 s after it", "PENDING")
		time.Sleep(time.Second)
		answers("10 s after it", "[192.0.2.2]")
		status("10 s after it", "INSYNC")
		time.Sleep(4 * time.Second)
		answers("10 s after the second change", "[]")
	})
}
