package localcloud

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Transport reaches the cloud without a socket: requests for http://localcloud, for Endpoint's host and for any
// amazonaws.com host go to the API, those for an instance's address to that instance (connection refused where none
// answers there), all others to the edge. It works inside testing/synctest, and a request leaves no
// goroutine behind once its body is read or closed.
func (c *Cloud) Transport() http.RoundTripper { return transport{c} }

type transport struct{ c *Cloud }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	handler, err := t.route(req.URL)
	if err == nil {
		err = req.Context().Err()
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	ctx, cancel := context.WithCancel(inProcess(req.Context()))
	a := newPipedAnswer()
	if streams(req) {
		go a.run(handler, serverRequest(ctx, req))
	} else {
		a.run(handler, serverRequest(ctx, req)) // on the caller's grown stack, which is a good part of a call's cost
	}
	select {
	case <-a.ready:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		cancel()
		return nil, err
	}
	return a.response(ctx, cancel, req)
}

// streams tells the requests whose answer may go on after its beginning: all but the API's, and one of those.
func streams(req *http.Request) bool {
	target := req.Header.Get("X-Amz-Target")
	return req.Header.Get("Authorization") == "" || strings.HasSuffix(target, ".SubscribeToShard")
}

func (t transport) route(u *url.URL) (http.Handler, error) {
	t.c.mu.Lock()
	closed := t.c.closed
	t.c.mu.Unlock()
	host := strings.ToLower(u.Hostname())
	if closed {
		return nil, refused(u)
	}
	if host == "localcloud" || host == "amazonaws.com" || strings.HasSuffix(host, ".amazonaws.com") || "http://"+
		u.Host == t.c.Endpoint() {
		return t.c, nil
	}
	if a, err := netip.ParseAddr(host); err == nil && (t.c.opts.AddressPrefix.Contains(a) || a.IsPrivate()) {
		if _, ok := t.c.answering(host); !ok {
			return nil, refused(u)
		}
		return t.c.instancePage(host), nil
	}
	return t.c.Edge(), nil
}

// refused is the error that net gives where nobody listens.
func refused(u *url.URL) error {
	addr := net.TCPAddr{IP: net.ParseIP(u.Hostname())}
	return &net.OpError{Op: "dial", Net: "tcp", Addr: &addr, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// serverRequest is a client's request as a server would see it.
func serverRequest(ctx context.Context, req *http.Request) *http.Request {
	r := req.Clone(ctx)
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "127.0.0.1:0"
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	r.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	return r
}

// pipedAnswer collects an answer, and hands it on as it comes from the first Flush.
type pipedAnswer struct {
	mu     sync.Mutex
	header http.Header
	sent   http.Header // the header as it was at WriteHeader
	status int
	buffer bytes.Buffer
	pipe   *io.PipeWriter // after the first Flush
	reader *io.PipeReader
	err    error
	ready  chan struct{} // closed at the first Flush or at the end
}

func newPipedAnswer() *pipedAnswer {
	return &pipedAnswer{header: http.Header{}, ready: make(chan struct{})}
}

// run serves the request. It is the only goroutine that writes the answer.
func (a *pipedAnswer) run(h http.Handler, r *http.Request) {
	defer func() {
		p := recover()
		_ = r.Body.Close()
		a.finish(p)
	}()
	h.ServeHTTP(a, r)
}

// finish ends the answer; a panic is a connection that breaks, as it is with net/http's server.
func (a *pipedAnswer) finish(p any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p != nil {
		a.err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	if a.pipe != nil {
		_ = a.pipe.CloseWithError(a.err) // nil is io.EOF
		return
	}
	a.begin(http.StatusOK)
	close(a.ready)
}

// Header implements http.ResponseWriter.
func (a *pipedAnswer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *pipedAnswer) WriteHeader(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begin(status)
}

func (a *pipedAnswer) begin(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
	}
}

// Write implements http.ResponseWriter.
func (a *pipedAnswer) Write(b []byte) (int, error) {
	a.mu.Lock()
	a.begin(http.StatusOK)
	if a.pipe == nil {
		defer a.mu.Unlock()
		return a.buffer.Write(b)
	}
	a.mu.Unlock()
	return a.pipe.Write(b)
}

// Flush implements http.Flusher: from now on the client reads what is written.
func (a *pipedAnswer) Flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begin(http.StatusOK)
	if a.pipe == nil {
		a.reader, a.pipe = io.Pipe()
		close(a.ready)
	}
}

// response is what RoundTrip returns, after ready.
func (a *pipedAnswer) response(ctx context.Context, cancel context.CancelFunc,
	req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil && a.pipe == nil {
		cancel()
		return nil, a.err
	}
	res := &http.Response{
		Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Request: req, ContentLength: int64(a.buffer.Len()),
	}
	if a.pipe == nil {
		cancel()
		res.Body = io.NopCloser(bytes.NewReader(a.buffer.Bytes()))
		if req.Method == http.MethodHead {
			res.Body = http.NoBody
		}
		return res, nil
	}
	res.ContentLength = -1
	stop := context.AfterFunc(ctx, func() { _ = a.pipe.CloseWithError(ctx.Err()) })
	res.Body = &streamed{Reader: io.MultiReader(bytes.NewReader(a.buffer.Bytes()), a.reader), close: func() error {
		stop()
		cancel()
		return a.reader.CloseWithError(errors.New("localcloud: the client closed the stream"))
	}}
	return res, nil
}

// streamed is a body that ends its request when it is closed.
type streamed struct {
	io.Reader
	close func() error
}

// Close implements io.Closer.
func (s *streamed) Close() error { return s.close() }
