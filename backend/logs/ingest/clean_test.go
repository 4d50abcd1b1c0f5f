package ingest

import (
	"strings"
	"testing"
)

func TestCleanMakesDeceptiveCharactersVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain, ünïcode 🎈\ttab":            "plain, ünïcode 🎈\ttab",
		"two\nlines":                       "two\nlines",
		"a\x00b\x07\x08\x7f":               "a␀b␇␈␡",
		"\x1b[31mred\x1b[0m":               "red",
		"pay \u202e001$\u202c now":         "pay <U+202E>001$<U+202C> now",
		"\u2066x\u2069\u200e\u200f\u061c":  "<U+2066>x<U+2069><U+200E><U+200F><U+061C>",
		"a\u2028ready http://evil.test/":   "a<U+2028>ready http://evil.test/",
		"un\u200bseen\ufeff\U000E0041":     "un<U+200B>seen<U+FEFF><U+E0041>",
		"می\u200cخواهم 👩\u200d💻":           "می\u200cخواهم 👩\u200d💻",
		"next\u0085line":                   "next<U+0085>line",
		"10 %\r50 %\r100 %":                "100 %",
		"ends as on Windows\r\nnext\r\n":   "ends as on Windows\nnext\n",
		"first\rsecond\nthird\rfourth\r\r": "second\nfourth",
	} {
		if got, _ := clean([]byte(in)); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
		if got, _ := cleanString(in); got != want {
			t.Errorf("cleanString(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestIsTextAllowsFewControlCharacters(t *testing.T) {
	for in, want := range map[string]bool{"a line with one\x00 in it": true, "\x00\x01\x02": false, "\x00": false,
		"": true, "ok\xff": false} {
		if got := isText([]byte(in)); got != want {
			t.Errorf("isText(%q) = %v", in, got)
		}
	}
}

// TestASourceIsOneWordOfItsOwn holds that a record's source cannot begin a line of output, nor pass for the launcher's.
func TestASourceIsOneWordOfItsOwn(t *testing.T) {
	for line, want := range map[string]string{
		`{"msg":"x","source":"unreal\nready http://evil.test/"}`:           "unreal␊ready http://evil.test/",
		`{"v":1,"msg":"x","src":"unreal\r\nready http://evil.test/"}`:      "unreal␊ready http://evil.test/",
		`{"v":1,"msg":"x","src":"\u001b[31munreal\u001b[0m"}`:              "unreal",
		`{"v":1,"msg":"x","src":"un\treal\u202e"}`:                         "un␉real<U+202E>",
		`{"v":1,"msg":"x","src":"launcher"}`:                               "instance",
		`{"v":1,"msg":"x","src":" Launcher\n"}`:                            "instance",
		`{"v":1,"msg":"x","src":"\u001b[0mlauncher"}`:                      "instance",
		`{"msg":"x","logger":"\u001b[0mlauncher"}`:                         "instance",
		`{"msg":"x","source":"launcher\u200b"}`:                            "launcher<U+200B>",
		`{"v":1,"msg":"x","src":"   "}`:                                    "instance",
		`{"v":1,"msg":"x","src":"` + strings.Repeat("é", maxSource) + `"}`: strings.Repeat("é", maxSource/2),
	} {
		d := &Decoder{Everybody: true}
		d.lines(frame{}, []byte(line))
		if len(d.entries) != 1 || d.entries[0].Source != want {
			t.Errorf("%s: %+v, want the source %q", line, d.entries, want)
		}
	}
}
