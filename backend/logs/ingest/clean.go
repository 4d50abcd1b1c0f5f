package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"avatar-launcher/backend/messages"
)

// maxText bounds the text of a line, in bytes. cut names what it removes.
const maxText = 64 << 10

// esc is the first byte of ECMA-48 control functions (ANSI escape sequences).
const esc = 0x1b

// clean returns b as text that is safe to show. It removes control functions, applies carriage returns, makes control
// and bidirectional characters visible and replaces invalid UTF-8. style is what the control functions say of colours,
// see Line.Style. Most lines need nothing and take one pass.
func clean(b []byte) (text, style string) {
	if isClean(b) {
		return string(b), ""
	}
	b = applyCarriageReturns(b)
	out := make([]byte, 0, len(b))
	var s styleRuns
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c == esc:
			n := controlLength(b[i:])
			s.apply(b[i : i+n])
			i += n
		case c < 0x20 && c != '\t' && c != '\n', c == 0x7f:
			out = utf8.AppendRune(out, controlPicture(c))
			s.advance(controlPicture(c))
			i++
		case c < utf8.RuneSelf:
			out = append(out, c)
			s.advance(rune(c))
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if messages.Deceptive(r) {
				for _, shown := range fmt.Sprintf("<U+%04X>", r) {
					out = utf8.AppendRune(out, shown)
					s.advance(shown)
				}
			} else {
				out = utf8.AppendRune(out, r)
				s.advance(r)
			}
			i += n
		}
	}
	return string(out), s.String()
}

// controlPicture returns the visible symbol of a control character (U+2400 and following).
func controlPicture(c byte) rune {
	if c == 0x7f {
		return '␡'
	}
	return '␀' + rune(c)
}

// applyCarriageReturns drops the part of each line before its last carriage return, as a terminal would overwrite it.
// One at the end of a line is part of the line ending.
func applyCarriageReturns(b []byte) []byte {
	if bytes.IndexByte(b, '\r') < 0 {
		return b
	}
	lines := bytes.Split(b, []byte{'\n'})
	for i, line := range lines {
		line = bytes.TrimRight(line, "\r")
		lines[i] = line[bytes.LastIndexByte(line, '\r')+1:]
	}
	return bytes.Join(lines, []byte{'\n'})
}

// Clean returns s as text that is safe to show.
func Clean(s string) string {
	text, _ := cleanString(s)
	return text
}

// cleanString is clean for a string. It returns s itself if nothing needs to change.
func cleanString(s string) (text, style string) {
	for i := range len(s) {
		if c := s[i]; c < 0x20 && c != '\t' && c != '\n' || c >= 0x7f {
			return clean([]byte(s))
		}
	}
	return s, ""
}

// isClean reports whether clean would return b unchanged.
func isClean(b []byte) bool {
	high := false
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' || c == 0x7f {
			return false
		}
		high = high || c >= utf8.RuneSelf
	}
	if !high {
		return true
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if (r == utf8.RuneError && n == 1) || messages.Deceptive(r) {
			return false
		}
		i += n
	}
	return true
}

// maxControl bounds the length of a control string, in bytes.
const maxControl = 4096

// controlLength returns the length of the control function at the start of b, ESC included: ECMA-48 5.3 (Fe), 5.4 (CSI)
// and 5.6 (control strings, which end with ST or, as in xterm, BEL). A truncated one extends to the end of b.
func controlLength(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	switch b[1] {
	case '[':
		i := 2
		for i < len(b) && b[i] >= 0x20 && b[i] <= 0x3f {
			i++
		}
		if i < len(b) && b[i] >= 0x40 && b[i] <= 0x7e {
			i++
		}
		return i
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < min(len(b), maxControl); i++ {
			if b[i] == '\a' {
				return i + 1
			}
			if b[i] == esc {
				if i+1 < len(b) && b[i+1] == '\\' {
					return i + 2
				}
				break // another one begins, which ends this one in terminals too
			}
		}
		return 2 // no end: remove the introducer only
	}
	i := 1
	for i < len(b) && b[i] >= 0x20 && b[i] <= 0x2f {
		i++
	}
	if i < len(b) && b[i] >= 0x30 && b[i] <= 0x7e {
		i++
	}
	return i
}

// isText reports whether a plain record can be shown as text: valid UTF-8 with few control characters that are neither
// line ends, nor layout, nor control functions.
func isText(b []byte) bool {
	const share = 8 // at most one odd byte in share bytes
	odd := 0
	for _, c := range b {
		switch {
		case c >= 0x20 && c != 0x7f, c == '\t', c == '\n', c == '\r', c == '\f', c == '\b', c == '\a', c == esc:
		default:
			odd++
		}
	}
	return (odd*share <= len(b) || odd == 1 && len(b) > 1) && utf8.Valid(b)
}

// cut shortens s to maxText and appends how many bytes it removed.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	var b strings.Builder
	b.Grow(end + 40)
	b.WriteString(s[:end])
	b.WriteString(cutMark(len(s) - end))
	return b.String()
}
