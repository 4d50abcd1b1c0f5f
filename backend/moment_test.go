package backend

import (
	"testing"
	"time"

	"avatar-launcher/backend/messages"
)

func TestAMomentIsWrittenAsTheLanguageWritesIt(t *testing.T) {
	at := time.Date(2026, time.March, 2, 9, 5, 0, 0, time.Local)
	for language, want := range map[string]string{
		"en": "09:05 on March 2", "de": "09:05 am 2. März", "es": "09:05 del 2 de marzo",
	} {
		c, err := messages.Read(language)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Text(moment(at)); got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
