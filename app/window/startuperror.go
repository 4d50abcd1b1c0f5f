package window

import (
	"context"
	"html/template"
	"net/http"
	"os"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"
	"golang.org/x/term"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// startupError is all that a launcher shows that cannot start: nothing of the page runs half-configured.
var startupError = template.Must(template.New("startup-error").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Title}}</title>
<link rel="stylesheet" href="/startup-error.css"></head>
<body><main role="alert"><h1>{{.What}}</h1><p>{{.Why}}</p><p>{{.Next}}</p><p>{{.Again}}</p></main></body></html>`))

const startupErrorStyle = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;padding:2rem;background:Canvas;color:CanvasText}h1{font-size:1.25rem}p{overflow-wrap:anywhere}`

// fail keeps why the launcher cannot start, and has the window say it.
func (s *Shell) fail(err error) {
	p := backend.ProblemOf(err)
	s.log.Error("the launcher cannot start", "problem", p, "cause", p.Cause)
	s.failure.Store(p)
	s.tasks.Go(func(ctx context.Context) {
		select {
		case <-s.opened:
			wails.WindowReloadApp(s.ctx)
			wails.WindowShow(s.ctx) // also where it was to wait in the tray: there is none
		case <-ctx.Done():
		}
	})
}

// startupErrorPage answers instead of the page where the launcher cannot start.
func (s *Shell) startupErrorPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := s.failure.Load()
		switch {
		case p == nil:
			next.ServeHTTP(w, r)
		case r.URL.Path == "/startup-error.css":
			w.Header().Set("Content-Type", "text/css")
			_, _ = w.Write([]byte(startupErrorStyle))
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = startupError.Execute(w, struct {
				*backend.Problem
				Language, Title, Again string
			}{i18n.Problem(p), i18n.Catalogue().Language, i18n.Say("app"), i18n.Say("restart")})
		}
	})
}

// secure forbids the page everything that it does not need.
func secure(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// atTerminal reports whether somebody reads what is printed: then no window needs to say it.
func atTerminal() bool { return term.IsTerminal(int(os.Stderr.Fd())) }
