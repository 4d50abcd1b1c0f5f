//go:build !windows

package config

import (
	"os"
	"syscall"
)

// othersMayWrite reports whether somebody but root and owner may write a file or a folder.
func othersMayWrite(path string, owner int) bool {
	info, err := os.Stat(path)
	if err != nil {
		return true
	}
	of, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	mode := info.Mode().Perm()
	return of.Uid != 0 && int(of.Uid) != owner || mode&0o002 != 0 || mode&0o020 != 0 && of.Gid != 0
}
