package awsx

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// slowWriter is a connection whose Write returns only when the SDK has closed the request's body, which it does when
// the answer has begun. A busy computer does the same now and then.
type slowWriter struct {
	net.Conn
	answered chan struct{}
}

func (c slowWriter) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if bytes.HasSuffix(p, []byte("end")) {
		<-c.answered
	}
	return n, err
}

// TestAnAnswerIsReadWhileTheRequestEnds sends a request whose answer begins before net/http has looked for the end of
// the request's body.
func TestAnAnswerIsReadWhileTheRequestEnds(t *testing.T) {
	const size = 64 << 10
	rest := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, "one ")
		w.(http.Flusher).Flush()
		<-rest
		_, _ = fmt.Fprint(w, "two")
	}))
	defer server.Close()
	answered := make(chan struct{})
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return slowWriter{c, answered}, err
	}}
	defer transport.CloseIdleConnections()

	request := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	request.Method = http.MethodPost
	request.URL, _ = url.Parse(server.URL)
	request.ContentLength = size
	body := append(bytes.Repeat([]byte("x"), size-3), "end"...)
	request, err := request.SetStream(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	handler := smithyhttp.NewClientHandlerWithOptions(ReadRequests(&http.Client{Transport: transport}))
	out, _, err := handler.Handle(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	answer := out.(*smithyhttp.Response)
	first := make([]byte, 4)
	if _, err := io.ReadFull(answer.Body, first); err != nil {
		t.Fatal(err)
	}
	close(answered) // net/http looks for the end of the body that the SDK has closed
	more := make(chan error)
	var text []byte
	go func() {
		var err error
		text, err = io.ReadAll(answer.Body)
		more <- err
	}()
	close(rest)
	if err := <-more; err != nil || string(text) != "two" {
		t.Errorf("the rest of the answer: %q, %v", text, err)
	}
}
