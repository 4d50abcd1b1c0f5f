package gate

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// textsFile has the texts of the gate's pages, by language and ID. It is the section messages.gate of backend/messages,
// which holds 400 KB that the instance doesn't need. To write it anew:
// go test ./backend/gate -run TestTextsAreTheCatalogues -update
//
//go:embed texts.json
var textsFile []byte

// english is the language of the log, and of those who prefer none of the others.
const english = "en"

var texts = sync.OnceValue(func() map[string]map[string]string {
	var all map[string]map[string]string
	if err := json.Unmarshal(textsFile, &all); err != nil {
		panic(err) // the file is in the program, and a test has read it
	}
	return all
})

// maxPreferences bounds how many languages of a request are looked at.
const maxPreferences = 16

// languageOf returns the language that a request prefers of those that there are texts in. A region is ignored: de-AT
// is German. https://datatracker.ietf.org/doc/html/rfc9110#section-12.5.4
func languageOf(r *http.Request) string {
	type preference struct {
		language string
		weight   float64
	}
	var all []preference
	for one := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		if len(all) == maxPreferences {
			break
		}
		tag, parameter, _ := strings.Cut(one, ";")
		language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			weight, _ = strconv.ParseFloat(q, 64)
		}
		if texts()[language] != nil && weight > 0 {
			all = append(all, preference{language, weight})
		}
	}
	if len(all) == 0 {
		return english
	}
	slices.SortStableFunc(all, func(a, b preference) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	return all[0].language
}
