package doctor

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
)

// relay answers STUN's binding requests by UDP and by TCP at one port, and what is asked of it by neither
// if it is told so.
type relay struct {
	port     int
	udp      net.PacketConn
	tcp      net.Listener
	nonsense bool
}

func newRelay(t *testing.T, nonsense bool) *relay {
	t.Helper()
	for range 20 { // until a port is free for both
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		udp, err := net.ListenPacket("udp", tcp.Addr().String())
		if err != nil {
			tcp.Close()
			continue
		}
		r := &relay{port: tcp.Addr().(*net.TCPAddr).Port, udp: udp, tcp: tcp, nonsense: nonsense}
		t.Cleanup(func() { udp.Close(); tcp.Close() })
		go r.datagrams()
		go r.streams()
		return r
	}
	t.Fatal("no port is free for UDP and TCP")
	return nil
}

// answer makes a request its answer.
func (r *relay) answer(message []byte) []byte {
	binary.BigEndian.PutUint16(message, 0x0101)
	if r.nonsense {
		message[8]++
	}
	return message
}

func (r *relay) datagrams() {
	b := make([]byte, 20)
	for {
		n, from, err := r.udp.ReadFrom(b)
		if err != nil {
			return
		}
		if _, err := r.udp.WriteTo(r.answer(b[:n]), from); err != nil {
			return
		}
	}
}

func (r *relay) streams() {
	for {
		c, err := r.tcp.Accept()
		if err != nil {
			return
		}
		b := make([]byte, 20)
		if _, err := io.ReadFull(c, b); err == nil {
			_, _ = c.Write(r.answer(b))
		}
		c.Close()
	}
}

// site is an instance's gate, behind something that may change requests on the way.
func site(t *testing.T, r *gate.Relay, between func(http.Handler) http.Handler) *url.URL {
	t.Helper()
	h := gate.Handler(http.NotFoundHandler(), gate.Options{Session: func() (gate.Session, error) {
		return gate.Session{}, nil
	}, Relay: r})
	if between != nil {
		h = between(h)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(strings.Replace(server.URL, "127.0.0.1", "ann.avatar.localhost", 1))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// told is what a check says, by its name.
func told(all []backend.Check) map[string]backend.Check {
	out := map[string]backend.Check{}
	for _, c := range all {
		out[c.Name.String()] = c
	}
	return out
}

func TestTheNetworkIsTestedPartByPart(t *testing.T) {
	noSockets := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Upgrade") // as a proxy that knows no WebSockets
			h.ServeHTTP(w, r)
		})
	}
	plain := func(http.Handler) http.Handler { return http.NotFoundHandler() }
	for _, tt := range []struct {
		name    string
		relay   bool
		between func(http.Handler) http.Handler
		without func(*relay)
		want    map[string]bool // whether each check is fine
		says    string          // of the picture
	}{
		{"all is well", true, nil, func(*relay) {}, map[string]bool{"Avatar page": true, "WebSocket": true, "Picture": true},
			"the direct way"},
		{"no UDP", true, nil, func(r *relay) {
			r.udp.Close()
		}, map[string]bool{"Avatar page": true, "WebSocket": true, "Picture": true}, "allow UDP"},
		{"nothing but https", true, nil, func(r *relay) { r.udp.Close(); r.tcp.Close() },
			map[string]bool{"Avatar page": true, "WebSocket": true, "Picture": false}, "Neither UDP nor TCP"},
		{"a proxy without WebSockets", true, noSockets, func(*relay) {},
			map[string]bool{"Avatar page": true, "WebSocket": false, "Picture": true}, "the direct way"},
		{"no relay", false, nil, func(*relay) {}, map[string]bool{"Avatar page": true, "WebSocket": true, "Picture": true},
			"has no relay"},
		{"no gate", false, plain, func(*relay) {}, map[string]bool{"Avatar page": true, "Picture": true},
			"nothing on the instance"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := newRelay(t, false)
			var offered *gate.Relay
			if tt.relay {
				offered = &gate.Relay{Port: server.port}
			}
			tt.without(server)
			got := told(way{page: site(t, offered, tt.between), address: "127.0.0.1"}.checks(t.Context()))
			if len(got) != len(tt.want) || !strings.Contains(got["Picture"].Why.String(), tt.says) {
				t.Errorf("%+v", got)
			}
			for name, fine := range tt.want {
				if c := got[name]; c.OK != fine || !fine && (c.Cure.IsZero() || c.Why.IsZero()) {
					t.Errorf("%s: %+v", name, c)
				}
			}
		})
	}
}

func TestAPageThatCanNotBeReachedIsAllThatIsSaid(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	got := way{page: &url.URL{Scheme: "http", Host: gone.Addr().String()}, address: "127.0.0.1"}.checks(t.Context())
	if len(got) != 1 || got[0].OK || !strings.Contains(got[0].Cure.String(), "443") {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerOfSomethingElseIsNone(t *testing.T) {
	r := newRelay(t, true)
	for _, network := range []string{"udp", "tcp"} {
		if err := stun(t.Context(), network, r.tcp.Addr().String()); err == nil {
			t.Errorf("by %s another one's answer is taken", network)
		}
	}
}
