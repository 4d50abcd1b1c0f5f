package osdesktop

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestStartAtLoginWritesTheRegistry writes a key of its own, which has the form of the user's Run key.
func TestStartAtLoginWritesTheRegistry(t *testing.T) {
	const key = `Software\avatar-launcher-test\Run`
	t.Cleanup(func() {
		_ = registry.DeleteKey(registry.CURRENT_USER, key)
		_ = registry.DeleteKey(registry.CURRENT_USER, filepath.Dir(key))
	})
	value := func() (string, error) {
		k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.QUERY_VALUE)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		text, _, err := k.GetStringValue(runValue)
		return text, err
	}
	for _, on := range []bool{false, true, true, false, false} {
		if err := startAtLogin(key, `C:\Program Files\Zoë\avatar-launcherw.exe`, on); err != nil {
			t.Fatal(err)
		}
		text, err := value()
		if on && text != `"C:\Program Files\Zoë\avatar-launcherw.exe" --hidden` || !on &&
			!errors.Is(err, registry.ErrNotExist) {
			t.Errorf("after %t the value is %q, %v", on, text, err)
		}
	}
}

// TestTheProgramWithoutAConsoleStartsAtLogin, if it is there.
func TestTheProgramWithoutAConsoleStartsAtLogin(t *testing.T) {
	dir, err := os.MkdirTemp("", "programs")
	if err != nil {
		t.Fatal(err)
	}
	plain, window := filepath.Join(dir, "avatar-launcher.exe"), filepath.Join(dir, "avatar-launcherw.exe")
	t.Cleanup(func() { _ = os.Remove(window); _ = os.Remove(dir) })
	if got := windowProgram(plain); got != plain {
		t.Errorf("alone it is %s", got)
	}
	if err := os.WriteFile(window, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{plain, window} {
		if got := windowProgram(program); got != window {
			t.Errorf("for %s it is %s", program, got)
		}
	}
}
