//go:build !linux && !windows

package doctor

import (
	"avatar-launcher/backend"

	"avatar-launcher/backend/messages"
)

// WebView: macOS has WebKit.
func WebView() backend.Check {
	return backend.Check{Name: messages.New("doctor.webView"), OK: true, Why: messages.New("doctor.systemOwn")}
}
