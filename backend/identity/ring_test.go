package identity_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"avatar-launcher/backend/identity"
)

// ring is a keyring that can be looked into, and that asks before (where it is set) ahead of every call.
type ring struct {
	mu      sync.Mutex
	entries map[string]string
	before  func(operation, user string) error
}

func newRing() *ring { return &ring{entries: map[string]string{}} }

func (r *ring) hook(f func(operation, user string) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = f
}

func (r *ring) call(operation, user string, do func() error) error {
	r.mu.Lock()
	before := r.before
	r.mu.Unlock()
	if before != nil {
		if err := before(operation, user); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return do()
}

func (r *ring) Get(_, user string) (value string, err error) {
	err = r.call("get", user, func() error {
		v, ok := r.entries[user]
		if !ok {
			return identity.ErrNotFound
		}
		value = v
		return nil
	})
	return value, err
}

func (r *ring) Set(_, user, value string) error {
	return r.call("set", user, func() error { r.entries[user] = value; return nil })
}

func (r *ring) Delete(_, user string) error {
	return r.call("delete", user, func() error {
		if _, ok := r.entries[user]; !ok {
			return identity.ErrNotFound
		}
		delete(r.entries, user)
		return nil
	})
}

// copied is a second keyring with the same entries, as a crash now would leave it.
func (r *ring) copied() *ring {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &ring{entries: maps.Clone(r.entries)}
}

func (r *ring) users() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.entries))
}

func (r *ring) text() (all string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, user := range slices.Sorted(maps.Keys(r.entries)) {
		all += r.entries[user]
	}
	return all
}

func (r *ring) wantEmpty(t *testing.T) {
	t.Helper()
	if left := r.users(); len(left) > 0 {
		t.Errorf("the keyring still holds %v", left)
	}
}
