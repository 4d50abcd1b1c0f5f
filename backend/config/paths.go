package config

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"avatar-launcher/backend/messages"

	"github.com/adrg/xdg"
)

// Locations are the launcher's places in the user's home, by the XDG Base Directory Specification and its
// counterparts on Windows and macOS. None is made by asking.
type Locations struct {
	ConfigFile string
	StateDir   string // logs, window size, the embedded cloud's state
	CacheDir   string
}

var reload sync.Mutex // guards the xdg package's variables

// Paths reads the environment at each call.
func Paths() Locations {
	reload.Lock()
	defer reload.Unlock()
	xdg.Reload()
	const app = "avatar-launcher"
	return Locations{
		ConfigFile: filepath.Join(xdg.ConfigHome, app, "config.yaml"),
		StateDir:   filepath.Join(xdg.StateHome, app),
		CacheDir:   filepath.Join(xdg.CacheHome, app),
	}
}

// Resolve finds what --profile means: a file, whose default profile is used, or the name of a profile of the file at
// configPath ("" is its default). The second result is the path of the file that the profile comes from.
func Resolve(arg, configPath string) (Profile, string, error) {
	path, name := configPath, arg
	if isPath(arg) {
		path, name = arg, ""
		if _, err := os.Stat(arg); err != nil {
			return Profile{}, path, problem(messages.New("config.profileCannotRead"), reason(err, arg),
				messages.New("config.nameFileExistsProfile", configPath), err)
		}
	}
	f, err := Load(path)
	if err != nil {
		return Profile{}, path, err
	}
	p, err := f.Select(name)
	return p, path, err
}

func isPath(arg string) bool {
	if arg == "" {
		return false
	}
	if strings.ContainsRune(arg, '/') || strings.ContainsRune(arg, filepath.Separator) {
		return true
	}
	if ext := strings.ToLower(filepath.Ext(arg)); ext == ".yaml" || ext == ".yml" {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && info.Mode().IsRegular()
}
