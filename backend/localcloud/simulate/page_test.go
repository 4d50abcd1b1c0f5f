package simulate

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(t *testing.T, h http.Handler, method, target string) (int, http.Header, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Header(), string(body)
}

func TestPlayersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, 0, 0)
		i := up(false, nil)
		h.Changed(i)
		h.take()
		page := h.Handler(i)
		for range 3 {
			if _, _, body := get(t, page, "POST", "/beat?p=one"); !strings.Contains(body, `"players":1`) {
				t.Fatalf("beat answers %s", body)
			}
			sleep(5 * time.Second)
		}
		get(t, page, "POST", "/beat?p=two")
		if _, _, body := get(t, page, "GET", "/players"); !strings.Contains(body, `"players":2`) {
			t.Errorf("players: %s", body)
		}
		get(t, page, "POST", "/players?p=two&leave=1")
		sleep(15 * time.Second)
		if _, _, body := get(t, page, "GET", "/players"); !strings.Contains(body, `"players":0`) {
			t.Errorf("a silent page is counted: %s", body)
		}
		records := h.take()
		connected, disconnected, most := 0, 0, 0
		for _, r := range records {
			if strings.HasPrefix(*r.Msg, "player connected") {
				connected++
			}
			if strings.HasPrefix(*r.Msg, "player disconnected") {
				disconnected++
			}
			if r.Players != nil {
				most = max(most, *r.Players)
			}
		}
		if connected != 2 || disconnected != 2 || most != 1 {
			t.Errorf("%d connected, %d disconnected, at most %d in the metrics", connected, disconnected, most)
		}
		if code, _, _ := get(t, page, "POST", "/beat"); code != http.StatusBadRequest {
			t.Errorf("a beat of nobody gets %d", code)
		}
	})
}

func TestPage(t *testing.T) {
	h := newHost(t, 0, 0)
	i := up(false, map[string]string{"Name": `avatar-<b>"alice"`})
	page := h.Handler(i)
	if code, _, body := get(t, page, "GET", "/healthz"); code != 503 || !strings.Contains(body, "booting") {
		t.Errorf("before it runs: %d %s", code, body)
	}
	h.Changed(i)
	code, header, body := get(t, page, "GET", "/healthz")
	if code != 200 || strings.TrimSpace(body) != `{"instance":"`+i.ID+`","status":"ready"}` ||
		header.Get("Content-Type") != "application/json" {
		t.Errorf("healthz: %d %s", code, body)
	}
	code, header, body = get(t, page, "GET", "/")
	if code != 200 || !strings.Contains(body, i.ID) || strings.Contains(body, "<b>") {
		t.Errorf("page: %d", code)
	}
	for _, part := range []string{"<style>" + pageCSS + "</style>", "<script>" + pageJS + "</script>"} {
		if !strings.Contains(body, part) {
			t.Errorf("the policy's digest is not of what the page holds: %.40s…", part)
		}
	}
	if !strings.Contains(header.Get("Content-Security-Policy"), digest(pageJS)) {
		t.Error("no policy")
	}
	for _, outside := range []string{"http://", "https://", "src=", "@import"} {
		if text := strings.ReplaceAll(body, "http://www.w3.org/2000/svg", ""); strings.Contains(text, outside) {
			t.Errorf("the page refers to the outside: %s", outside)
		}
	}
	if code, _, _ := get(t, page, "GET", "/other"); code != 404 {
		t.Errorf("another path gets %d", code)
	}
}

func TestUserNames(t *testing.T) {
	for tag, want := range map[string]string{"avatar-alice": "alice", "avatar-warm-3": "", "": "", "web": "",
		"avatar-warmth": "warmth"} {
		if got := userName(tag); got != want {
			t.Errorf("userName(%q) = %q, want %q", tag, got, want)
		}
	}
}
