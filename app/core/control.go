package core

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/identity"
)

// ControlPlane is what the launcher needs of the control plane: the one in this process, or the account's broker.
type ControlPlane interface {
	backend.Fleet
	backend.Operator
	backend.History
	// Connect returns an address that opens the session's avatar once.
	Connect(ctx context.Context, s backend.Session) (string, error)
	// Invite makes a link by which guests open the session's avatar.
	Invite(ctx context.Context, s backend.Session, invite gate.Invite) (*gate.Invitation, string, error)
	// Invitations returns the session's invitations that are open.
	Invitations(ctx context.Context, s backend.Session) ([]gate.Invitation, error)
	// TakeBack ends an invitation, and all of them if id is "".
	TakeBack(ctx context.Context, s backend.Session, id string) error
	// URL returns the address of a session's avatar.
	URL(s backend.Session) string
	// Configure takes new figures in.
	Configure(f fleet.Figures)
	// Wait returns when background writes are done.
	Wait()
}

// remote is the account's broker. Addresses are made here, from the profile; sizes and times are the account's.
type remote struct {
	*broker.Client
	local *fleet.Service // calls nothing
}

func (r remote) URL(s backend.Session) string { return r.local.URL(s) }
func (r remote) Configure(fleet.Figures)      {}
func (r remote) Wait()                        {}

// newBroker makes a client of the profile's broker. Requests are signed by the user's credentials and
// carry their ID token.
func newBroker(p config.Profile, client awsx.Doer, credentials aws.CredentialsProvider, id *identity.Service,
	now func() time.Time) *broker.Client {
	return &broker.Client{URL: p.Broker.URL, HTTP: broker.Signed(client, credentials, p.Region, now), Token: id.IDToken}
}
