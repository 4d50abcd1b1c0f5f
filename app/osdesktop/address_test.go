package osdesktop

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"avatar-launcher/backend"
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
			if err := OpenURL("http://demo.example/", tt.patience); (err != nil) != tt.fails {
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
			err := OpenBrowser(slog.New(slog.DiscardHandler))("https://pool.example/oauth2/authorize")
			if took := time.Since(from); err != nil || took > BrowserPatience-time.Second {
				t.Errorf("it took %v: %v", took, err)
			}
		})
	}
}

func TestIsLocal(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:4566": true, "http://localhost:80": true, "http://[::1]:1": true,
		"": false, "https://ec2.us-east-1.amazonaws.com": false, "http://10.0.0.1": false,
		"http://127.0.0.1.example.com": false,
	} {
		if got := IsLocal(endpoint); got != want {
			t.Errorf("isLocal(%q) = %v", endpoint, got)
		}
	}
}

func TestAvatarURLOpensTheSessionsOwnHostOnly(t *testing.T) {
	for url, good := range map[string]bool{
		"http://demo.avatar.localhost:8080/":       true,
		"https://DEMO.avatar.localhost/":           true,
		"https://evil.example/":                    false,
		"https://demo.avatar.localhost@evil.test/": false,
		"https://evil@demo.avatar.localhost/":      false,
		"file:///etc/passwd":                       false,
		"javascript:alert(1)":                      false,
		"":                                         false,
	} {
		_, err := AvatarURL(backend.Snapshot{URL: url, Session: &backend.Session{Domain: "demo.avatar.localhost."}})
		if (err == nil) != good {
			t.Errorf("%q: %v", url, err)
		}
	}
}
