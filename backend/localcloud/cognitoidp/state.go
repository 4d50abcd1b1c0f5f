package cognitoidp

import (
	"crypto/rsa"
	"strings"
	"time"
)

// The values of UserStatus that this service gives.
const (
	unconfirmed         = "UNCONFIRMED"
	confirmed           = "CONFIRMED"
	forceChangePassword = "FORCE_CHANGE_PASSWORD"
	resetRequired       = "RESET_REQUIRED"
	externalProvider    = "EXTERNAL_PROVIDER"
)

// pool is a user pool. The unexported members are its working state, kept under keys of their own in the store.
type pool struct {
	ID, Name          string
	Created, Modified time.Time
	Config            poolConfig
	Schema            []schemaAttribute
	MFA               mfaConfig
	Keys              []*signingKey // see signingKeys
	Decoy             []byte        // keys the salts shown for users who do not exist
	Domain            string

	users  map[string]*user // by folded username
	bySub  map[string]*user
	groups map[string]*group

	providers map[string]*identityProvider // by name
}

// signingKey signs one kind of a pool's tokens. As at AWS there are two a pool: the first signs ID tokens, the second
// access tokens.
type signingKey struct {
	KID     string
	DER     []byte // PKCS #1
	private *rsa.PrivateKey
}

// fold maps a username to the key by which the pool finds it.
func (p *pool) fold(username string) string {
	if u := p.Config.UsernameConfiguration; u != nil && u.CaseSensitive {
		return username
	}
	return strings.ToLower(username)
}

// name is the part of the pool ID behind the underscore, which SRP mixes into its hashes.
func (p *pool) name() string {
	_, name, _ := strings.Cut(p.ID, "_")
	return name
}

// user is somebody in a pool.
type user struct {
	Username, Sub     string
	Attributes        []attribute
	Disabled          bool
	Status            string
	Created, Modified time.Time
	Secret            secret
	Past              []secret  `json:",omitempty"` // earlier passwords, newest first
	TemporaryUntil    time.Time // when a temporary password stops being good; zero for others
	TOTP              totpState
	Factors           []string          `json:",omitempty"` // enabled MFA types
	Preferred         string            `json:",omitempty"`
	Codes             map[string]*code  `json:",omitempty"` // by purpose
	Devices           map[string]device `json:",omitempty"`
	Groups            []string          `json:",omitempty"`
	Passkeys          []passkey         `json:",omitempty"`
}

func (u *user) get(name string) string {
	for _, a := range u.Attributes {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

func (u *user) set(name, value string) {
	for i := range u.Attributes {
		if u.Attributes[i].Name == name {
			u.Attributes[i].Value = value
			return
		}
	}
	u.Attributes = append(u.Attributes, attribute{name, value})
}

func (u *user) unset(name string) {
	for i := range u.Attributes {
		if u.Attributes[i].Name == name {
			u.Attributes = append(u.Attributes[:i], u.Attributes[i+1:]...)
			return
		}
	}
}

// touch records a change of the user.
func (u *user) touch(now time.Time) { u.Modified = now }

// code is a confirmation code that was sent.
type code struct {
	Value   string
	Expires time.Time
	Tries   int
}

// group is a group of a pool.
type group struct {
	Name, Description, RoleARN string
	Precedence                 *int32
	Created, Modified          time.Time
}

// client is an app client.
type client struct {
	PoolID, ID, Secret string
	Created, Modified  time.Time
	Config             clientConfig
}

// session is one sign-in: what its tokens share, and the chain of its refresh tokens.
type session struct {
	Origin, Event         string // origin_jti and event_id
	PoolID, ClientID, Sub string
	AuthTime              time.Time
	Expires               time.Time // of the refresh tokens, rotation included
	Scopes                []string
	DeviceKey             string `json:",omitempty"`
	Revoked               bool
	Chain                 []rotation // the last is the current one
}

// rotation is one refresh token of a session, by its SHA-256.
type rotation struct {
	Digest  string
	Retired time.Time // when its successor was issued; zero for the current one
}
