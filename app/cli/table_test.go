package cli

import (
	"bytes"
	"strings"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// TestColumnsLineUp has characters of several bytes, one that combines with the one before it, and wide ones.
func TestColumnsLineUp(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out}
	p.table([][]string{{"OWNER", "STATE"}, {"Zoé", "warm"}, {"Zoe\u0301…", "warm"}, {"東京", "warm"}})
	want := "OWNER  STATE\nZoé    warm\nZoe\u0301…   warm\n東京   warm\n"
	if got := out.String(); got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

func TestColumnsAreNoWiderThanTheirText(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out}
	p.table([][]string{{"éé", "x"}})
	p.checks([]backend.Check{{Name: messages.Verbatim("répertoire"), OK: true, Why: messages.Verbatim("Fine.")}})
	if got := out.String(); !strings.Contains(got, "éé  x\n") || !strings.Contains(got, "répertoire  Fine.\n") {
		t.Errorf("printed\n%s", got)
	}
}
