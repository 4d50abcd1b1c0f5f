package i18n

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

var update = flag.Bool("update", false, "write testdata/figures.json anew")

// TestFiguresFile compares figures.json with how notifications and commands write figures. The page's test
// figures.test.ts compares it with how the window does. Run it with -update after a form has changed.
func TestFiguresFile(t *testing.T) {
	defer SetLanguage("en")
	type amount struct {
		Amount   float64 `json:"amount"`
		Currency string  `json:"currency"`
		Said     string  `json:"said"`
	}
	type length struct {
		Milliseconds int64  `json:"milliseconds"`
		Said         string `json:"said"`
	}
	type figures struct {
		Money   []amount `json:"money"`
		Lengths []length `json:"lengths"`
	}
	all := map[string]figures{}
	for _, language := range messages.Languages() {
		SetLanguage(language)
		var f figures
		for _, a := range []float64{0, 0.004, 0.0099, 0.01, 0.02, 1.459, 14.6, 999.99} {
			for _, currency := range []string{"USD", "EUR", "GBP", "CHF"} {
				f.Money = append(f.Money, amount{a, currency, Money(a, currency)})
			}
		}
		for _, d := range []time.Duration{0, 29 * time.Second, 30 * time.Second, 59*time.Minute + 29*time.Second,
			59*time.Minute + 30*time.Second, 72 * time.Minute, 125 * time.Minute, 12 * time.Hour} {
			f.Lengths = append(f.Lengths, length{d.Milliseconds(), Length(d)})
		}
		all[language] = f
	}
	var got bytes.Buffer
	w := json.NewEncoder(&got)
	w.SetIndent("", "  ")
	if err := w.Encode(all); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "figures.json")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s is not how figures are written. Run: go test ./app/i18n -run TestFiguresFile -update", file)
	}
}
