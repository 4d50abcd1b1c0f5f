package gate

import (
	"bytes"
	"html/template"
	"net/http"
)

// Parts of a page beside its text.
const (
	button = "button" // a form that hands the ticket in
	retry  = "retry"  // the page loads itself again after a moment
)

// page is a page of the gate's own.
type page struct {
	status      int
	Title, Text string
	Part        string
}

var layout = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title>
{{if eq .Part "retry"}}<meta http-equiv="refresh" content="2">{{end}}
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.5rem}
button{font:inherit;padding:.5rem 1.25rem}</style></head>
<body><h1>{{.Title}}</h1><p>{{.Text}}</p>
{{if eq .Part "button"}}<form method="post"><button>Open the avatar</button></form>{{end}}</body></html>
`))

func (p page) write(w http.ResponseWriter) {
	var b bytes.Buffer
	if err := layout.Execute(&b, p); err != nil {
		http.Error(w, p.Title, p.status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(p.status)
	_, _ = w.Write(b.Bytes())
}
