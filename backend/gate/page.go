package gate

import (
	"bytes"
	_ "embed"
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

//go:embed page.html
var pageText string

var layout = template.Must(template.New("").Parse(pageText))

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
