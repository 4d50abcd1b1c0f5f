package route53

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		zone, other := c.zone("example.com"), c.zone("other.com")
		c.Throttle.Store(true)
		set := item("UPSERT", "www.example.com", "A", 60, "10.0.0.1")
		c.must(zone, set)
		_, code, _ := c.change(zone, set)
		wiretest.Want(t, "overlapping", code, "PriorRequestNotComplete")
		c.must(other, item("UPSERT", "www.other.com", "A", 60, "10.0.0.1"))
		time.Sleep(100 * time.Millisecond)
		c.must(zone, set)
	})
}

// TestRequestLimit empties an operation's bucket of 50 and looks at what it and the account's have a second later.
func TestRequestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.Throttle.Store(true)
		taken := func(n int, path string) int {
			for i := range n {
				if code, message := c.call("GET", path, "", nil); code != "" {
					wiretest.Want(t, "error", code+": "+message, "Throttling: Rate exceeded")
					return i
				}
			}
			return n
		}
		wiretest.Want(t, "at once", taken(100, "/2013-04-01/hostedzone"), 50)
		wiretest.Want(t, "status", c.raw("GET", "/2013-04-01/hostedzone", "", nil).Code, 400)
		wiretest.Want(t, "another operation", taken(1, "/2013-04-01/hostedzonecount"), 0)
		time.Sleep(time.Second)
		wiretest.Want(t, "a second later", taken(7, "/2013-04-01/hostedzone"), 7)
		wiretest.Want(t, "the account's bucket", taken(100, "/2013-04-01/hostedzonecount"), 3)
		time.Sleep(time.Minute)
		wiretest.Want(t, "a minute later", taken(100, "/2013-04-01/hostedzonecount"), 50)
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
	wiretest.Want(t, "made in ten seconds", made, 40+2*10-1)
}

func TestChangeThroughput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{Busy: -1})
		zone := c.zone("example.com")
		c.Throttle.Store(true)
		batch := func(n int) string {
			var items []string
			for i := range n {
				items = append(items, item("UPSERT", fmt.Sprintf("n%d.example.com", i), "A", 60, "10.0.0.1"))
			}
			_, code, _ := c.change(zone, items...)
			return code
		}
		wiretest.Want(t, "the largest batch", batch(maxChanges), "")
		wiretest.Want(t, "one more", batch(1), "Throttling")
		time.Sleep(time.Second)
		wiretest.Want(t, "a second's changes", batch(100), "")
		wiretest.Want(t, "and one more", batch(1), "Throttling")
	})
}
