//go:build !windows

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/backend"
)

// TestAPolicyThatUsersMayWrite is none that an administrator has answered for.
func TestAPolicyThatUsersMayWrite(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"file":   func(path string) error { return os.Chmod(path, 0o666) },
		"folder": func(path string) error { return os.Chmod(filepath.Dir(path), 0o777) },
		"owner": func(string) error {
			policyAt.owner = os.Getuid() + 1
			if os.Getuid() == 0 {
				return os.Chown(PolicyFile(), 65534, 65534)
			}
			return nil
		},
	} {
		path := under(t, "locked: {desktop: {quit: stop}}\n", "")
		if _, err := Load(path); err != nil {
			t.Fatalf("%s: before: %v", name, err)
		}
		if err := spoil(PolicyFile()); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if p := backend.ProblemOf(err); err == nil || !strings.Contains(p.Why.String(), "other than an administrator") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPolicyIsWatched(t *testing.T) {
	path := under(t, "locked: {desktop: {quit: stop}}\n", "desktop: {quit: ask}\n")
	changed := watching(t, path)
	write(t, PolicyFile(), "locked: {desktop: {quit: ask, theme: light}}\n")
	if f := receive(t, changed); f.Desktop.Quit != QuitAsk || f.Desktop.Theme != ThemeLight {
		t.Errorf("%+v", f.Desktop)
	}
	if err := os.Remove(PolicyFile()); err != nil {
		t.Fatal(err)
	}
	for f := receive(t, changed); f.Desktop.Theme != ThemeSystem; f = receive(t, changed) {
	}
}
