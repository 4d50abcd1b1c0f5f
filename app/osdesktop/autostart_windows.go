package osdesktop

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/windows/registry"
)

const (
	runKey   = `Software\Microsoft\Windows\CurrentVersion\Run`
	runValue = "Avatar Launcher"
)

// StartAtLogin puts the launcher into the user's Run key, or takes it out. Doing either again changes nothing.
func StartAtLogin(on bool) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return startAtLogin(runKey, windowProgram(program), on)
}

// startAtLogin writes or deletes the value of a key of the user's.
func startAtLogin(path, program string, on bool) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if !on {
		if err := key.DeleteValue(runValue); err != nil && !errors.Is(err, registry.ErrNotExist) {
			return err
		}
		return nil
	}
	return key.SetStringValue(runValue, `"`+program+`" --hidden`)
}

// windowProgram returns the program that opens the window without a console, given the path of either: the installer
// puts avatar-launcherw.exe beside avatar-launcher.exe, as Python and Java do.
func windowProgram(program string) string {
	base, found := strings.CutSuffix(program, ".exe")
	if !found || strings.HasSuffix(base, "w") {
		return program
	}
	if _, err := os.Stat(base + "w.exe"); err != nil {
		return program
	}
	return base + "w.exe"
}
