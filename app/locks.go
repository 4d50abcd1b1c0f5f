package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"avatar-launcher/backend/identity"
)

// lockPause is how often a process looks whether another one has given a lock back.
const lockPause = 20 * time.Millisecond

// keyringLocks excludes the other processes that use the sign-in of the same profile. The locks are the operating
// system's, on files in the state folder, so that a crash leaves none behind.
func keyringLocks(stateDir, profile string) identity.Locks {
	sum := sha256.Sum256([]byte(profile)) // a profile's name may be a path
	base := filepath.Join(stateDir, "sign-in-"+hex.EncodeToString(sum[:6]))
	return identity.Locks{Refresh: fileLock(base + ".refresh.lock"), Entries: fileLock(base + ".entries.lock")}
}

func fileLock(path string) identity.Lock {
	return func(ctx context.Context) (func(), error) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		l := flock.New(path, flock.SetPermissions(0o600))
		switch held, err := l.TryLockContext(ctx, lockPause); {
		case err != nil:
			return nil, err
		case !held:
			return nil, errors.New("the lock is held")
		}
		return func() { _ = l.Unlock() }, nil
	}
}
