package localcloud

import (
	"net/http"
	"testing"
)

// TestHTTP2WithoutTLS: a client that begins with HTTP/2 is answered in it.
func TestHTTP2WithoutTLS(t *testing.T) {
	c, err := Open(Options{Seed: 1, WithoutUsers: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Listen("", ""); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Protocols: &http.Protocols{}}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	r, err := http.NewRequest("POST", c.Endpoint()+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if got := answer.Header.Get("X-Amzn-Errortype"); answer.ProtoMajor != 2 ||
		got != "MissingAuthenticationTokenException" {
		t.Errorf("%s, %d %s", answer.Proto, answer.StatusCode, got)
	}
}
