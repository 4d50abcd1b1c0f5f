package cli

import (
	"os"
	"path/filepath"
	"testing"

	"avatar-launcher/backend"
)

func TestReadGate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gate")
	if err := os.WriteFile(file, []byte("program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readGate(file, "linux"); err != nil || string(got) != "program" {
		t.Errorf("a file that is named: %q, %v", got, err)
	}
	if _, err := readGate(file+"x", "linux"); err == nil || backend.ProblemOf(err).Kind != backend.KindConfig {
		t.Errorf("a file that is named and isn't there: %v", err)
	}
	for _, system := range []string{"linux", "windows"} { // no test has one beside it
		if got, err := readGate("", system); got != nil || err != nil {
			t.Errorf("none: %q, %v", got, err)
		}
	}
}
