package window

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	wailsoptions "github.com/wailsapp/wails/v2/pkg/options"

	"avatar-launcher/backend/config"
)

// The page's ground in both themes; see --ground in frontend/src/styles/tokens.css.
var (
	lightGround = wailsoptions.RGBA{R: 0xf5, G: 0xf6, B: 0xf9, A: 255}
	darkGround  = wailsoptions.RGBA{R: 0x0e, G: 0x10, B: 0x14, A: 255}
)

// ground is the window's colour until the page is painted, so that a dark one does not flash white.
func ground(theme string, dark bool) *wailsoptions.RGBA {
	if theme == config.ThemeDark || theme == config.ThemeSystem && dark {
		return &darkGround
	}
	return &lightGround
}

// desktopIsDark reports whether GTK is set to a dark theme, which is what the page goes by on Linux.
func desktopIsDark() bool {
	if runtime.GOOS != "linux" {
		return false
	}
	if theme := os.Getenv("GTK_THEME"); theme != "" {
		return strings.HasSuffix(strings.ToLower(theme), "dark")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return false
	}
	file, err := os.Open(filepath.Join(dir, "gtk-3.0", "settings.ini"))
	if err != nil {
		return false
	}
	defer file.Close()
	return settingsAreDark(bufio.NewScanner(file))
}

// settingsAreDark reads GTK's settings.ini.
func settingsAreDark(lines *bufio.Scanner) bool {
	dark := false
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		value = strings.ToLower(strings.TrimSpace(value))
		switch strings.TrimSpace(key) {
		case "gtk-application-prefer-dark-theme":
			dark = dark || value == "1" || value == "true"
		case "gtk-theme-name":
			dark = dark || strings.HasSuffix(value, "dark")
		}
	}
	return dark
}
