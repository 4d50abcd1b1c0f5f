package messages

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"golang.org/x/text/language"
)

// german is a catalogue of a few messages.
func german() *Catalogue {
	return &Catalogue{Language: "de", tag: language.German, leaves: map[string]string{
		section + "signedInAs": "Angemeldet als {0}.", section + "failed": "Start gescheitert: {0}", section + "clock": "Uhr",
		section + "tries.one": "ein Versuch", section + "tries.other": "{0} Versuche", section + "of": "{1} von {0}"}}
}

func TestText(t *testing.T) {
	c := german()
	for _, tc := range []struct {
		m    Message
		want string
	}{
		{Message{}, ""},
		{Verbatim(""), ""},
		{New("clock"), "Uhr"},
		{New("signedInAs", "anna"), "Angemeldet als anna."},
		{New("tries", 1), "ein Versuch"},
		{New("tries", 3), "3 Versuche"},
		{New("of", 1, "{0}"), "{0} von 1"},
		{New("failed", New("tries", 2)), "Start gescheitert: 2 Versuche"},
		{New("failed", Join(New("clock"), Message{}, Verbatim("x."))), "Start gescheitert: Uhr x."},
		{New("no.such"), section + "no.such"},
	} {
		if got := c.Text(tc.m); got != tc.want {
			t.Errorf("%#v is told as %q, want %q", tc.m, got, tc.want)
		}
	}
}

// A user may have a name that is a message's text, and an operator's reason may be one.
func TestArgumentsAreNotTranslated(t *testing.T) {
	c := german()
	if got := c.Text(New("signedInAs", "clock")); got != "Angemeldet als clock." {
		t.Errorf("the user clock is told as %q", got)
	}
	if got := c.Text(Verbatim("clock")); got != "clock" {
		t.Errorf("the reason clock is told as %q", got)
	}
}

// A language has the plural categories that CLDR gives it, not those of English.
func TestPluralsAreTheLanguages(t *testing.T) {
	russian := &Catalogue{tag: language.Russian,
		leaves: map[string]string{"n.one": "{0} строка", "n.few": "{0} строки", "n.many": "{0} строк",
			"n.other": "{0} строки"}}
	for n, want := range map[any]string{0: "0 строк", 1: "1 строка", 3: "3 строки", 5: "5 строк", 11: "11 строк",
		21: "21 строка", "22": "22 строки", 1.5: "1.5 строки", -1: "-1 строка"} {
		if got := russian.Say("n", n); got != want {
			t.Errorf("%v is told as %q, want %q", n, got, want)
		}
	}
}

func TestJSONIsTheText(t *testing.T) {
	data, err := json.Marshal(Join(Verbatim(`a "b".`), Verbatim("c.")))
	if err != nil || string(data) != `"a \"b\". c."` {
		t.Errorf("written as %s, %v", data, err)
	}
	var m Message
	if err := json.Unmarshal(data, &m); err != nil || !reflect.DeepEqual(m, Verbatim(`a "b". c.`)) {
		t.Errorf("read as %#v, %v", m, err)
	}
}

// Launchers of other versions and languages read what one has stored.
func TestEncode(t *testing.T) {
	for _, key := range english().Keys() {
		id, ok := cutSection(key)
		if !ok {
			continue
		}
		for _, m := range []Message{New(id), New(id, "a", 2), New(id, New(id, "b"), Verbatim("c"))} {
			if got := Decode(m.Encode(), m.String()); fmt.Sprint(got) != fmt.Sprint(m) || got.ID != m.ID {
				t.Errorf("%#v was read as %#v", m, got)
			}
		}
		break
	}
	for _, encoded := range []string{"", "{", `{"id":"no.such"}`, `{"args":["x"]}`, Verbatim("clock").Encode()} {
		if got := Decode(encoded, "clock"); !reflect.DeepEqual(got, Verbatim("clock")) {
			t.Errorf("%q was read as %#v", encoded, got)
		}
	}
}
