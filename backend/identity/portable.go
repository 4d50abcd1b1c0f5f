package identity

import (
	"errors"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// ErrPortable says that a portable launcher keeps no secrets.
var ErrPortable = errors.New("a portable launcher keeps no secrets")

// Portable is the keyring of a portable launcher. It holds nothing and keeps nothing: the computer's keyring may be a
// stranger's, and a file beside the program could be read by anybody who finds it.
func Portable() Keyring { return portable{} }

type portable struct{}

func (portable) Get(_, _ string) (string, error) { return "", ErrNotFound }
func (portable) Set(_, _, _ string) error        { return ErrPortable }
func (portable) Delete(_, _ string) error        { return nil }

func portableKeyring() *backend.Problem {
	return &backend.Problem{Kind: backend.KindKeyring, What: messages.New("identity.signInKeptMemory"),
		Why: messages.New("identity.portableKeepsNothing"), Next: messages.New("identity.startWithoutPortable"),
		Cause: ErrPortable}
}
