package window

import (
	"maps"
	"slices"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// itemProfile begins the key of a tray's row that switches to a profile.
const itemProfile = "profile:"

// switchable are the profiles that somebody may switch to, the running one included; none if there is no choice.
func switchable(file string) []string {
	f, err := config.Load(file)
	if err != nil || f.Policy.Locks("profile") {
		return nil
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(f.Profiles)), func(name string) bool {
		return !f.Policy.Allows(name)
	})
	if len(names) < 2 {
		return nil
	}
	return names
}

// switchProfile makes a profile the one that is used, and opens the launcher again with it. An instance that runs is
// asked about first, as before quitting.
func (s *Shell) switchProfile(key string) {
	name := strings.TrimPrefix(key, itemProfile)
	if !s.running() || name == s.rooms.Profile.Name {
		return
	}
	if err := config.EditFile(s.rooms.File, config.Change{Path: "profile", Value: name}); err != nil {
		s.rooms.Launcher.Notify("config", backend.ProblemOf(err))
		s.show()
		return
	}
	s.restart()
}
