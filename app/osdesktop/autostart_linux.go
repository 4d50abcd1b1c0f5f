package osdesktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"avatar-launcher/backend/config"
)

// autostartFile is the entry that the desktop runs at log-in, by the Desktop Application Autostart Specification.
func autostartFile() string {
	return filepath.Join(filepath.Dir(filepath.Dir(config.Paths().ConfigFile)), "autostart", "avatar-launcher.desktop")
}

// ours marks an entry as one that the settings made: one that somebody has put there by hand is left alone.
const ours = "X-AvatarLauncher-Settings=true"

// StartAtLogin puts the entry up, or takes it down. Doing either again changes nothing.
func StartAtLogin(on bool) error {
	path := autostartFile()
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	there := err == nil
	switch {
	case there && !strings.Contains(string(old), ours), !there && !on:
		return nil
	case !on:
		return os.Remove(path)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	entry := "[Desktop Entry]\nType=Application\nName=Avatar Launcher\nExec=" + desktopQuote(program) + " --hidden\n" +
		"Icon=avatar-launcher\nTerminal=false\n" + ours + "\n"
	if string(old) == entry {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(entry), 0o644)
}

// desktopQuote quotes an argument of Exec by the Desktop Entry Specification: the quoting first, then the escaping of
// the value as a whole, and the percent sign of field codes.
func desktopQuote(s string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(s)
	return `"` + strings.ReplaceAll(strings.ReplaceAll(quoted, `\`, `\\`), "%", "%%") + `"`
}
