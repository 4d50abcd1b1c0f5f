package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

const (
	keyringService = "avatar-launcher"
	// chunkSize keeps every entry under the 2,560 bytes of Windows and the about 3,000 of macOS, names included.
	chunkSize = 1800
)

// storedSignIn is what the keyring holds of a sign-in. Nothing else of it survives the process.
type storedSignIn struct {
	Refresh    string `json:"refresh_token"`
	Username   string `json:"username"`
	Sub        string `json:"sub"`
	IdentityID string `json:"identity_id,omitempty"`
	DeviceKey  string `json:"device_key,omitempty"`
	Client     string `json:"client"` // of which app client the token is
}

func toStored(s *session) storedSignIn {
	return storedSignIn{Refresh: string(s.refresh), Username: s.user.Username, Sub: s.user.ID, IdentityID: s.identityID,
		DeviceKey: s.deviceKey}
}

// manifest lists the chunks that belong together. It is written last, so a write that is cut short leaves the old
// value.
type manifest struct {
	Version    int    `json:"v"`
	Generation string `json:"generation"` // "a" or "b", in turn
	Chunks     int    `json:"chunks"`
	Sum        string `json:"sha256"`
}

// entries reads and writes one value as JSON in a keyring. Its methods are called one at a time.
type entries struct {
	ring    Keyring
	account string
}

var errDamaged = errors.New("the keyring's entries do not belong together")

func (e entries) chunk(generation string, i int) string {
	return fmt.Sprintf("%s/%s/%d", e.account, generation, i)
}

func (e entries) manifest() (manifest, error) {
	var m manifest
	text, err := e.ring.Get(keyringService, e.account)
	if err != nil {
		return m, err
	}
	if json.Unmarshal([]byte(text), &m) != nil || m.Version != 1 || m.Chunks < 1 || m.Chunks > 64 ||
		m.Generation != "a" && m.Generation != "b" {
		return manifest{}, errDamaged
	}
	return m, nil
}

// read decodes the value into into. It returns ErrNotFound if there is none, and errDamaged if the entries are not
// complete or not ours.
func (e entries) read(into any) error {
	m, err := e.manifest()
	if err != nil {
		return err
	}
	var text string
	for i := range m.Chunks {
		part, err := e.ring.Get(keyringService, e.chunk(m.Generation, i))
		if errors.Is(err, ErrNotFound) {
			return errDamaged
		}
		if err != nil {
			return err
		}
		text += part
	}
	if sum(text) != m.Sum || json.Unmarshal([]byte(text), into) != nil {
		return errDamaged
	}
	return nil
}

func (e entries) write(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	old, err := e.manifest()
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, errDamaged) {
		return err
	}
	m := manifest{Version: 1, Generation: "a", Sum: sum(string(data))}
	if old.Generation == "a" {
		m.Generation = "b"
	}
	for rest := string(data); rest != ""; m.Chunks++ {
		n := min(len(rest), chunkSize) // all of it is ASCII but the username; JSON survives being cut and joined
		if err := e.ring.Set(keyringService, e.chunk(m.Generation, m.Chunks), rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := e.ring.Set(keyringService, e.account, string(text)); err != nil {
		return err
	}
	return errors.Join(e.sweep(m.Generation, m.Chunks), e.sweep(other(m.Generation), 0))
}

// erase deletes everything, the manifest first.
func (e entries) erase() error {
	err := e.ring.Delete(keyringService, e.account)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return errors.Join(err, e.sweep("a", 0), e.sweep("b", 0))
}

// usual is more chunks than any sign-in takes.
const usual = 4

// sweep deletes the chunks of a generation from number i on, past gaps among the first few.
func (e entries) sweep(generation string, i int) error {
	for ; ; i++ {
		err := e.ring.Delete(keyringService, e.chunk(generation, i))
		switch {
		case errors.Is(err, ErrNotFound) && i >= usual:
			return nil
		case err != nil && !errors.Is(err, ErrNotFound):
			return err
		}
	}
}

func other(generation string) string {
	if generation == "a" {
		return "b"
	}
	return "a"
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
