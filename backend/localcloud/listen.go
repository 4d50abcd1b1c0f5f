package localcloud

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// inProcessEndpoint is the API's address where nothing listens.
const inProcessEndpoint = "http://localcloud"

// Listen opens the API and the edge to other programs on this machine, at loopback addresses with a port ("" means
// 127.0.0.1 and a free port), and gives each answering instance a listener at its own public address and the edge's
// port. It is called once; Close ends it.
func (c *Cloud) Listen(api, edge string) error {
	apiListener, err := listenLoopback(cmp.Or(api, "127.0.0.1:0"))
	if err != nil {
		return fmt.Errorf("the embedded cloud's API: %w", err)
	}
	edgeListener, err := listenLoopback(cmp.Or(edge, "127.0.0.1:0"))
	if err != nil {
		return errors.Join(fmt.Errorf("the embedded cloud's edge: %w", err), apiListener.Close())
	}
	c.ring.open(apiListener, edgeListener)
	return nil
}

func listenLoopback(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address with a port: %w", address, err)
	}
	if !localHost(host) {
		return nil, fmt.Errorf("%s is not a loopback address, and the embedded cloud is for this machine only", host)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", address, err)
	}
	return l, nil
}

// Endpoint is the URL of the API: its listener's, or http://localcloud for Transport where there is none.
func (c *Cloud) Endpoint() string {
	c.ring.mu.Lock()
	defer c.ring.mu.Unlock()
	return cmp.Or(c.ring.endpoint, inProcessEndpoint)
}

// EdgePort is the port at which instances and the edge answer, 0 before Listen.
func (c *Cloud) EdgePort() int {
	c.ring.mu.Lock()
	defer c.ring.mu.Unlock()
	return c.ring.port
}

// Gateway is the host:port to dial in place of an instance's address, "" where the addresses can be dialled
// themselves. It is set where the operating system gives no loopback addresses beside 127.0.0.1.
func (c *Cloud) Gateway() string {
	c.ring.mu.Lock()
	defer c.ring.mu.Unlock()
	return c.ring.gateway
}

// server is an http.Server as all of the cloud's are. It speaks HTTP/2 without TLS too, which AWS's SDKs for JavaScript
// and Java begin with for Kinesis.
func (c *Cloud) server(h http.Handler) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           h,
		Protocols:         &protocols,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
}

// bindable tells whether addresses of the prefix can be listened at on this machine.
func bindable(prefix netip.Prefix) bool {
	a := prefix.Masked().Addr()
	if !a.IsLoopback() {
		return false
	}
	l, err := net.Listen("tcp", net.JoinHostPort(a.Next().Next().String(), "0"))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func portOf(l net.Listener) int {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port) // a listener's own address has a port
	return n
}
