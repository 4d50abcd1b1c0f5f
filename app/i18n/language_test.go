package i18n

import (
	"slices"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

func TestTheLanguageIsThatOfTheSettingsElseOfTheEnvironment(t *testing.T) {
	t.Cleanup(func() { SetLanguage("") })
	for _, tt := range []struct {
		settings, all, messages, lang, list, want string
	}{
		{"", "", "", "", "", "en"},
		{"", "", "", "de_AT.UTF-8", "", "de"},
		{"", "", "es_MX.UTF-8", "de_DE.UTF-8", "", "es"},
		{"", "C.UTF-8", "", "de_DE.UTF-8", "es", "en"},
		{"", "", "", "en_GB.UTF-8", "tlh:es:de", "es"},
		{"", "", "", "tlh", "", "en"},
		{"de", "", "", "es_ES.UTF-8", "es", "de"},
		{"en", "", "", "de_DE.UTF-8", "", "en"},
	} {
		for name, value := range map[string]string{"LC_ALL": tt.all, "LC_MESSAGES": tt.messages, "LANG": tt.lang,
			"LANGUAGE": tt.list} {
			t.Setenv(name, value)
		}
		if got := SetLanguage(tt.settings).Language; got != tt.want && !(tt.lang == "" && systemLanguages() != nil) {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestEachLanguageWritesItsOwnAmountsAndTimes(t *testing.T) {
	t.Cleanup(func() { SetLanguage("") })
	e := backend.Ended{Used: 72 * time.Minute, Cost: 1.46}
	for _, tt := range []struct{ language, currency, want string }{
		{"de", "USD", "Genutzt: 1 h 12 min · 1,46\u00a0$"},
		{"de", "CHF", "Genutzt: 1 h 12 min · 1,46\u00a0CHF"},
		{"es", "EUR", "Usado 1 h 12 min · 1,46\u00a0€"},
		{"en", "EUR", "Used 1 h 12 min · €1.46"},
	} {
		SetLanguage(tt.language)
		if got := EndedText(e, tt.currency); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.language, got, tt.want)
		}
	}
}

func TestAProblemIsToldInEachLanguage(t *testing.T) {
	t.Cleanup(func() { SetLanguage("") })
	p := &backend.Problem{What: messages.New("common.noFreeInstance"), Why: messages.New("fleet.cloudNotAnswer"),
		Next: messages.New("common.tryAgainMinute")}
	var told []string
	for _, language := range messages.Languages() {
		SetLanguage(language)
		told = append(told, Problem(p).Error())
	}
	slices.Sort(told)
	if want := 3; len(slices.Compact(told)) != want {
		t.Errorf("%q, want %d different texts", told, want)
	}
	if got := Sentence("über alles").String(); got != "Über alles." {
		t.Errorf("a sentence is %q", got)
	}
}
