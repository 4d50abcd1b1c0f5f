package window

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain ends as a launcher that crashes, if told to.
func TestMain(m *testing.M) {
	if dir := os.Getenv("AVATAR_TEST_CRASH"); dir != "" {
		if _, _, err := recordCrashes(dir, time.Now()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(9)
		}
		home, _ := os.UserHomeDir()
		go panic(fmt.Sprintf("cannot sign in with password=hunter2 as %s by eyJhbGciOi.J9.xyz from 192.0.2.7 in %s/secret",
			os.Getenv("USER"), home))
		select {}
	}
	os.Exit(m.Run())
}

// crash has a process of its own record crashes in a folder, and crash.
func crash(t *testing.T, dir string) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "AVATAR_TEST_CRASH="+dir, "HOME="+filepath.Join(dir, "home"), "USER=gwendolyn")
	out, err := c.CombinedOutput()
	if c.ProcessState == nil || c.ProcessState.ExitCode() != 2 {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestACrashLeavesAReportWithoutSecrets(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("USER", "gwendolyn")
	crash(t, dir)
	r, report, err := recordCrashes(dir, time.Now())
	if err != nil || report == "" {
		t.Fatalf("%q, %v", report, err)
	}
	data, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, want := range []string{"Avatar Launcher dev", "panic: cannot sign in", "goroutine ", "crash_test.go:"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, secret := range []string{"hunter2", "eyJhbGciOi", "192.0.2.7", "gwendolyn", filepath.Join(dir, "home")} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in\n%s", secret, text)
		}
	}
	if filepath.Dir(report) != filepath.Join(dir, "logs") {
		t.Errorf("the report is at %s", report)
	}
	r.close()
	// An end without a crash is followed by no report, and leaves no file.
	if left, _ := filepath.Glob(filepath.Join(dir, "crash*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	r, report, err = recordCrashes(dir, time.Now())
	if err != nil || report != "" {
		t.Errorf("after a proper end: %q, %v", report, err)
	}
	r.close()
}

// TestAKilledLauncherHasNoReport: SIGKILL and the loss of power leave the header alone.
func TestAKilledLauncherHasNoReport(t *testing.T) {
	dir := t.TempDir()
	header := []byte("Avatar Launcher v1, linux/amd64, started now\n")
	if err := os.WriteFile(filepath.Join(dir, "crash.txt"), header, 0o600); err != nil {
		t.Fatal(err)
	}
	r, report, err := recordCrashes(dir, time.Now())
	defer r.close()
	if err != nil || report != "" {
		t.Errorf("%q, %v", report, err)
	}
}

func TestOldReportsGo(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for n := range 8 {
		if err := os.WriteFile(filepath.Join(dir, "crash.txt"), []byte("header\npanic: x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		r, _, err := recordCrashes(dir, at.Add(time.Duration(n)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		r.close()
	}
	left, _ := filepath.Glob(filepath.Join(dir, "logs", "crash-*.txt"))
	if len(left) != keptReports || filepath.Base(left[0]) != "crash-20261128-150000.txt" {
		t.Errorf("left: %v", left)
	}
}
