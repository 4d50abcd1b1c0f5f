package gate

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// info answers InfoPath. A WebSocket to it is opened and closed at once: a doctor learns that way whether
// one gets through.
func (g *gate) info(w http.ResponseWriter, r *http.Request) {
	about := "1"
	if s, err := g.Session(); err == nil {
		about += fmt.Sprintf("; epoch=%d", s.Epoch)
	}
	if g.Relay != nil {
		about += fmt.Sprintf("; relay=%d", g.Relay.Port) // last: earlier launchers read up to the end
	}
	w.Header().Set(Header, about)
	w.Header().Set("Cache-Control", "no-store")
	if !isSocket(r) || r.Method != http.MethodGet {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	defer c.Close()
	_, _ = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Accept: %s\r\n%s: %s\r\n\r\n\x88\x02\x03\xe8",
		SocketAccept(r.Header.Get("Sec-WebSocket-Key")), Header, about)
}

// SocketAccept returns the header Sec-WebSocket-Accept of the answer to a request with the header Sec-WebSocket-Key.
// https://datatracker.ietf.org/doc/html/rfc6455#section-1.3
func SocketAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// RelayPort reads the port of the relay from the value of Header. It returns 0 if there is none.
func RelayPort(header string) int {
	_, text, _ := strings.Cut(header, "relay=")
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0
	}
	return port
}

// Epoch reads from the value of Header the epoch of the session that the gate lets in. It reports false if the header
// names none: the gate is an earlier one, or it couldn't read its instance's tags.
func Epoch(header string) (epoch int64, known bool) {
	_, text, _ := strings.Cut(header, "epoch=")
	text, _, _ = strings.Cut(text, ";")
	epoch, err := strconv.ParseInt(text, 10, 64)
	return epoch, err == nil
}
