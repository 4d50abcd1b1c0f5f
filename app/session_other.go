//go:build !windows

package app

// heedSessionEnd is for Windows, which tells a window of the session's end. Elsewhere signals come.
func heedSessionEnd(func()) {}
