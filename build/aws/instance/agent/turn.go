package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"

	"avatar-launcher/backend/gate"
)

// turnPort is TURN's: the stack's security group opens it by UDP and by TCP.
const turnPort = 3478

// coturn's configuration. The streamer is on the same machine, so that the relay may send to that alone, by its private
// address: neither to the metadata service nor into the network. The relay's own ports are below those that the kernel
// gives to WebRTC, and closed to the outside. See
// https://github.com/coturn/coturn/blob/master/examples/etc/turnserver.conf
const coturn = `listening-ip=ADDRESS
listening-port=PORT
relay-ip=ADDRESS
min-port=40000
max-port=40999
allowed-peer-ip=ADDRESS
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
no-multicast-peers
no-tcp-relay
use-auth-secret
static-auth-secret=SECRET
realm=avatar
fingerprint
stale-nonce=600
user-quota=20
total-quota=200
no-tls
no-dtls
no-cli
no-software-attribute
log-file=stdout
simple-log
`

var secret = regexp.MustCompile(`(?m)^static-auth-secret=([A-Z2-7]{26,})$`)

// newRelay writes coturn's configuration to a file. A file that is there already keeps its secret, so that a gate that
// starts again doesn't cut coturn off; the folder is emptied at each start of the machine. It returns nil
// if no file is named.
func newRelay(ctx context.Context, in *instance, file string) (*gate.Relay, error) {
	if file == "" {
		return nil, nil
	}
	text, err := in.value(ctx, "local-ipv4")
	if err != nil {
		return nil, fmt.Errorf("the instance's own address: %w", err)
	}
	address, err := netip.ParseAddr(text)
	if err != nil || !address.Is4() {
		return nil, fmt.Errorf("the instance's own address is %q, which is none", text)
	}
	relay := &gate.Relay{Secret: []byte(rand.Text()), Port: turnPort}
	before, err := os.ReadFile(file)
	if found := secret.FindSubmatch(before); found != nil {
		relay.Secret = found[1]
	} else if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	config := strings.NewReplacer("ADDRESS", address.String(), "PORT", fmt.Sprint(relay.Port), "SECRET",
		string(relay.Secret)).Replace(coturn)
	return relay, os.WriteFile(file, []byte(config), 0o600)
}
