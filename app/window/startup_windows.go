package window

import (
	"strings"

	"avatar-launcher/app/doctor"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// webViewPage is where Microsoft offers the WebView2 runtime for download.
const webViewPage = "https://developer.microsoft.com/microsoft-edge/webview2/consumer/"

// needWebView returns the problem if the WebView2 runtime is missing. Unless it is read at a terminal, a dialog has
// shown it then, and has opened the download page if that was wanted. Wails would download and start the
// installer by itself.
func needWebView() *backend.Problem {
	if c := doctor.WebView(); c.OK {
		return nil
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("window.noWebView"),
		Why:  messages.New("window.webViewIs"),
		Next: messages.New("window.getWebView", webViewPage)}
	if !atTerminal() && osdesktop.Confirm(i18n.Say("app"),
		paragraphs(p)+"\n\n"+i18n.Translate(messages.New("window.openPage"))) {
		_ = osdesktop.OpenURL(webViewPage, osdesktop.BrowserPatience) // the dialog has shown the address
	}
	return p
}

// showStartupError shows why there is no window, unless somebody reads it at a terminal.
func showStartupError(err error) {
	if !atTerminal() {
		osdesktop.ShowError(i18n.Say("app"), paragraphs(backend.ProblemOf(err)))
	}
}

// paragraphs are the parts of a problem, for a dialog.
func paragraphs(p *backend.Problem) string {
	var parts []string
	for _, m := range []messages.Message{p.What, p.Why, p.Next} {
		if text := i18n.Translate(m); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}
