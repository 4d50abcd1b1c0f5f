package doctor

import (
	"github.com/wailsapp/go-webview2/webviewloader"

	"avatar-launcher/backend"
)

// webViewCheck asks for the WebView2 runtime.
func webViewCheck() backend.Check {
	version, err := webviewloader.GetAvailableCoreWebView2BrowserVersionString("")
	if err != nil || version == "" {
		return backend.Check{Name: "web view", Why: "The WebView2 runtime is not installed, so that there is no window.",
			Cure: "Install Microsoft's Evergreen WebView2 Runtime."}
	}
	return backend.Check{Name: "web view", OK: true, Why: "WebView2 " + version + " is installed."}
}
