package core

import (
	"os"
	"path/filepath"
	"time"

	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
)

// PortableFolder is the folder beside the program that a portable launcher keeps everything in.
func PortableFolder() (string, error) {
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	return filepath.Join(filepath.Dir(program), "avatar-launcher-data"), err
}

// Keyring returns the system's keyring, or that of a portable launcher.
func Keyring(timeout time.Duration) identity.Keyring {
	if config.Portable() {
		return identity.Portable()
	}
	return identity.OSKeyring(timeout)
}
