package i18n

import (
	"testing"
	"time"

	"avatar-launcher/backend"
)

func TestEndedTextSaysHowLongAndHowMuch(t *testing.T) {
	for want, e := range map[string]backend.Ended{
		"Used 1 h 12 min · $1.46": {Used: 72 * time.Minute, Cost: 1.46},
		"Used 12 min":             {Used: 12 * time.Minute},
		"Used 2 h":                {Used: 2 * time.Hour},
	} {
		if got := EndedText(e, "USD"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
