package osdesktop

import (
	"os"
	"strings"
	"testing"
)

func TestStartAtLogin(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	path := autostartFile()
	set := func(on bool) {
		t.Helper()
		for range 2 {
			if err := StartAtLogin(on); err != nil {
				t.Fatal(err)
			}
		}
	}
	there := func() bool { _, err := os.Stat(path); return err == nil }
	set(false)
	set(true)
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), `" --hidden`) {
		t.Fatalf("the entry is %s, %v", data, err)
	}
	set(false)
	if there() {
		t.Error("the entry is still there")
	}
	own := "[Desktop Entry]\nExec=mine\n"
	if err := os.WriteFile(path, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	set(true)
	set(false)
	if data, err := os.ReadFile(path); err != nil || string(data) != own {
		t.Errorf("somebody's own entry became %s, %v", data, err)
	}
}

func TestDesktopQuote(t *testing.T) {
	for in, want := range map[string]string{
		"/usr/bin/x": `"/usr/bin/x"`, "/a b/100%": `"/a b/100%%"`, `/a"b`: `"/a\\"b"`, "/a$b`c": "\"/a\\\\$b\\\\`c\"",
	} {
		if got := desktopQuote(in); got != want {
			t.Errorf("desktopQuote(%s) = %s, want %s", in, got, want)
		}
	}
}
