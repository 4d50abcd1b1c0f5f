package config

import (
	"strings"

	"avatar-launcher/backend/messages"
)

// byteOrderMark is what some of Windows' editors put in front of a text.
const byteOrderMark = "\ufeff"

// keepLineEnds makes an edit in a text whose lines may end with CR and LF. The edit sees LF alone and no byte order
// mark. Lines that it doesn't change keep their ends, and the others get CR and LF if the text has any.
func keepLineEnds(text string, edit func(string) (string, messages.Message)) (string, messages.Message) {
	body, marked := strings.CutPrefix(text, byteOrderMark)
	edited, why := edit(strings.ReplaceAll(body, "\r\n", "\n"))
	if !why.IsZero() {
		return "", why
	}
	if strings.Contains(body, "\r\n") {
		edited = withLineEndsOf(body, edited)
	}
	if marked {
		edited = byteOrderMark + edited
	}
	return edited, messages.Message{}
}

// withLineEndsOf gives the lines of edited that are in body, too, the ends that they have there, and the
// others CR and LF.
func withLineEndsOf(body, edited string) string {
	before, after := strings.SplitAfter(body, "\n"), strings.SplitAfter(edited, "\n")
	same := func(i, j int) bool { return strings.ReplaceAll(before[i], "\r\n", "\n") == after[j] }
	first := 0
	for first < min(len(before), len(after)) && same(first, first) {
		after[first] = before[first]
		first++
	}
	last := 0
	for last < min(len(before), len(after))-first && same(len(before)-1-last, len(after)-1-last) {
		after[len(after)-1-last] = before[len(before)-1-last]
		last++
	}
	for i := first; i < len(after)-last; i++ {
		if line, ends := strings.CutSuffix(after[i], "\n"); ends {
			after[i] = line + "\r\n"
		}
	}
	return strings.Join(after, "")
}
