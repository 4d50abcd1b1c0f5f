package fleet

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Clock is the cloud's time as far as its answers tell: this computer's clock plus the difference to the Date
// header of the last answer. Two desktops with wrong clocks agree by it to about a second, which is what the
// header resolves (RFC 9110, section 6.6.1).
type Clock struct {
	// Local is this computer's clock; nil for time.Now. A test gives a computer whose clock is wrong.
	Local func() time.Time

	skew atomic.Int64
}

func (c *Clock) local() time.Time {
	if c.Local != nil {
		return c.Local()
	}
	return time.Now()
}

// Now is the cloud's time, UTC.
func (c *Clock) Now() time.Time { return c.local().Add(c.Skew()).UTC() }

// Skew is how far the cloud is ahead of this computer.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// Observe reads the Date header of an answer whose request was sent at sent. Differences under two seconds are
// the header's own coarseness and count as none.
func (c *Clock) Observe(h http.Header, sent time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	now := c.local()
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

// Watch wraps the SDK's HTTP client so that every answer sets the clock, and no request is sent after its time.
func (c *Clock) Watch(d Doer) Doer { return watched{d, c} }

type watched struct {
	Doer
	clock *Clock
}

func (w watched) Do(r *http.Request) (*http.Response, error) {
	if !inTime(r) {
		return nil, errTooLate
	}
	sent := w.clock.local()
	resp, err := w.Doer.Do(r)
	if err == nil {
		w.clock.Observe(resp.Header, sent)
	}
	return resp, err
}
