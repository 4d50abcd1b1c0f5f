package gate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// A signalling server of Epic's tells each player its ICE servers in a message of type config, the first that it sends:
// https://github.com/EpicGamesExt/PixelStreamingInfrastructure/blob/master/Common/docs/Protocol.md
// AddRelay adds the gate's relay to that message, so that an image's own server and page need not know of it.
const (
	configFrames = 8       // frames from the server that are looked at for the message
	configLength = 1 << 16 // bytes of a frame that is looked at
)

type relayKey struct{}

// isSocket reports whether a request opens a WebSocket.
func isSocket(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// withServers prepares a request for AddRelay: the servers go with its context, and no message may be compressed.
func withServers(r *http.Request, servers []ICEServer) *http.Request {
	if len(servers) == 0 || !isSocket(r) {
		return r
	}
	r.Header.Del("Sec-WebSocket-Extensions")
	return r.WithContext(context.WithValue(r.Context(), relayKey{}, servers))
}

// AddRelay is for the ModifyResponse of the reverse proxy that the gate forwards to. It adds the relay to what the
// signalling server tells the owner's player, and leaves everything else as it is.
func AddRelay(resp *http.Response) error {
	servers, ok := resp.Request.Context().Value(relayKey{}).([]ICEServer)
	body, duplex := resp.Body.(io.ReadWriteCloser)
	if ok && duplex && resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body = &configured{ReadWriteCloser: body, in: bufio.NewReader(body), servers: servers, left: configFrames}
	}
	return nil
}

// configured is a WebSocket as its client reads it, with the relay in its config message.
type configured struct {
	io.ReadWriteCloser
	in      *bufio.Reader
	out     bytes.Buffer // has been read from in
	servers []ICEServer
	left    int // frames that may still be the message
}

// Read implements io.Reader.
func (c *configured) Read(p []byte) (int, error) {
	if c.out.Len() == 0 && c.left > 0 {
		if err := c.frame(); err != nil {
			c.left = 0
			if c.out.Len() == 0 {
				return 0, err
			}
		}
	}
	if c.out.Len() > 0 {
		return c.out.Read(p)
	}
	return c.in.Read(p)
}

// frame reads one frame into out, with the relay in it if it is the message. It gives up at what is neither a whole
// message of text nor a control frame: from then on everything stays as it is.
// https://datatracker.ietf.org/doc/html/rfc6455#section-5.2
func (c *configured) frame() error {
	c.left--
	head, length, err := frameHead(c.in)
	if err != nil {
		return err
	}
	wholeText, control := head[0] == 0x81, head[0] >= 0x88
	if masked := head[1]&0x80 != 0; masked || length > configLength || !wholeText && !control {
		c.left = 0
		return nil
	}
	frame := make([]byte, len(head)+int(length))
	if _, err = io.ReadFull(c.in, frame); err != nil {
		return err
	}
	if wholeText {
		if changed, ok := addServers(frame[len(head):], c.servers); ok {
			c.left = 0
			frame = textFrame(changed)
		}
	}
	c.out.Write(frame)
	return nil
}

// frameHead peeks at the head of a frame, and says how long the rest is.
func frameHead(in *bufio.Reader) (head []byte, length uint64, err error) {
	if head, err = in.Peek(2); err != nil {
		return nil, 0, err
	}
	switch short := head[1] & 0x7f; short {
	case 126:
		if head, err = in.Peek(4); err == nil {
			length = uint64(binary.BigEndian.Uint16(head[2:]))
		}
	case 127:
		if head, err = in.Peek(10); err == nil {
			length = binary.BigEndian.Uint64(head[2:])
		}
	default:
		length = uint64(short)
	}
	return head, length, err
}

// textFrame is a server's frame with a message of text.
func textFrame(message []byte) []byte {
	frame := []byte{0x81}
	switch n := len(message); {
	case n < 126:
		frame = append(frame, byte(n))
	case n <= 0xffff:
		frame = binary.BigEndian.AppendUint16(append(frame, 126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 127), uint64(n))
	}
	return append(frame, message...)
}

// addServers adds ICE servers to a config message. It reports false if the message is none.
func addServers(message []byte, servers []ICEServer) ([]byte, bool) {
	var all, options map[string]json.RawMessage
	var kind string
	var known []json.RawMessage
	if json.Unmarshal(message, &all) != nil || json.Unmarshal(all["type"], &kind) != nil || kind != "config" {
		return nil, false
	}
	_ = json.Unmarshal(all["peerConnectionOptions"], &options) // absent, or no object: there are none
	_ = json.Unmarshal(options["iceServers"], &known)
	for _, s := range servers {
		text, _ := json.Marshal(s) // strings always can be
		known = append(known, text)
	}
	if options == nil {
		options = map[string]json.RawMessage{}
	}
	options["iceServers"], _ = json.Marshal(known)
	all["peerConnectionOptions"], _ = json.Marshal(options)
	out, err := json.Marshal(all)
	return out, err == nil
}
