package core

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend/identity"
)

// keyringLocks excludes the other processes that use the sign-in of the same profile. The locks are the operating
// system's, on files in the state folder, so that a crash leaves none behind.
func keyringLocks(stateDir, profile string) identity.Locks {
	sum := sha256.Sum256([]byte(profile)) // a profile's name may be a path
	base := filepath.Join(stateDir, "sign-in-"+hex.EncodeToString(sum[:6]))
	return identity.Locks{Refresh: osdesktop.FileLock(base + ".refresh.lock"),
		Entries: osdesktop.FileLock(base + ".entries.lock")}
}
