package updates

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"aead.dev/minisign"
)

const (
	every    = 24 * time.Hour   // between two checks
	pause    = 3 * time.Hour    // after one that failed
	look     = 15 * time.Minute // between looks at the clock: timers stand still while a computer sleeps
	patience = 30 * time.Second // for one check
)

// Options say what is asked, and for which program.
type Options struct {
	URL      string // of the document
	Key      string // the root's public key, as minisign writes it
	Running  string // version of the program
	Platform string // such as linux/amd64
	File     string // where what was accepted last is kept
	HTTP     http.RoundTripper
	Now      func() time.Time // default time.Now
	Log      *slog.Logger
}

// Status is what is known of updates.
type Status struct {
	Running string
	Release Release   // the newest that was accepted; zero if there is none
	Newer   bool      // Release is newer than the running program, is for its platform, and has not expired
	Checked time.Time // when a check last succeeded; zero if none has
	Trouble error     // why the last check failed; a *backend.Problem
}

// Checker asks whether there is a newer release.
type Checker struct {
	o    Options
	root minisign.PublicKey

	failed time.Time // when a check last failed, zero after one that succeeded
}

// New returns a checker. It returns a problem if the key cannot be read.
func New(o Options) (*Checker, error) {
	c := &Checker{o: o}
	if c.o.Now == nil {
		c.o.Now = time.Now
	}
	if err := c.root.UnmarshalText([]byte(o.Key)); err != nil {
		return nil, keyProblem(err)
	}
	return c, nil
}

// Known returns what an earlier check found.
func (c *Checker) Known() Status {
	s := Status{Running: c.o.Running}
	k, a, ok := c.recall()
	if !ok {
		return s
	}
	s.Checked, s.Release = k.Checked, a.release
	s.Newer = a.current(c.o.Now()) == nil && len(a.release.For(c.o.Platform)) > 0 &&
		isNewer(a.release.Version, c.o.Running)
	return s
}

// Check asks now. The status has what is known even if that fails.
func (c *Checker) Check(ctx context.Context) Status {
	data, err := c.fetch(ctx)
	if err == nil {
		err = c.accept(data)
	}
	s := c.Known()
	if err != nil {
		s.Trouble = problem(err, c.o.URL)
		c.o.Log.Warn("no update could be looked for", "cause", err)
	}
	return s
}

// accept checks a document and keeps it.
func (c *Checker) accept(data []byte) error {
	a, err := open(data, c.root)
	if err != nil {
		return err
	}
	if _, before, ok := c.recall(); ok {
		if err := a.follows(before); err != nil {
			return err
		}
	}
	if err := a.current(c.o.Now()); err != nil {
		return err
	}
	return c.keep(kept{Checked: c.o.Now(), Document: data})
}

// Watch checks once a day until ctx is done, and calls tell with what is known: at once, and after each check.
func (c *Checker) Watch(ctx context.Context, tell func(Status)) {
	tell(c.Known())
	for ctx.Err() == nil {
		wait := c.due()
		if wait <= 0 {
			s := c.Check(ctx)
			if ctx.Err() != nil {
				return
			}
			c.failed = time.Time{}
			if s.Trouble != nil {
				c.failed = c.o.Now()
			}
			tell(s)
			wait = look
		}
		timer := time.NewTimer(min(wait, look))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// due returns how long the next check is away. A time in the future counts as none: the clock was set back.
func (c *Checker) due() time.Duration {
	now := c.o.Now().Round(0) // by the wall clock, which goes on while the computer sleeps
	left := func(since time.Time, length time.Duration) time.Duration {
		if since.After(now) {
			return 0
		}
		return length - now.Sub(since)
	}
	k, _, _ := c.recall()
	return max(left(k.Checked, every), left(c.failed, pause))
}

// fetch reads the document.
func (c *Checker) fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing complete came within %s", patience))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.o.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", Product)
	client := http.Client{Transport: c.o.HTTP, CheckRedirect: redirection}
	response, err := client.Do(request)
	if err != nil {
		return nil, unreachable{because(ctx, err)}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, unreachable{fmt.Errorf("it answered %s", response.Status)}
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, unreachable{because(ctx, err)}
	case len(data) > MaxBytes:
		return nil, fmt.Errorf("%w: it has more than %d bytes", errForm, MaxBytes)
	}
	return data, nil
}

// because returns why a request was broken off, or the error itself if it wasn't.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// unreachable is that no document came.
type unreachable struct{ error }

func (u unreachable) Unwrap() error { return u.error }

// redirection follows a few redirections, none of which may leave https.
func redirection(next *http.Request, before []*http.Request) error {
	switch {
	case len(before) > 3:
		return errors.New("it redirects too often")
	case !Secure(next.URL):
		return errors.New("it redirects to an address without https")
	}
	return nil
}

// Secure reports whether an address may be asked: https, or http on this computer.
func Secure(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && local)
}
