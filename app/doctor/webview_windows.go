package doctor

import (
	"github.com/wailsapp/go-webview2/webviewloader"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// WebView asks for the WebView2 runtime.
func WebView() backend.Check {
	version, err := webviewloader.GetAvailableCoreWebView2BrowserVersionString("")
	if err != nil || version == "" {
		return backend.Check{Name: messages.New("doctor.webView"), Why: messages.New("doctor.webview2RuntimeNotInstalled"),
			Cure: messages.New("doctor.installMicrosoftEvergreenWebview2")}
	}
	return backend.Check{Name: messages.New("doctor.webView"), OK: true,
		Why: messages.New("doctor.webview2Installed", version)}
}
