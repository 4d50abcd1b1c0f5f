package messages

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns text that somebody else wrote as one line that cannot pass for another: newlines, control functions
// of terminals, bidirectional controls and invisible characters are spelled out. Most texts need nothing.
func Visible(text string) string {
	if !strings.ContainsFunc(text, spelledOut) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case Deceptive(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func spelledOut(r rune) bool { return r < ' ' || r == 0x7f || Deceptive(r) }

const (
	zeroWidthNonJoiner = 0x200c // both join letters and emoji, and are part of how they are spelled
	zeroWidthJoiner    = 0x200d
)

// Deceptive reports whether r, which is no ASCII, can make text look like another: a C1 control, a bidirectional
// control, a line separator, or a character that cannot be seen.
func Deceptive(r rune) bool {
	switch {
	case r < 0xa0:
		return r >= 0x80
	case r == zeroWidthNonJoiner, r == zeroWidthJoiner:
		return false
	case r == 0x2028, r == 0x2029, // line and paragraph separators
		r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0: // Hangul fillers
		return true
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}
