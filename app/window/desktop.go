package window

import (
	"bytes"
	"html"
	"net/http"
	"strings"
	"sync/atomic"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend/config"
)

// desk is how the launcher behaves on this computer, as the settings last said.
type desk struct {
	now atomic.Pointer[config.Desktop]
}

// get is what holds now; the defaults before anything was read.
func (d *desk) get() config.Desktop {
	if now := d.now.Load(); now != nil {
		return *now
	}
	return config.Default().Desktop
}

// adopt takes the settings of a configuration into force, and reports whether they differ from those before.
func (d *desk) adopt(next config.Desktop) (changed bool) {
	first, before := d.now.Load() == nil, d.get()
	d.now.Store(&next)
	if first || next.Language != before.Language {
		i18n.SetLanguage(next.Language)
	}
	return next != before
}

// adoptDesktop takes changed settings into force in the window: the page hears of them, and the entry that starts the
// launcher at log-in is put up or taken down.
func (s *Shell) adoptDesktop(next config.Desktop) {
	if !config.Portable() { // which changes nothing of the computer, and nothing that an installed launcher has put there
		if err := osdesktop.StartAtLogin(next.StartAtLogin); err != nil {
			s.log.Warn("starting at log-in could not be arranged", "cause", err)
		}
	}
	if s.desk.adopt(next) && s.ctx != nil {
		if s.running() {
			s.logs.LanguageChanged()
		}
		wails.EventsEmit(s.ctx, "settings", bridge.NewDesktop(next))
	}
}

// injectTheme writes the theme and the language of the settings into the page before it is shown, so that it neither
// flashes in another theme nor asks first.
func (d *desk) injectTheme(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			next.ServeHTTP(w, r)
			return
		}
		held := &heldResponse{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(held, r)
		now := d.get()
		dress := `<html lang="en" data-appearance="` + html.EscapeString(
			now.Theme,
		) + `" data-language="` + html.EscapeString(
			now.Language,
		) + `"`
		w.Header().Del("Content-Length")
		if w.Header().Get("Content-Type") == "" {
			// Wails puts its runtime into what is known to be a page by the time of its header, and into nothing else.
			w.Header().Set("Content-Type", http.DetectContentType(held.body.Bytes()))
		}
		w.WriteHeader(held.code)
		_, _ = w.Write([]byte(strings.Replace(held.body.String(), `<html lang="en"`, dress, 1)))
	})
}

// heldResponse keeps an answer back until it is complete.
type heldResponse struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (h *heldResponse) WriteHeader(code int)        { h.code = code }
func (h *heldResponse) Write(b []byte) (int, error) { return h.body.Write(b) }
