package messages

import "testing"

// TestVisible spells out what could make a text look like another, and leaves the scripts of the world alone.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"ann":                         "ann",
		"x\nready http://evil.test/":  "x␊ready http://evil.test/",
		"x\r\x1b[2Jy\x00\x7f":         "x␍␛[2Jy␀␡",
		"a\u009b31m\u0085b":           "a<U+009B>31m<U+0085>b",
		"a\u202ecod.exe\u2066\u200f":  "a<U+202E>cod.exe<U+2066><U+200F>",
		"an\u200bn\ufeff\u2060\u00ad": "an<U+200B>n<U+FEFF><U+2060><U+00AD>",
		"a\U000E0041\u3164\u2028":     "a<U+E0041><U+3164><U+2028>",
		"\xff":                        "\ufffd",
		"Jürgen 李 می\u200cخواهم 👩\u200d💻 ❤️": "Jürgen 李 می\u200cخواهم 👩\u200d💻 ❤️",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
		if again := Visible(want); again != want {
			t.Errorf("%q is changed again, to %q", want, again)
		}
	}
}

// TestValuesCannotPassForText holds that what others wrote stays a value in the sentence that quotes it.
func TestValuesCannotPassForText(t *testing.T) {
	const odd, shown = "x\nready http://evil.test/\x1b[2J", "x␊ready http://evil.test/␛[2J"
	c, err := Read(Default)
	if err != nil {
		t.Fatal(err)
	}
	c.leaves = map[string]string{"messages.a.b": "Stopped by {0}.", "messages.a.two": "First\nsecond {0}."}
	if got := c.Text(New("a.b", odd)); got != "Stopped by "+shown+"." {
		t.Errorf("an argument: %q", got)
	}
	if got := c.Text(Verbatim(odd)); got != shown {
		t.Errorf("a text that is nobody's: %q", got)
	}
	if got := c.Text(New("a.b", New("a.two", odd))); got != "Stopped by First\nsecond "+shown+".." {
		t.Errorf("a text in a text: %q", got)
	}
}
