//go:build !windows

package osdesktop

// OnSessionEnd is for Windows, which tells a window of the session's end. Elsewhere signals come.
func OnSessionEnd(Reason, func()) {}
