package osdesktop

import (
	"errors"
	"os"

	"golang.org/x/sys/windows/registry"
)

// StartAtLogin puts the launcher into the user's Run key, or takes it out. Doing either again changes nothing.
func StartAtLogin(on bool) error {
	const name = "Avatar Launcher"
	key, _, err := registry.CreateKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\Run`, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if !on {
		if err := key.DeleteValue(name); err != nil && !errors.Is(err, registry.ErrNotExist) {
			return err
		}
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return key.SetStringValue(name, `"`+program+`" --hidden`)
}
