package localcloud

import (
	"avatar-launcher/backend/localcloud/ec2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// recheck is how often a booting instance is looked at again for whether it answers by now.
const recheck = 50 * time.Millisecond

// addressRing holds the listeners: the API's, the edge's, and one at each answering instance's public address, which
// therefore refuses connections until the avatar is up and again when it is not.
type addressRing struct {
	c *Cloud

	mu       sync.Mutex
	endpoint string
	gateway  string
	port     int
	fixed    []*http.Server
	byIP     map[string]*http.Server
	timer    *time.Timer
	closed   bool
	serving  sync.WaitGroup
}

func newAddressRing(c *Cloud) *addressRing {
	return &addressRing{c: c, byIP: map[string]*http.Server{}}
}

// open serves the API and the edge, the latter also at [::1], where a browser may look for names below localhost first.
func (r *addressRing) open(api, edge net.Listener) {
	direct := bindable(r.c.opts.AddressPrefix)
	r.mu.Lock()
	r.endpoint, r.port = "http://"+api.Addr().String(), portOf(edge)
	if !direct {
		r.gateway = edge.Addr().String()
		r.c.log.Info("instances are reached through the edge: this machine has no loopback addresses to give them", "gateway",
			r.gateway)
	}
	r.fixed = append(r.fixed, r.serve(api, r.c), r.serve(edge, r.c.Edge()))
	if six, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(r.port))); err == nil {
		r.fixed = append(r.fixed, r.serve(six, r.c.Edge()))
	}
	r.mu.Unlock()
	r.refresh()
}

// serve runs a server in the ring's own goroutine, which ends with close.
func (r *addressRing) serve(l net.Listener, h http.Handler) *http.Server {
	s := r.c.server(h)
	r.serving.Go(func() { _ = s.Serve(l) }) // ends with ErrServerClosed
	return s
}

// refresh opens and closes the listeners at instances' addresses to fit the instances.
func (r *addressRing) refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.c.ec2.Load()
	if r.closed || r.port == 0 || r.gateway != "" || e == nil {
		return
	}
	wanted, booting := r.wanted(e)
	for ip, s := range r.byIP {
		if !wanted[ip] {
			delete(r.byIP, ip)
			_ = s.Close()
		}
	}
	for ip := range wanted {
		if r.byIP[ip] == nil && !r.bind(ip) {
			booting = true // somebody else has the port: look again
		}
	}
	r.again(booting)
}

// wanted returns the addresses of the instances that answer. It reports whether others have yet to.
func (r *addressRing) wanted(e *ec2.Service) (all map[string]bool, booting bool) {
	all = map[string]bool{}
	for _, in := range e.Instances() {
		if in.PublicIP == "" || in.State != "running" && in.State != "pending" {
			continue
		}
		if r.c.sim.Answering(in.ID) {
			all[in.PublicIP] = true
		} else {
			booting = true
		}
	}
	return all, booting
}

func (r *addressRing) bind(ip string) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(r.port)))
	if err != nil {
		r.c.log.Debug("an instance's address cannot be listened at", "address", ip, "error", err)
		return false
	}
	r.byIP[ip] = r.serve(l, r.c.instancePage(ip))
	return true
}

// again sets the timer while something is booting.
func (r *addressRing) again(booting bool) {
	if r.timer != nil {
		r.timer.Stop()
		r.timer = nil
	}
	if booting {
		r.timer = time.AfterFunc(recheck, r.refresh)
	}
}

// instancePage is the web server of whatever instance holds an address.
func (c *Cloud) instancePage(ip string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		in, ok := c.answering(ip)
		if !ok {
			panic(http.ErrAbortHandler) // it stopped a moment ago
		}
		c.site(in).ServeHTTP(w, req)
	})
}

// close ends all listeners and waits for their goroutines.
func (r *addressRing) close() {
	r.mu.Lock()
	r.closed = true
	r.again(false)
	for _, s := range r.fixed {
		_ = s.Close()
	}
	for _, s := range r.byIP {
		_ = s.Close()
	}
	r.mu.Unlock()
	r.serving.Wait()
}
