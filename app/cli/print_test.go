package cli

import (
	"bytes"
	"strings"
	"testing"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// No line of the log can pass for one of the verb's own.
func TestALineOfTheLogIsOneLine(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out}
	p.line(logs.Line{Level: "info", Source: "unreal", Text: "x\nready http://evil.test/"})
	if lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"); len(lines) != 1 ||
		strings.HasPrefix(lines[0], "ready") {
		t.Errorf("%q", lines)
	}
}

// TestNamesOfOthersStayInTheirCell prints what users can write into their own rows, such as a name.
func TestNamesOfOthersStayInTheirCell(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out}
	p.table([][]string{{"OWNER", "STATE"}, {"\x1b[2Jann\nready http://evil.test/\u202e", "warm"}})
	if got := out.String(); strings.Count(got, "\n") != 2 || strings.Contains(got, "\x1b") ||
		strings.Contains(got, "\u202e") {
		t.Errorf("%q", got)
	}
}

// TestEachTryIsPrintedOnce: snapshots list all that a start has tried so far.
func TestEachTryIsPrintedOnce(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out}
	first, second := messages.Verbatim("The first."), messages.Verbatim("The second.")
	p.tries([]messages.Message{first})
	p.tries([]messages.Message{first, second})
	p.tries([]messages.Message{first, second})
	p.tries(nil)
	p.tries([]messages.Message{second})
	if want := "The first.\nThe second.\nThe second.\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
