package window

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"avatar-launcher/backend/config"
)

func TestThePageIsDressedBeforeItIsShown(t *testing.T) {
	var d desk
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "33")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><p>`)
	})
	get := func(path string) string {
		rec := httptest.NewRecorder()
		d.injectTheme(page).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if path == "/" && rec.Header().Get("Content-Length") == "33" {
			t.Error("the length is that of the page before")
		}
		if got := rec.Result().Header.Get("Content-Type"); path == "/" && !strings.HasPrefix(got, "text/html") {
			t.Errorf("the page's type is %q when its header is written", got)
		}
		return rec.Body.String()
	}
	if got := get("/"); !strings.Contains(got, `data-appearance="system" data-language=""`) {
		t.Errorf("by default: %s", got)
	}
	if !d.adopt(config.Desktop{Theme: config.ThemeDark, Language: "en", Quit: config.QuitAsk}) {
		t.Error("a change was not noticed")
	}
	if got := get("/"); !strings.Contains(got, `<html lang="en" data-appearance="dark" data-language="en"><p>`) {
		t.Errorf("dark: %s", got)
	}
	if got := get("/assets/index.js"); strings.Contains(got, "data-appearance") {
		t.Errorf("not the page: %s", got)
	}
	if d.adopt(d.get()) {
		t.Error("the same again counts as a change")
	}
}
