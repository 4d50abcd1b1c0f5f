package localcloud

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

type inProcessKey struct{}

// inProcess marks a request that came through Transport, where there is no web page to be afraid of.
func inProcess(ctx context.Context) context.Context {
	return context.WithValue(ctx, inProcessKey{}, true)
}

// refuse says why a request must not be looked at, "" where it may. A web page that a user has open must not drive
// the cloud: neither under a name of its own that it has pointed at 127.0.0.1 (DNS rebinding: the Host tells), nor by
// a form or a fetch across sites (the Origin or Sec-Fetch-Site tells).
func (c *Cloud) refuse(r *http.Request) string {
	if r.Context().Value(inProcessKey{}) != nil {
		return ""
	}
	if !localHost(r.Host) {
		return "The embedded cloud answers to names and addresses of this machine only."
	}
	if r.Method == http.MethodPost && (r.URL.Path == "/saml2/idpresponse" || r.URL.Path == "/saml2/logout") {
		return "" // a form of the identity provider's page, which is good by its signature and its RelayState
	}
	page := isPage(r)
	site := r.Header.Get("Sec-Fetch-Site")
	if origin := r.Header.Get("Origin"); origin != "" {
		same := origin == "http://"+r.Host || origin == "null" && site == "same-origin"
		if !page || !same {
			return "The embedded cloud does not answer requests of web pages."
		}
	}
	navigation := page && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate"
	switch site {
	case "", "none", "same-origin":
		return ""
	}
	if !navigation {
		return "The embedded cloud does not answer requests of web pages."
	}
	return ""
}

// isPage tells the requests for Cognito's pages and documents from those of the API.
func isPage(r *http.Request) bool {
	p := r.URL.Path
	return p == "/login" || p == "/logout" || p == "/passkeys/add" || strings.HasPrefix(p, "/oauth2/") ||
		strings.HasPrefix(p, "/saml2/") || strings.Contains(p, "/.well-known/")
}

// hostname is a Host header's name or address in lower case, without port, brackets and trailing dot.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// localHost tells whether a Host header names this machine: a loopback address, localhost, or a name below it
// (RFC 6761 keeps those loopback).
func localHost(host string) bool {
	h := hostname(host)
	if h == "localhost" || strings.HasSuffix(h, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(h)
	return err == nil && a.Unmap().IsLoopback()
}
