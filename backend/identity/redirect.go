package identity

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"avatar-launcher/backend/messages"
)

// lingering is how long the browser gets to fetch the last page.
const lingering = 10 * time.Second

var (
	redirectTemplate = template.Must(template.New("").Parse(redirectPage))
	oauthCode        = regexp.MustCompile(`^[a-z_]{1,60}$`)
)

var errPorts = errors.New("none of the redirect addresses is free")

// redirect is the loopback server that waits for the browser to come back (RFC 8252, 7.3). It accepts one answer, the
// first that carries the flow's state. Every other request is refused and changes nothing.
type redirect struct {
	uri    string
	host   string // of uri, with its port
	path   string
	server *http.Server
	ports  []net.Listener

	translate func(messages.Message) string // nil for English
	language  func() string                 // nil for English

	leaving     bool // the browser comes back from a sign-out, with nothing
	state       string
	arrived     chan arrival
	once        sync.Once // for arrived
	resultReady chan struct{}
	succeeded   bool // valid once resultReady is closed
	resultOnce  sync.Once
	pageServed  chan struct{} // closed when the last page was fetched
	pageOnce    sync.Once
	ended       chan struct{} // closed when the address is free again
}

// arrival is what the browser brought: a code, or an error.
type arrival struct {
	code string
	err  error
}

// newRedirect returns the server of one redirect URI, not yet listening.
func newRedirect(uri string) (*redirect, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.Port() == "" || u.Path == "" {
		return nil, errPorts
	}
	r := &redirect{uri: uri, host: u.Host, path: u.Path, arrived: make(chan arrival, 1), resultReady: make(chan struct{}),
		pageServed: make(chan struct{}), ended: make(chan struct{})}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute,
		MaxHeaderBytes: 32 << 10}
	return r, nil
}

// receive listens at the first free address, after the previous flow has closed its own.
func (s *Service) receive(ctx context.Context, uris []string) (*redirect, error) {
	if s.back != nil {
		select {
		case <-s.back.ended:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	for _, uri := range uris {
		r, err := newRedirect(uri)
		if err != nil {
			return nil, err
		}
		listeners, err := s.listenAt(r.host)
		if err != nil {
			s.opt.Log.Debug("a redirect address is not free", "address", r.host, "cause", err)
			continue
		}
		r.ports, r.translate, r.language = listeners, s.opt.Translate, s.opt.Language
		s.back = r
		return r, nil
	}
	return nil, errPorts
}

// listenAt listens on loopback only. A browser may take localhost for either family, so that both are wanted: a port
// that somebody else has on one of them is not ours. A machine without IPv6 has the one.
func (s *Service) listenAt(host string) ([]net.Listener, error) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return nil, err
	}
	addresses := []string{name}
	if name == "localhost" {
		addresses = []string{"127.0.0.1", "::1"}
	}
	var all []net.Listener
	for _, a := range addresses {
		l, err := s.listen("tcp", net.JoinHostPort(a, port))
		if err != nil && len(all) > 0 && !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		if err != nil {
			for _, l := range all {
				_ = l.Close()
			}
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// expect sets the state that the browser must bring and starts serving. Call it before the browser is opened.
func (r *redirect) expect(state string) {
	r.state = state
	for _, l := range r.ports {
		go func() { _ = r.server.Serve(l) }()
	}
}

// wait returns the authorization code that the browser brings.
func (r *redirect) wait(ctx context.Context) (string, error) {
	select {
	case a := <-r.arrived:
		if a.err != nil {
			r.finish(a.err)
		}
		return a.code, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// finish sets how the sign-in came out, for the page that the browser shows.
func (r *redirect) finish(err error) {
	r.resultOnce.Do(func() {
		r.succeeded = err == nil
		close(r.resultReady)
	})
}

// close stops listening: at once if the browser never came, else when it has fetched its page.
func (r *redirect) close() {
	came := true
	r.once.Do(func() { came = false }) // no answer is accepted from now on
	if !came {
		r.end()
		return
	}
	r.finish(context.Canceled)
	go func() {
		defer r.end()
		timer := time.NewTimer(lingering)
		defer timer.Stop()
		select {
		case <-r.pageServed:
		case <-timer.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), lingering)
		defer cancel()
		_ = r.server.Shutdown(ctx)
	}()
}

// end frees the address. It closes the listeners itself, because the server knows them only once it serves them.
func (r *redirect) end() {
	_ = r.server.Close()
	for _, l := range r.ports {
		_ = l.Close()
	}
	close(r.ended)
}

// Wait waits until the browser of the last sign-in has fetched its last page, or ctx ends. A program that ends earlier
// leaves the browser at an address that nobody answers.
func (s *Service) Wait(ctx context.Context) {
	if !s.browsing.TryLock() {
		return // no sign-in has ended
	}
	back := s.back
	s.browsing.Unlock()
	if back == nil {
		return
	}
	select {
	case <-back.ended:
	case <-ctx.Done():
	}
}

// ServeHTTP accepts the browser's answer at the redirect's path and redirects it to an address without the code.
func (r *redirect) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	switch {
	case !strings.EqualFold(q.Host, r.host): // a name that somebody pointed here
		r.write(w, http.StatusMisdirectedRequest, "astray")
	case q.URL.Path != r.path && q.URL.Path != r.path+"/done":
		r.write(w, http.StatusNotFound, "astray")
	case q.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		r.write(w, http.StatusMethodNotAllowed, "astray")
	case q.URL.Path == r.path:
		r.accept(w, q)
	default:
		r.servePage(w)
	}
}

// accept takes the first valid answer.
func (r *redirect) accept(w http.ResponseWriter, q *http.Request) {
	a, ok := read(q.URL.RawQuery, r.state)
	if !ok && !r.leaving {
		r.write(w, http.StatusBadRequest, "astray")
		return
	}
	first := false
	r.once.Do(func() { first = true })
	if !first {
		r.write(w, http.StatusConflict, "late")
		return
	}
	r.arrived <- a
	select {
	case <-r.resultReady:
	case <-q.Context().Done():
		return
	}
	w.Header().Set("Location", r.path+"/done")
	w.WriteHeader(http.StatusSeeOther)
}

// read parses an authorization response (RFC 6749, 4.1.2). It reports false if a parameter occurs twice or the state is
// not the flow's.
func read(query, state string) (arrival, bool) {
	v, err := url.ParseQuery(query)
	if err != nil || len(v["state"]) != 1 || len(v["code"]) > 1 || len(v["error"]) > 1 || state == "" ||
		subtle.ConstantTimeCompare([]byte(v.Get("state")), []byte(state)) != 1 {
		return arrival{}, false
	}
	code, refused := v.Get("code"), v.Get("error")
	switch {
	case code != "" && refused == "" && len(code) <= 4096:
		return arrival{code: code}, true
	case code == "" && oauthCode.MatchString(refused):
		return arrival{err: oauthError(refused)}, true
	}
	return arrival{}, false
}
