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

// page is a page of the gate's own. It is written in the language that its reader's browser asks for.
type page struct {
	status      int
	title, text string // IDs of texts
	part        string
}

// titled returns the page of an ID that has a title and a text.
func titled(status int, id, part string) page { return page{status, id + ".title", id + ".text", part} }

//go:embed page.html
var pageText string

var layout = template.Must(template.New("").Parse(pageText))

// pageData is what page.html shows.
type pageData struct{ Language, Title, Text, Part, Open string }

func (p page) write(w http.ResponseWriter, r *http.Request) {
	language := languageOf(r)
	words := texts()[language]
	var b bytes.Buffer
	if err := layout.Execute(&b, pageData{language, words[p.title], words[p.text], p.part, words["open"]}); err != nil {
		http.Error(w, words[p.title], p.status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", language)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(p.status)
	_, _ = w.Write(b.Bytes())
}
