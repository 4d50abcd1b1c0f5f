package doctor

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// networkTime bounds one attempt to get through to the avatar.
const networkTime = 4 * time.Second

// Network reports whether the avatar's page, its WebSocket and its picture get through from here, in words that a
// person can hand to their IT department. It needs a session, since only an instance that runs answers.
func Network(ctx context.Context, r *core.Rooms, u backend.User) []backend.Check {
	s, err := r.Fleet.Current(ctx, u)
	if err != nil {
		return []backend.Check{Failed(messages.New("account.network"), err)}
	}
	if s == nil || s.PublicIP == "" {
		return []backend.Check{{Name: messages.New("account.network"), OK: true,
			Why: messages.New("doctor.notTestedStartAvatar")}}
	}
	page, err := url.Parse(r.Fleet.URL(*s))
	if err != nil {
		return []backend.Check{Failed(messages.New("account.network"), err)}
	}
	return way{page: page, address: s.PublicIP, gateway: r.Profile.Avatar.Gateway}.checks(ctx)
}

// way is the way from here to an avatar.
type way struct {
	page    *url.URL // its address in the browser
	address string   // the instance's own
	gateway string   // what is dialed in place of the page's host; "" for that
}

func (w way) checks(ctx context.Context) []backend.Check {
	about, page := w.reach(ctx)
	if !page.OK {
		return []backend.Check{page}
	}
	if about == "" {
		return []backend.Check{page, {Name: messages.New("doctor.picture"), OK: true,
			Why: messages.New("doctor.notTestedNothingInstance")}}
	}
	all := []backend.Check{page, w.socket(ctx)}
	port := gate.RelayPort(about)
	if port == 0 {
		return append(all, backend.Check{Name: messages.New("doctor.picture"), OK: true,
			Why: messages.New("doctor.notTestedInstanceNo", w.address)})
	}
	return append(all, w.picture(ctx, net.JoinHostPort(w.address, fmt.Sprint(port))))
}

// reach opens the gate's page as the browser would, by the system's proxy, and returns what the gate says of itself.
func (w way) reach(ctx context.Context) (string, backend.Check) {
	c := backend.Check{Name: messages.New("doctor.avatarPage"),
		Cure: messages.New("doctor.askDepartmentAllowHttps", w.page.Hostname())}
	resp, err := w.ask(ctx, nil)
	if err != nil {
		c.Why = messages.New("doctor.cantReached", w.page.Host, i18n.Sentence(rootCause(err).Error()))
		return "", c
	}
	defer resp.Body.Close()
	return resp.Header.Get(gate.Header),
		backend.Check{Name: messages.New("doctor.avatarPage"), OK: true, Why: messages.New("doctor.answers", w.page.Host)}
}

// socket opens a WebSocket, by which the avatar's page and the instance agree on how the picture comes.
func (w way) socket(ctx context.Context) backend.Check {
	c := backend.Check{Name: messages.New("doctor.websocket"),
		Why:  messages.New("doctor.pageLoadsButWebsocket", w.page.Host),
		Cure: messages.New("doctor.askDepartmentLetWebsockets", w.page.Hostname())}
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	key := base64.StdEncoding.EncodeToString(raw)
	resp, err := w.ask(ctx, http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {key}})
	if err != nil {
		return c
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols ||
		resp.Header.Get("Sec-Websocket-Accept") != gate.SocketAccept(key) {
		return c
	}
	return backend.Check{Name: c.Name, OK: true, Why: messages.New("doctor.websocketsGetThrough")}
}

// ask sends a request to the gate's own page.
func (w way) ask(ctx context.Context, header http.Header) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, networkTime)
	defer cancel()
	at := *w.page
	at.Path = gate.InfoPath
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	client := &http.Client{Transport: w.transport(), CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	defer client.CloseIdleConnections()
	return client.Do(req)
}

// transport dials the page's host. Names below localhost are this computer, which resolvers often don't
// know (RFC 6761).
func (w way) transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ForceAttemptHTTP2, t.TLSClientConfig = false, nil // WebSockets are HTTP/1.1's
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		switch {
		case err == nil && w.gateway != "" && host == w.page.Hostname():
			address = w.gateway
		case err == nil && strings.HasSuffix(host, ".localhost"):
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return t
}

// picture says how video and audio get here: directly by UDP, or through the instance's relay by TCP.
func (w way) picture(ctx context.Context, relay string) backend.Check {
	udp, tcp := stun(ctx, "udp", relay), stun(ctx, "tcp", relay)
	_, port, _ := net.SplitHostPort(relay)
	cure := messages.New("doctor.askDepartmentAllowUdp", w.address, port)
	switch {
	case udp == nil:
		return backend.Check{Name: messages.New("doctor.picture"), OK: true,
			Why: messages.New("doctor.udpGetsThroughPicture")}
	case tcp == nil:
		return backend.Check{Name: messages.New("doctor.picture"), OK: true, Cure: cure,
			Why: messages.New("doctor.udpDoesntGetThrough", cure)}
	}
	return backend.Check{Name: messages.New("doctor.picture"), Cure: messages.New("doctor.tcpPortHelpsToo", cure, port),
		Why: messages.New("doctor.neitherUdpNorTcp", port)}
}

// stunMagic is in every message of STUN: https://datatracker.ietf.org/doc/html/rfc8489#section-5
const stunMagic = 0x2112A442

var errNoSTUN = errors.New("the answer is not one of STUN's")

// stun asks a STUN or TURN server for this computer's address, which it tells everybody. It returns nil if it answers.
func stun(ctx context.Context, network, address string) error {
	ctx, cancel := context.WithTimeout(ctx, networkTime)
	defer cancel()
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	request := make([]byte, 20)
	binary.BigEndian.PutUint16(request, 0x0001) // a binding request without attributes
	binary.BigEndian.PutUint32(request[4:], stunMagic)
	_, _ = rand.Read(request[8:]) // never fails
	end, _ := ctx.Deadline()
	for {
		try := time.Now().Add(networkTime / 4) // UDP may lose one
		if network == "tcp" || try.After(end) {
			try = end
		}
		if err := c.SetDeadline(try); err != nil {
			return err
		}
		err := exchange(c, network, request)
		var slow net.Error
		if again := errors.As(err, &slow) && slow.Timeout() && try.Before(end); !again {
			return err
		}
	}
}

// exchange sends a request, and returns nil if its answer comes.
func exchange(c net.Conn, network string, request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	answer := make([]byte, 20)
	if _, err := readHead(c, network, answer); err != nil {
		return err
	}
	if binary.BigEndian.Uint16(answer) != 0x0101 || string(answer[4:]) != string(request[4:]) {
		return errNoSTUN
	}
	return nil
}

// readHead reads a message's head. A datagram is read at once, and what is too long for the buffer is dropped.
func readHead(c net.Conn, network string, head []byte) (int, error) {
	if network == "tcp" {
		return io.ReadFull(c, head)
	}
	datagram := make([]byte, 1500)
	n, err := c.Read(datagram)
	return copy(head, datagram[:n]), err
}
