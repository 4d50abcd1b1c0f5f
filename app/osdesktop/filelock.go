package osdesktop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPause is how often a process looks whether another one has given a lock back.
const lockPause = 20 * time.Millisecond

// FileLock returns a lock that is a file's: it excludes the other processes of this computer, and a crash leaves none
// behind. The lock is taken by a call, and given back by the function that the call returns.
func FileLock(path string) func(context.Context) (func(), error) {
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
