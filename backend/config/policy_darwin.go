package config

import (
	"errors"
	"io/fs"

	"howett.net/plist"
)

func systemPolicy() string { return "/Library/Application Support/avatar-launcher/policy.yaml" }

// managedPreferences is the file that macOS makes of the payloads of installed profiles.
const managedPreferences = "/Library/Managed Preferences/io.github.avatar-launcher.plist"

// managedPolicy is the key Policy of the managed preferences.
func managedPolicy() (source, text string, err error) {
	data, err := readFile(managedPreferences)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	var payload struct{ Policy string }
	if err == nil {
		_, err = plist.Unmarshal(data, &payload)
	}
	return managedPreferences, payload.Policy, err
}
