package gate

import (
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	wrongBurst = 20              // wrong tickets of one address that are answered with a page
	wrongEvery = 3 * time.Second // one more after this
	maxSources = 4096            // addresses remembered at once
)

// limiter counts wrong tickets per address. It never stands in the way of a right ticket: it decides only how a wrong
// one is answered.
type limiter struct {
	mu   sync.Mutex
	full map[netip.Prefix]time.Time // when the address's allowance is whole again
}

// allow counts a wrong ticket, and reports whether the address has some of its allowance left.
func (l *limiter) allow(source netip.Prefix, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full == nil {
		l.full = map[netip.Prefix]time.Time{}
	}
	if _, known := l.full[source]; !known && len(l.full) >= maxSources {
		maps.DeleteFunc(l.full, func(_ netip.Prefix, at time.Time) bool { return !at.After(now) })
		if len(l.full) >= maxSources {
			return false
		}
	}
	at := l.full[source]
	if at.Before(now) {
		at = now
	}
	if at = at.Add(wrongEvery); at.Sub(now) > wrongBurst*wrongEvery {
		return false
	}
	l.full[source] = at
	return true
}

// source is the address that a request counts under: an IPv4 address, or the /64 of an IPv6 one.
func source(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if a = a.Unmap().WithZone(""); a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the lengths fit
	return p
}

// spent counts the uses of tickets, until they have expired.
type spent struct {
	mu   sync.Mutex
	used map[string]use
	out  io.Writer // where uses are noted for the next gate; nil for nowhere
}

type use struct {
	times int
	until time.Time
}

// take counts a use of a ticket, and reports whether there was one left. A ticket must not be accepted after until. A
// use that can't be noted counts all the same: a disk that is full must not keep the owner out.
func (s *spent) take(id string, uses int, until, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	if s.used[id].times >= uses {
		return false
	}
	s.add(id, until)
	if s.out != nil {
		_ = useLine(s.out, id, until)
	}
	return true
}

// add counts a use. The caller must hold the mutex.
func (s *spent) add(id string, until time.Time) {
	if s.used == nil {
		s.used = map[string]use{}
	}
	s.used[id] = use{s.used[id].times + 1, until}
}

// forget drops what has expired. The caller must hold the mutex.
func (s *spent) forget(now time.Time) {
	maps.DeleteFunc(s.used, func(_ string, u use) bool { return u.until.Before(now) })
}
