package core

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/localcloud"
)

// linkTime bounds making a link to the avatar.
const linkTime = 15 * time.Second

// Link returns an address that opens the avatar of a snapshot: once and within a minute, if a gate stands
// in front of it.
func (r *Rooms) Link(ctx context.Context, s backend.Snapshot) (string, error) {
	if _, err := osdesktop.AvatarURL(s); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, linkTime)
	defer cancel()
	link, err := r.Fleet.Connect(ctx, *s.Session)
	if err != nil {
		return "", err
	}
	s.URL = link
	return osdesktop.AvatarURL(s)
}

// OpenCloud opens an embedded cloud whose instances have a gate, with the function that makes groups and labels of
// people from a company, see localFunctions.
func OpenCloud(o localcloud.Options) (*localcloud.Cloud, error) {
	var cloud *localcloud.Cloud
	o.Gate = simulatedGate(func() []byte { return cookieSecret(cloud.Outputs()) }) // no request comes before Listen
	o.Functions = localFunctions()
	cloud, err := localcloud.Open(o)
	return cloud, err
}

// simulatedGate stands in front of the simulated instances' web servers, as the one of build/aws/instance/agent does on
// AWS. secret is asked for with the first request.
func simulatedGate(secret func() []byte) func(string, func() map[string]string, http.Handler) http.Handler {
	return func(id string, tags func() map[string]string, next http.Handler) http.Handler {
		return gate.Handler(next, gate.Options{Secret: secret(),
			Session: func() (gate.Session, error) { return gate.SessionOf(id, tags()), nil }})
	}
}

// cookieSecret is the same for every process that runs the same embedded cloud, so that open pages go on working when
// another one takes it over.
func cookieSecret(out localcloud.Outputs) []byte {
	sum := sha256.Sum256([]byte("gate cookies " + out.OperatorSecretAccessKey))
	return sum[:]
}
