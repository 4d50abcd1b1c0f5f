package keep_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSystemdTakesTheUnit has systemd itself read it, where there is one. The program that it names is not installed.
func TestSystemdTakesTheUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze on this machine")
	}
	unit, err := os.ReadFile("../../build/aws/keeper/avatar-keeper.service")
	if err != nil {
		t.Fatal(err)
	}
	const program = "/usr/local/bin/avatar-launcher"
	if !strings.Contains(string(unit), "ExecStart="+program+" ") {
		t.Fatalf("the unit starts another program than %s", program)
	}
	file := filepath.Join(t.TempDir(), "avatar-keeper.service")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(unit), program, "/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput()
	if err != nil || strings.Contains(string(said), "avatar-keeper.service:") {
		t.Errorf("systemd says %v:\n%s", err, said)
	}
}
