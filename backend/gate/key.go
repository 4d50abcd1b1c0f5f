// Package gate decides who may see an avatar: its owner, and the guests that the owner invites.
//
// The launcher that starts a session makes a Key. Its public half is a tag of the instance (Tag), its private half
// stays in memory, or in the ledger of an account that keeps control. A ticket is a JWT signed with the private half:
// it names the instance, the session's epoch, a role, an expiry, and how often it may be used. Handler stands in front
// of the avatar. It trades a ticket for a cookie, and lets nobody through without one. A new key in the tag ends every
// ticket and every cookie made under the old one. An invitation has a key of its own, which another tag lists
// (GuestsTag) until it is taken back.
//
// What it protects against: people who know or guess the avatar's address, replayed or forged tickets, tickets of other
// sessions, and pages of other sites. What it doesn't: people who read a fresh ticket before its owner's browser uses
// it, who control the instance, or who may set the instance's tags.
package gate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strconv"
	"time"
)

// Tag is the key of the instance tag that holds the public key.
const Tag = "gate-key"

// Tags are the keys of the tags that SessionOf reads.
var Tags = []string{Tag, GuestsTag, "epoch", "expire-at"}

// SessionOf reads from an instance's tags whose it is: Tag, GuestsTag, "epoch" and "expire-at". What
// can't be read is left zero.
func SessionOf(instance string, tags map[string]string) Session {
	s := Session{Instance: instance, Key: tags[Tag], Guests: tags[GuestsTag]}
	s.Epoch, _ = strconv.ParseInt(tags["epoch"], 10, 64)
	s.Ends, _ = time.Parse(time.RFC3339, tags["expire-at"])
	return s
}

const coordinate = 32 // bytes of one coordinate of a P-256 point

var errKey = errors.New("the public key is not a compressed P-256 point in base64url")

var errPrivate = errors.New("the private key is not one of P-256 in base64url")

// Key is a session's key pair.
type Key struct {
	private    *ecdsa.PrivateKey
	invitation bool // its tickets name it, since it is not the session's
}

// NewKey makes a key pair.
func NewKey() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &Key{private: private}, nil
}

// ParseKey reads what Private returned.
func ParseKey(text string) (*Key, error) {
	raw, err := decode(text)
	if err != nil {
		return nil, errPrivate
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, errPrivate
	}
	return &Key{private: private}, nil
}

// Private returns the private half in base64url, for a place that only the account's functions read.
func (k *Key) Private() string {
	raw, err := k.private.Bytes()
	if err != nil {
		panic(err) // NewKey and ParseKey make keys of the curve only
	}
	return encode(raw)
}

// Public returns the public half as the tag holds it: the compressed point in base64url, 44 characters.
func (k *Key) Public() string {
	point, err := k.private.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		panic(err) // NewKey makes points of the curve only
	}
	sign := 2 + point[len(point)-1]&1
	return encode(append([]byte{sign}, point[1:1+coordinate]...))
}

// ParsePublic reads what Public returned.
func ParsePublic(text string) (*ecdsa.PublicKey, error) {
	point, err := decode(text)
	if err != nil {
		return nil, errKey
	}
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), point)
	if x == nil {
		return nil, errKey
	}
	whole := make([]byte, 1+2*coordinate)
	whole[0] = 4
	x.FillBytes(whole[1 : 1+coordinate])
	y.FillBytes(whole[1+coordinate:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), whole)
}
