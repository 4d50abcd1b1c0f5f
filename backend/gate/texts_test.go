package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

var update = flag.Bool("update", false, "write texts.json")

// TestTextsAreTheCatalogues compares texts.json with the section of the catalogues, or writes it.
func TestTextsAreTheCatalogues(t *testing.T) {
	const section = "messages.gate."
	all := map[string]map[string]string{}
	for _, language := range messages.Languages() {
		c, err := messages.Read(language)
		if err != nil {
			t.Fatal(err)
		}
		all[language] = map[string]string{}
		for _, key := range c.Keys() {
			if id, ok := strings.CutPrefix(key, section); ok {
				all[language][id] = c.Say(key)
			}
		}
	}
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("texts.json", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(textsFile, want.Bytes()) {
		t.Error("texts.json is not what backend/messages says; run this test with -update")
	}
}

func TestTheGateSpeaksTheBrowsersLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "*": "en", "fr": "en", "de": "de", "de-AT,de;q=0.9,en;q=0.8": "de", "ES-mx": "es",
		"fr-CH, fr;q=0.9, es;q=0.8, de;q=0.7, *;q=0.5": "es", "en;q=0.5, de;q=0.8": "de", "de;q=0, es": "es",
		"de;q=0": "en", "de;q=x": "en", ";;,,=": "en", strings.Repeat("de;q=0.1,", maxPreferences) + "es": "de",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		if got := languageOf(r); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

// TestEachPageIsThereInEachLanguage opens all of the gate's pages in each language: an ID that is not there would leave
// a page empty. It also finds texts that no page has.
func TestEachPageIsThereInEachLanguage(t *testing.T) {
	for language, words := range texts() {
		w := newWorld(t)
		g, cookies := w.Handler.(*gate), w.admitted(http.MethodGet, w.ticket())
		ask := func(method, target string, cookies []*http.Cookie, header ...string) *http.Response {
			return w.do(method, target, cookies, append(header, "Accept-Language", language)...)
		}
		guest := EnterPath + "?ticket=" + w.invite(Invite{Until: start.Add(time.Minute), Uses: 1})
		seen := map[string]bool{}
		see := func(res *http.Response, ids ...string) {
			t.Helper()
			page := html.UnescapeString(text(t, res))
			for _, id := range ids {
				seen[id] = true
				if words[id] == "" || !strings.Contains(page, words[id]) {
					t.Errorf("%s: the text %q is not in the page %s", language, id, page)
				}
			}
			if strings.Contains(page, "<html") && !strings.Contains(page, `<html lang="`+language+`">`) {
				t.Errorf("%s: the page is in another language: %s", language, page)
			}
		}
		see(ask(http.MethodGet, "/", nil), "ownersOnly.title", "ownersOnly.text")
		see(ask(http.MethodPost, "/", cookies, "Origin", "http://evil.example"), "otherSite.title", "otherSite.text")
		see(ask(http.MethodPut, EnterPath, nil), "method.title", "method.text")
		see(ask(http.MethodGet, guest, nil), "invited.title", "invited.text", "open")
		for _, why := range []refusal{refusedMalformed, refusedOther, refusedKey, refusedExpired, refusedEarly, refusedUsed,
			refusedTakenBack, refusedNoOwner} {
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, EnterPath, nil)
			r.Header.Set("Accept-Language", language)
			g.refuse(rec, r, why)
			see(rec.Result(), "refused", string(why))
		}
		for range wrongBurst {
			w.enter(http.MethodGet, "x")
		}
		see(ask(http.MethodGet, EnterPath+"?ticket=x", nil), "tooMany")
		w.fails = errors.New("no tags")
		see(ask(http.MethodGet, "/", nil), "notReady.title", "notReady.text")
		for id := range words {
			if !seen[id] {
				t.Errorf("%s: no page has the text %q", language, id)
			}
		}
	}
}

func TestTheLogIsInEnglish(t *testing.T) {
	w := newWorld(t)
	var said string
	w.Handler.(*gate).Refused = func(_ *http.Request, why string) { said = why }
	w.do(http.MethodGet, EnterPath+"?ticket=x", nil, "Accept-Language", "de")
	if said != texts()[english]["malformed"] || !strings.Contains(said, "complete") {
		t.Errorf("the log says %q", said)
	}
}
