package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// fakeOpener makes a script the only xdg-open there is.
func fakeOpener(t *testing.T, script string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the opener is xdg-open on Linux only")
	}
	dir := t.TempDir()
	if script != "" {
		if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestABrowserThatDoesNotOpenIsNoticed(t *testing.T) {
	tests := []struct {
		name, script string
		patience     time.Duration
		fails        bool
	}{
		{"none", "", time.Minute, true},
		{"fails", "exit 4", time.Minute, true},
		{"opens", "exit 0", time.Minute, false},
		{"hangs", "exec /bin/sleep 30", 10 * time.Millisecond, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeOpener(t, tt.script)
			from := time.Now()
			if err := openURL("http://demo.example/", tt.patience); (err != nil) != tt.fails {
				t.Errorf("openURL: %v", err)
			}
			if took := time.Since(from); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// The sign-in goes on at once, whatever the opener does: its page shows the address.
func TestTheSignInWaitsForNoBrowser(t *testing.T) {
	for name, script := range map[string]string{"none": "", "fails": "exit 4", "hangs": "exec /bin/sleep 30"} {
		t.Run(name, func(t *testing.T) {
			fakeOpener(t, script)
			from := time.Now()
			err := openBrowser(slog.New(slog.DiscardHandler))("https://pool.example/oauth2/authorize")
			if took := time.Since(from); err != nil || took > browserPatience-time.Second {
				t.Errorf("it took %v: %v", took, err)
			}
		})
	}
}

func TestTheProblemNamesTheAddress(t *testing.T) {
	const address = "http://demo.avatar.localhost:4580/"
	for _, copied := range []bool{true, false} {
		p := noBrowserProblem(address, copied, os.ErrNotExist)
		if !strings.Contains(p.Why, address) || strings.Contains(p.Next, "is copied") != copied {
			t.Errorf("copied %v: %+v", copied, p)
		}
	}
}

func TestIsLocal(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:4566": true, "http://localhost:80": true, "http://[::1]:1": true,
		"": false, "https://ec2.us-east-1.amazonaws.com": false, "http://10.0.0.1": false, "http://127.0.0.1.example.com": false,
	} {
		if got := isLocal(endpoint); got != want {
			t.Errorf("isLocal(%q) = %v", endpoint, got)
		}
	}
}
