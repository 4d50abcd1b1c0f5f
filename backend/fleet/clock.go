package fleet

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Clock is the cloud's time as far as its answers tell: this computer's clock plus the difference to the Date
// header of the last answer. Two desktops with wrong clocks agree by it to about a second, which is what the
// header resolves (RFC 9110, section 6.6.1).
type Clock struct{ skew atomic.Int64 }

// Now is the cloud's time, UTC.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Skew()).UTC() }

// Skew is how far the cloud is ahead of this computer.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// Observe reads the Date header of an answer whose request was sent at sent. Differences under two seconds are
// the header's own coarseness and count as none.
func (c *Clock) Observe(h http.Header, sent time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	now := time.Now()
	middle := sent.Add(now.Sub(sent) / 2)
	skew := date.Sub(middle)
	if skew > -2*time.Second && skew < 2*time.Second {
		skew = 0
	}
	c.skew.Store(int64(skew))
}

// Doer is an HTTP client as the SDK sees it.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Watch wraps the SDK's HTTP client so that every answer sets the clock.
func (c *Clock) Watch(d Doer) Doer { return watched{d, c} }

type watched struct {
	Doer
	clock *Clock
}

func (w watched) Do(r *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := w.Doer.Do(r)
	if err == nil {
		w.clock.Observe(resp.Header, sent)
	}
	return resp, err
}
