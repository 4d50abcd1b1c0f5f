// Command agent is the gate on an instance: it stands between Caddy and the avatar, and lets nobody through without a
// ticket of the session's owner. It reads whose the instance is from the tags in the instance metadata service.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"avatar-launcher/backend/gate"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "loopback `address` to listen at, for Caddy")
	avatar := flag.String("avatar", "http://127.0.0.1:8080", "`URL` of the avatar's web server")
	metadata := flag.String("metadata", "http://169.254.169.254", "`URL` of the instance metadata service")
	turn := flag.String("turn", "", "`file` to write coturn's configuration to; without it there is no TURN relay")
	state := flag.String("state", "", "`file` in which used tickets are kept for when the gate starts again")
	ask := flag.String("ask", "", "loopback `address` at which Caddy asks whether a name may have a certificate")
	zone := flag.String("zone", "", "domain `name` below which the names are")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, options{*listen, *avatar, *metadata, *turn, *ask, *zone, *state}); err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct{ listen, avatar, metadata, turn, ask, zone, state string }

// run serves until ctx is done.
func run(ctx context.Context, o options) error {
	if a, err := netip.ParseAddrPort(o.listen); err != nil || !a.Addr().IsLoopback() {
		return fmt.Errorf("%q is not an address of this machine alone: anybody could then say that they came by https",
			o.listen)
	}
	to, err := url.Parse(o.avatar)
	if err != nil || to.Host == "" {
		return fmt.Errorf("%q is no URL of a web server", o.avatar)
	}
	in := &instance{base: o.metadata}
	relay, err := newRelay(ctx, in, o.turn)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	var state *gate.State
	if o.state != "" {
		if state, err = gate.OpenState(o.state, time.Now()); err != nil {
			return err
		}
	}
	all := map[string]http.Handler{o.listen: handler(to, in, relay, state, log)}
	if o.ask != "" && o.zone != "" {
		all[o.ask] = asked(o.zone, in, net.DefaultResolver.LookupNetIP, log)
	}
	return serve(ctx, all)
}

// serve answers at each address until ctx is done, or until one of them fails.
func serve(ctx context.Context, all map[string]http.Handler) error {
	ended := make(chan error, len(all))
	var servers []*http.Server
	for address, h := range all {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return errors.Join(err, closeAll(servers, ended))
		}
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
		servers = append(servers, server)
		go func() { ended <- server.Serve(listener) }()
	}
	select {
	case err := <-ended:
		ended <- nil
		return errors.Join(err, closeAll(servers, ended))
	case <-ctx.Done():
		return closeAll(servers, ended)
	}
}

// closeAll ends servers, and waits for them. Open sockets would hold up a graceful end for as long as somebody watches.
func closeAll(servers []*http.Server, ended <-chan error) error {
	var all []error
	for _, server := range servers {
		all = append(all, server.Close())
	}
	for range servers {
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// handler is the gate in front of the avatar, behind Caddy on the same machine.
func handler(avatar *url.URL, in *instance, relay *gate.Relay, state *gate.State, log *slog.Logger) http.Handler {
	guarded := gate.Handler(proxy(avatar, log), gate.Options{
		Session: in.session,
		Relay:   relay,
		State:   state,
		HTTPS:   func(r *http.Request) bool { return r.Header.Get("X-Forwarded-Proto") == "https" },
		Refused: func(r *http.Request, why string) { log.Warn("refused", "from", r.RemoteAddr, "why", why) },
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(all[len(all)-1]); last != "" {
			r.RemoteAddr = last // as Caddy saw it
		}
		guarded.ServeHTTP(w, r)
	})
}

// proxy hands requests on to the avatar as they came, WebSockets included.
func proxy(avatar *url.URL, log *slog.Logger) http.Handler {
	return &httputil.ReverseProxy{
		FlushInterval:  -1,
		ModifyResponse: gate.AddRelay,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(avatar)
			r.Out.Host = r.In.Host
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				r.Out.Header[name] = r.In.Header[name]
			}
		},
	}
}
