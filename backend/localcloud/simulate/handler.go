package simulate

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/ec2"
)

//go:embed avatar.html
var pageHTML string

//go:embed avatar.css
var pageCSS string

//go:embed avatar.js
var pageJS string

var page = template.Must(template.New("avatar").Parse(pageHTML))

// policy lets the page run its own script and style and talk to its own host, and nothing else.
var policy = "default-src 'none'; script-src '" + digest(pageJS) + "'; style-src '" + digest(pageCSS) +
	"'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func digest(inline string) string {
	sum := sha256.Sum256([]byte(inline))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// view is what the page's template is given.
type view struct {
	Name, Instance, Zone, Type string
	Style                      template.CSS
	Script                     template.JS
}

// Handler is the instance's web server: the avatar page at /, its state at /healthz, its players at /players and the
// page's sign of life at /beat. It answers 503 until the avatar is ready; a caller who asks Answering first can refuse
// the connection instead, as a booting machine does.
func (s *Service) Handler(in ec2.Instance) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { writePage(w, in) })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"status": "ready", "instance": in.ID})
	})
	mux.HandleFunc("GET /players", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.presence(in, s.player(in.ID, func(*machine, time.Time) {})))
	})
	for _, path := range []string{"/beat", "/players"} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { s.beat(w, r, in) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !s.Answering(in.ID) {
			w.Header().Set("Retry-After", "1")
			writeJSON(w, http.StatusServiceUnavailable, map[string]any{"status": "booting", "instance": in.ID})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// beat takes a page's sign of life, or of leaving: ?p=ID, and &leave=1. A page of another site counts nobody.
func (s *Service) beat(w http.ResponseWriter, r *http.Request, in ec2.Instance) {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" {
		http.Error(w, "cross-site", http.StatusForbidden)
		return
	}
	id := r.URL.Query().Get("p")
	if id == "" || len(id) > 64 {
		http.Error(w, "p must be 1 to 64 characters", http.StatusBadRequest)
		return
	}
	n := 0
	if r.URL.Query().Get("leave") != "" {
		n = s.left(in.ID, id)
	} else {
		n = s.seen(in.ID, id)
	}
	writeJSON(w, http.StatusOK, s.presence(in, n))
}

func (s *Service) presence(in ec2.Instance, players int) map[string]any {
	return map[string]any{"instance": in.ID, "players": players}
}

func writePage(w http.ResponseWriter, in ec2.Instance) {
	var body bytes.Buffer
	v := view{
		Name: userName(in.Tags["Name"]), Instance: in.ID, Zone: in.Zone, Type: in.Type,
		Style: template.CSS(pageCSS), Script: template.JS(pageJS),
	}
	if err := page.Execute(&body, v); err != nil {
		http.Error(w, "the avatar page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(body.Bytes())
}

// userName is the user of a Name tag "avatar-<username>", "" for an instance of the pool.
func userName(tag string) string {
	name, ok := strings.CutPrefix(tag, "avatar-")
	if !ok || strings.HasPrefix(name, "warm-") {
		return ""
	}
	return name
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
