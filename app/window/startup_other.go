//go:build !windows

package window

import "avatar-launcher/backend"

// needWebView is for Windows, where the web view may be missing: elsewhere the program does not start without it.
func needWebView() *backend.Problem { return nil }

// showStartupError is for Windows, where nobody reads what a program without a console prints.
func showStartupError(error) {}
