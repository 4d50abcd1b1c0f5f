package window

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"avatar-launcher/backend/config"
)

// The window has the page's own ground before the page is there.
func TestTheWindowDoesNotFlash(t *testing.T) {
	css, err := os.ReadFile("../../frontend/src/styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		theme      string
		dark, want bool
	}{
		{config.ThemeDark, false, true}, {config.ThemeLight, true, false}, {config.ThemeSystem, true, true},
		{config.ThemeSystem, false, false},
	} {
		c := ground(tt.theme, tt.dark)
		if (c == &darkGround) != tt.want {
			t.Errorf("theme %q on a desktop that is dark %v: %+v", tt.theme, tt.dark, c)
		}
		if hex := fmt.Sprintf("--ground: #%02x%02x%02x;", c.R, c.G, c.B); !strings.Contains(string(css), hex) {
			t.Errorf("the page's ground is not %s", hex)
		}
	}
}

func TestDesktopIsDark(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("GTK's settings are read on Linux only")
	}
	for settings, want := range map[string]bool{
		"":                            false,
		"gtk-theme-name=Adwaita":      false,
		"gtk-theme-name=Adwaita-dark": true,
		"[Settings]\ngtk-application-prefer-dark-theme = 1":     true,
		"gtk-application-prefer-dark-theme=0\ngtk-theme-name=X": false,
	} {
		dir := t.TempDir()
		t.Setenv("XDG_CONFIG_HOME", dir)
		t.Setenv("GTK_THEME", "")
		path := filepath.Join(dir, "gtk-3.0", "settings.ini")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := desktopIsDark(); got != want {
			t.Errorf("%q: %v", settings, got)
		}
	}
	t.Setenv("GTK_THEME", "Adwaita:dark")
	if !desktopIsDark() {
		t.Error("GTK_THEME is not heeded")
	}
}
