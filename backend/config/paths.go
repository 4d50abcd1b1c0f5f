package config

import (
	"errors"
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

var (
	reload   sync.Mutex // guards the xdg package's variables, and the next
	portable string     // the folder of UsePortable, "" without
)

// UsePortable puts all places into one folder, which it makes, instead of the user's home. It returns a problem if the
// folder can't be written.
func UsePortable(folder string) error {
	err := os.MkdirAll(folder, 0o700)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(folder, ".writable.*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return problem(messages.New("config.portableCannotWrite"), reason(err, folder),
			messages.New("config.copyToWritableFolder"), err)
	}
	reload.Lock()
	defer reload.Unlock()
	portable = folder
	return nil
}

// Portable reports whether all places are in one folder.
func Portable() bool {
	reload.Lock()
	defer reload.Unlock()
	return portable != ""
}

// Paths reads the environment at each call.
func Paths() Locations {
	reload.Lock()
	defer reload.Unlock()
	if portable != "" {
		return Locations{ConfigFile: filepath.Join(portable, "config.yaml"), StateDir: filepath.Join(portable, "state"),
			CacheDir: filepath.Join(portable, "cache")}
	}
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
