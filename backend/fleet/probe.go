package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/go-retryablehttp"
)

// How often the avatar is asked whether it answers: it is the user's own instance and the user waits, so often at
// first. A question that hangs, since the instance drops packets while it boots, is given up soon.
const (
	eagerProbe  = 100 * time.Millisecond
	eagerProbes = 600
	steadyProbe = time.Second
	probeTime   = 3 * time.Second
	dialTime    = time.Second
)

// probe asks the avatar at address, under its own name, until it answers 200 or ctx is done. It dials the address
// (or the profile's gateway) itself, so this does not depend on DNS; Host and TLS server name are the user's domain.
func (s *Service) probe(ctx context.Context, address, domain string) error {
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.Backoff = func(_, _ time.Duration, attempt int, _ *http.Response) time.Duration {
		if attempt < eagerProbes {
			return eagerProbe
		}
		return steadyProbe
	}
	c.RetryMax = int(s.current().ReadyTimeout/eagerProbe) + 1 // ctx ends it, not the count
	c.CheckRetry = func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return err != nil || resp.StatusCode != http.StatusOK, nil
	}
	c.HTTPClient = &http.Client{Transport: s.probeTransport(domain), Timeout: probeTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.HTTPClient.CloseIdleConnections()
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, s.probeURL(address), nil)
	if err != nil {
		return fmt.Errorf("the avatar's address: %w", err)
	}
	req.Host = s.hostOf(domain)
	resp, err := c.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("the avatar answers " + resp.Status)
	}
	return nil
}

func (s *Service) probeURL(address string) string { return s.addressURL(address, s.Avatar.HealthPath) }

// addressURL is a path's URL at an instance's own address, or at the profile's gateway.
func (s *Service) addressURL(address, path string) string {
	host := s.Avatar.Gateway
	if host == "" {
		port := s.Avatar.Port
		if port == 0 {
			port = map[string]int{"http": 80}[s.Avatar.Scheme]
		}
		if port == 0 {
			port = 443
		}
		host = net.JoinHostPort(address, strconv.Itoa(port))
	}
	return s.Avatar.Scheme + "://" + host + path
}

func (s *Service) probeTransport(serverName string) http.RoundTripper {
	if s.Avatar.Transport != nil {
		return s.Avatar.Transport(serverName)
	}
	t := cleanhttp.DefaultTransport()
	t.Proxy = nil
	t.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
	t.TLSClientConfig = &tls.Config{ServerName: serverName, MinVersion: tls.VersionTLS12}
	return t
}

// probeOnce asks a warming instance, which has no name of its own yet, a single time.
func (s *Service) probeOnce(ctx context.Context, address string) error {
	name := "warm." + strings.TrimSuffix(s.Names.ZoneName, ".")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.probeURL(address), nil)
	if err != nil {
		return err
	}
	req.Host = name
	c := &http.Client{Transport: s.probeTransport(name)}
	defer c.CloseIdleConnections()
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New("the avatar answers " + resp.Status)
	}
	return nil
}
