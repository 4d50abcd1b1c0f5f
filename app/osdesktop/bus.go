package osdesktop

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/godbus/dbus/v5"
)

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// NameSessionBus names the session bus in the environment, or says there that there is none. Without a name each
// library would start a bus of its own by dbus-launch: the keyring behind it is not the user's, and it outlives us.
func NameSessionBus() {
	if runtime.GOOS != "linux" || os.Getenv(busVariable) != "" {
		return
	}
	address := "disabled:"
	for _, folder := range []string{os.Getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", os.Getuid())} {
		socket := filepath.Join(folder, "bus") // systemd's, see sd_bus_open_user(3)
		if info, err := os.Stat(socket); folder != "" && err == nil && info.Mode()&os.ModeSocket != 0 {
			address = "unix:path=" + socket
			break
		}
	}
	_ = os.Setenv(busVariable, address)
}

// TrayHosted reports whether something on a session bus shows tray icons.
func TrayHosted(bus *dbus.Conn) bool {
	const watcher = "org.kde.StatusNotifierWatcher"
	v, err := bus.Object(watcher, "/StatusNotifierWatcher").GetProperty(watcher + ".IsStatusNotifierHostRegistered")
	if err != nil {
		return false
	}
	there, _ := v.Value().(bool)
	return there
}
