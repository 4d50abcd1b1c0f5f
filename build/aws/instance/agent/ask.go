package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	askTime = 5 * time.Second // for one question
	askMany = 8               // questions at once; strangers can ask by opening connections with made-up names
)

// lookup returns a name's addresses, as net.Resolver.LookupNetIP does.
type lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// asked answers Caddy whether a name may have a certificate: 200 if it is a label below the zone and resolves to this
// instance. Anything else would be refused by the certificate authority, which counts refusals: a name that does not
// resolve yet, and names that strangers make up.
// https://letsencrypt.org/docs/rate-limits/#authorization-failures-per-hostname-per-account
// https://caddyserver.com/docs/caddyfile/options#on-demand-tls
func asked(zone string, in *instance, resolve lookup, log *slog.Logger) http.Handler {
	slots := make(chan struct{}, askMany)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.ToLower(r.URL.Query().Get("domain"))
		label, below := strings.CutSuffix(name, "."+zone)
		if !below || label == "" || strings.Contains(label, ".") {
			http.Error(w, "not a name of this zone", http.StatusNotFound)
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			http.Error(w, "too many questions", http.StatusTooManyRequests)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), askTime)
		defer cancel()
		if err := resolvesHere(ctx, name, in, resolve); err != nil {
			log.Info("no certificate", "name", name, "why", err)
			http.Error(w, err.Error(), http.StatusNotFound)
		}
	})
}

// refused is why a name gets no certificate.
type refused string

func (r refused) Error() string { return string(r) }

// resolvesHere returns nil if a name's only address is the instance's. The trailing dot keeps search domains out.
func resolvesHere(ctx context.Context, name string, in *instance, resolve lookup) error {
	text, err := in.value(ctx, "public-ipv4")
	if err != nil {
		return err
	}
	own, err := netip.ParseAddr(text)
	if err != nil {
		return err
	}
	found, err := resolve(ctx, "ip", name+".")
	if err != nil {
		return err
	}
	elsewhere := func(a netip.Addr) bool { return a.Unmap() != own }
	if len(found) == 0 || slices.ContainsFunc(found, elsewhere) {
		return refused("the name does not resolve to this instance alone")
	}
	return nil
}
