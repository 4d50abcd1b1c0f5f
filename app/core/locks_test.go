package core

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestKeyringLocks: one process at a time holds a profile's lock; another profile's is free.
func TestKeyringLocks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, second, other := keyringLocks(dir, "a"), keyringLocks(dir, "a"), keyringLocks(dir, "./b/../a")
	unlock, err := first.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := second.Refresh(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("the lock was given twice: %v", err)
	}
	for _, l := range []func(context.Context) (func(), error){second.Entries, other.Refresh} {
		free, err := l(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		free()
	}
	unlock()
	if unlock, err = second.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	unlock()
}

// TestKeyringLockThatCannotBeMade is an error at once, which identity goes on without.
func TestKeyringLockThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyringLocks(file, "a").Refresh(t.Context()); err == nil || t.Context().Err() != nil {
		t.Errorf("got %v", err)
	}
}
