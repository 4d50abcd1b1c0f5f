package gate

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// iceServers asks for the relay with cookies.
func (w *world) iceServers(cookies []*http.Cookie) []ICEServer {
	w.t.Helper()
	res := w.do(http.MethodGet, ICEPath, cookies)
	var got struct{ IceServers []ICEServer }
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.StatusCode != http.StatusOK ||
		res.Header.Get("Cache-Control") != "no-store" {
		w.t.Fatalf("%s: %v", res.Status, err)
	}
	return got.IceServers
}

func TestTheOwnerAloneGetsCredentialsOfTheRelay(t *testing.T) {
	w := newWorld(t)
	w.Handler.(*gate).Relay = &Relay{Secret: []byte("north"), Port: 3478}
	if got := w.status(ICEPath, nil); got != http.StatusForbidden {
		t.Errorf("without a cookie: %d", got)
	}
	for _, watchOnly := range []bool{false, true} {
		link := w.invite(Invite{Until: start.Add(time.Hour), Uses: 1, WatchOnly: watchOnly})
		if got := w.iceServers(w.admitted(http.MethodPost, link)); len(got) != 0 {
			t.Errorf("a guest gets %v", got)
		}
	}
	w.session.Ends = start.Add(2 * time.Hour)
	owner := w.admitted(http.MethodGet, w.ticket())
	// printf 1777888800:owner | openssl dgst -sha1 -hmac north -binary | base64
	want := ICEServer{URLs: []string{"turn:ann.example.com:3478?transport=udp", "turn:ann.example.com:3478?transport=tcp"},
		Username: "1777888800:owner", Credential: "THpWfbcK+EaXBsekMa2SFQvnfN0="}
	got := w.iceServers(owner)
	if len(got) != 1 || !slices.Equal(got[0].URLs, want.URLs) || got[0].Username != want.Username ||
		got[0].Credential != want.Credential {
		t.Errorf("the owner gets %+v", got)
	}
	w.session.Ends = start.Add(time.Minute)
	if got := w.iceServers(owner); !strings.HasPrefix(got[0].Username, "1777885260:") {
		t.Errorf("credentials that outlast the session: %+v", got)
	}
}

func TestWithoutARelayThereAreNoServers(t *testing.T) {
	w := newWorld(t)
	if got := w.iceServers(w.admitted(http.MethodGet, w.ticket())); got == nil || len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// socket is a WebSocket of which only the reading end is used.
type socket struct{ io.Reader }

func (socket) Write(p []byte) (int, error) { return len(p), nil }
func (socket) Close() error                { return nil }

var relays = []ICEServer{{URLs: []string{"turn:a:1"}, Username: "u", Credential: "c"}}

// read returns what a player reads of what the signalling server sent.
func read(t *testing.T, sent []byte, slow bool) []byte {
	t.Helper()
	var in io.Reader = bytes.NewReader(sent)
	if slow {
		in = iotest.OneByteReader(in)
	}
	out, err := io.ReadAll(&configured{ReadWriteCloser: socket{in}, in: bufio.NewReader(in), servers: relays,
		left: configFrames})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheConfigMessageNamesTheRelay(t *testing.T) {
	const relay = `{"urls":["turn:a:1"],"username":"u","credential":"c"}`
	long := strings.Repeat("x", 70_000)
	ping, rest := "\x89\x02hi", "\x81\x05hello\x02\x03abc\xff"
	for _, tt := range []struct{ name, sent, want string }{
		{"of Epic's", textMessage(`{"type":"config","peerConnectionOptions":{},"protocolVersion":"1.3.0"}`),
			textMessage(`{"peerConnectionOptions":{"iceServers":[` + relay + `]},"protocolVersion":"1.3.0","type":"config"}`)},
		{"with servers of its own",
			textMessage(`{"type":"config","peerConnectionOptions":{"iceServers":[{"urls":"stun:b"}],"x":1}}`),
			textMessage(`{"peerConnectionOptions":{"iceServers":[{"urls":"stun:b"},` + relay + `],"x":1},"type":"config"}`)},
		{"without options", textMessage(`{"type":"config"}`),
			textMessage(`{"peerConnectionOptions":{"iceServers":[` + relay + `]},"type":"config"}`)},
		{"after other frames", textMessage(`{"type":"playerCount"}`) + ping + textMessage(`{"type":"config"}`),
			textMessage(`{"type":"playerCount"}`) + ping +
				textMessage(`{"peerConnectionOptions":{"iceServers":[`+relay+`]},"type":"config"}`)},
		{"no second time", textMessage(`{"type":"config"}`) + textMessage(`{"type":"config"}`),
			textMessage(`{"peerConnectionOptions":{"iceServers":[`+relay+`]},"type":"config"}`) +
				textMessage(`{"type":"config"}`)},
		{"not in a binary message", "\x82\x11" + `{"type":"config"}`, "\x82\x11" + `{"type":"config"}`},
		{"not in a fragment", "\x01\x11" + `{"type":"config"}`, "\x01\x11" + `{"type":"config"}`},
		{"not in a compressed one", "\xc1\x11" + `{"type":"config"}`, "\xc1\x11" + `{"type":"config"}`},
		{"not in a masked one", "\x81\x91abcd" + `{"type":"config"}`, "\x81\x91abcd" + `{"type":"config"}`},
		{"not in a long one", textMessage(`{"type":"config","x":"` + long + `"}`),
			textMessage(`{"type":"config","x":"` + long + `"}`)},
		{"not in no JSON", textMessage(`config`), textMessage(`config`)},
		{"not late", strings.Repeat(textMessage("{}"), configFrames) + textMessage(`{"type":"config"}`),
			strings.Repeat(textMessage("{}"), configFrames) + textMessage(`{"type":"config"}`)},
	} {
		for _, slow := range []bool{false, true} {
			if got := read(t, []byte(tt.sent+rest), slow); string(got) != tt.want+rest {
				t.Errorf("%s:\n%.300q, not\n%.300q", tt.name, got, tt.want+rest)
			}
		}
	}
}

func textMessage(message string) string { return string(textFrame([]byte(message))) }

func TestFramesOfEveryLength(t *testing.T) {
	for _, n := range []int{0, 125, 126, 0xffff, 0x10000} {
		head, length, err := frameHead(bufio.NewReader(bytes.NewReader(textFrame(make([]byte, n)))))
		if err != nil || length != uint64(n) || binary.Size(head) != len(textFrame(make([]byte, n)))-n {
			t.Errorf("%d bytes: a head of %d, %d bytes, %v", n, len(head), length, err)
		}
	}
}

func FuzzConfigured(f *testing.F) {
	f.Add([]byte(textMessage(`{"type":"config","peerConnectionOptions":{}}`) + "\x81\x02{}"))
	f.Add([]byte("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		got := readAny(sent)
		if !bytes.Contains(got, []byte("turn:a:1")) && !bytes.Equal(got, sent) && len(got) > len(sent) {
			t.Errorf("%q becomes %q", sent, got)
		}
	})
}

// readAny is read for connections that may be cut off.
func readAny(sent []byte) []byte {
	in := bytes.NewReader(sent)
	out, _ := io.ReadAll(&configured{ReadWriteCloser: socket{in}, in: bufio.NewReader(in), servers: relays,
		left: configFrames})
	return out
}
