package gate

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	// ICEPath answers with the relay's address and credentials, as the page's RTCPeerConnection takes them. Guests get
	// an empty list.
	ICEPath = "/.avatar/ice"
	// RelayLife is how long a relay's credentials are good for making connections. A connection that is made goes on.
	RelayLife = time.Hour
)

// Relay is a TURN server on the instance, for networks that let no UDP through. It shares Secret with the gate, which
// makes credentials that expire: https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00
type Relay struct {
	Secret []byte
	Port   int // by UDP and by TCP
}

// ICEServer is an RTCIceServer: https://www.w3.org/TR/webrtc/#rtciceserver-dictionary
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// server is the relay for the owner of a session, by the name of the avatar's host. A session that is over gets no
// credentials that outlast it.
func (r *Relay) server(host string, s Session, now time.Time) ICEServer {
	ends := now.Add(RelayLife)
	if !s.Ends.IsZero() && s.Ends.Before(ends) {
		ends = s.Ends
	}
	name := fmt.Sprintf("%d:owner", ends.Unix())
	sum := hmac.New(sha1.New, r.Secret)
	sum.Write([]byte(name))
	if only, _, err := net.SplitHostPort(host); err == nil {
		host = only
	}
	at := net.JoinHostPort(host, fmt.Sprint(r.Port))
	return ICEServer{URLs: []string{"turn:" + at + "?transport=udp", "turn:" + at + "?transport=tcp"},
		Username: name, Credential: base64.StdEncoding.EncodeToString(sum.Sum(nil))}
}

// servers returns the relay, if there is one and the role may use it: guests don't get credentials.
func (g *gate) servers(r *http.Request, s Session, role Role) []ICEServer {
	if g.Relay == nil || role != Owner {
		return []ICEServer{}
	}
	return []ICEServer{g.Relay.server(r.Host, s, g.Now())}
}

// ice answers ICEPath.
func (g *gate) ice(w http.ResponseWriter, r *http.Request, s Session, role Role) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]any{"iceServers": g.servers(r, s, role)})
}
