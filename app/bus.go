package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// settleBus names the session bus in the environment, or says there that there is none. Without a name each library
// would start a bus of its own by dbus-launch: the keyring behind it is not the user's, and it outlives us.
func settleBus() {
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
