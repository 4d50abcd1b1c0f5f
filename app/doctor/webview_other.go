//go:build !linux && !windows

package doctor

import "avatar-launcher/backend"

// webViewCheck: macOS has WebKit.
func webViewCheck() backend.Check {
	return backend.Check{Name: "web view", OK: true, Why: "The system's own."}
}
