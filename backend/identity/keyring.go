package identity

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// Keyring keeps small secrets by service and user. Get and Delete answer ErrNotFound where there is none.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, value string) error
	Delete(service, user string) error
}

// ErrNotFound says that the keyring works and does not hold the entry.
var ErrNotFound = keyring.ErrNotFound

// ErrLocked says that the keyring did not answer in time: it waits for somebody to unlock it.
var ErrLocked = errors.New("the keyring is locked")

// OSKeyring is the operating system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on
// Windows. A call that takes longer than timeout answers ErrLocked, and so do further calls until it ends, since
// a locked keyring blocks without limit. Calls go one at a time.
func OSKeyring(timeout time.Duration) Keyring {
	return &osKeyring{timeout: timeout, turn: make(chan struct{}, 1)}
}

type osKeyring struct {
	timeout time.Duration
	turn    chan struct{}
}

func (k *osKeyring) Get(service, user string) (value string, err error) {
	return k.call(func() (string, error) { return keyring.Get(service, user) })
}

func (k *osKeyring) Set(service, user, value string) error {
	_, err := k.call(func() (string, error) { return "", keyring.Set(service, user, value) })
	return err
}

func (k *osKeyring) Delete(service, user string) error {
	_, err := k.call(func() (string, error) { return "", keyring.Delete(service, user) })
	return err
}

func (k *osKeyring) call(do func() (string, error)) (string, error) {
	type result struct {
		value string
		err   error
	}
	timer := time.NewTimer(k.timeout)
	defer timer.Stop()
	select {
	case k.turn <- struct{}{}:
	case <-timer.C:
		return "", ErrLocked
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			// The library reads a signal that is nil if the session bus goes away while it waits.
			if p := recover(); p != nil {
				r.err = fmt.Errorf("the keyring's library panicked: %v", p)
			}
			<-k.turn
			done <- r
		}()
		r.value, r.err = do()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		return "", ErrLocked
	}
}

// isLocked recognises a keyring that is there and locked. The library has no error value for an unlocking that was
// dismissed or could not be shown, only this text.
func isLocked(err error) bool {
	return errors.Is(err, ErrLocked) || err != nil &&
		(strings.Contains(err.Error(), "failed to unlock correct collection") ||
			strings.Contains(err.Error(), "org.freedesktop.Secret.Error.IsLocked"))
}

func isTooBig(err error) bool { return errors.Is(err, keyring.ErrSetDataTooBig) }

// Memory is a keyring that forgets everything with the process.
func Memory() Keyring { return &memory{entries: map[[2]string]string{}} }

type memory struct {
	mu      sync.Mutex
	entries map[[2]string]string
}

func (m *memory) Get(service, user string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.entries[[2]string{service, user}]
	if !ok {
		return "", ErrNotFound
	}
	return value, nil
}

func (m *memory) Set(service, user, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[[2]string{service, user}] = value
	return nil
}

func (m *memory) Delete(service, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.entries[[2]string{service, user}]; !ok {
		return ErrNotFound
	}
	delete(m.entries, [2]string{service, user})
	return nil
}
