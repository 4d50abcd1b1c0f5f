package bridge

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// Settings is the settings page's service. It edits the configuration file itself; what is changed there by hand is
// shown here, and what is changed here keeps the file's comments.
type Settings struct{ service }

// Preferences are what the settings page shows. Durations are nanoseconds.
type Preferences struct {
	File      string         `json:"file"`
	Running   string         `json:"running"` // the profile that this launcher was started with
	Profile   string         `json:"profile"` // the one that the next start takes
	Profiles  []string       `json:"profiles"`
	Desktop   config.Desktop `json:"desktop"`
	Languages []string       `json:"languages"` // BCP 47 tags
	Window    time.Duration  `json:"window" ts_type:"number"`
	Warning   time.Duration  `json:"warning" ts_type:"number"`
	Maximum   time.Duration  `json:"maximum" ts_type:"number"`
	// StaySignedIn and the three above belong to the running profile.
	StaySignedIn bool             `json:"staySignedIn"`
	Keyring      *backend.Problem `json:"keyring"` // what is wrong with it, nil if nothing is
	// Problem says why the file cannot be changed here: it is broken, or not the user's to write. Nil if it can.
	Problem *backend.Problem `json:"problem"`
}

// Setting is one change; exactly one of the values is meant, by the key.
type Setting struct {
	Key     string        `json:"key"`  // see keyOf
	Text    string        `json:"text"` // profile, theme, language, quit
	On      bool          `json:"on"`   // notifications, osdesktop.StartAtLogin, staySignedIn
	Elapses time.Duration `json:"elapses" ts_type:"number"`
}

// Read gives the settings as the file has them now.
func (s *Settings) Read() Preferences { return s.preferences() }

// Write makes one change in the file. It answers the settings as they are then, with a Problem where it was refused.
func (s *Settings) Write(change Setting) Preferences {
	p := s.preferences()
	if p.Problem != nil {
		return p
	}
	c, ok := changeOf(change, s.rooms().Profile.Name)
	if !ok {
		p.Problem = i18n.Problem(&backend.Problem{Kind: backend.KindConfig, What: messages.New("common.noSetting"), Why: messages.New("common.name", change.Key)})
		return p
	}
	if err := config.EditFile(p.File, c); err != nil {
		p.Problem = i18n.ProblemOf(err)
		return p
	}
	p = s.preferences()
	s.window.SetDesktop(p.Desktop) // at once; the file's watcher sees it a moment later
	return p
}

// Open shows the configuration file in the user's editor.
func (s *Settings) Open() { s.window.OpenPath(s.rooms().File) }

// changeOf is a setting's place in the file.
func changeOf(s Setting, profile string) (config.Change, bool) {
	own := "profiles." + profile + "."
	switch s.Key {
	case "profile":
		return config.Change{Path: "profile", Value: s.Text}, true
	case "theme", "language", "quit":
		return config.Change{Path: "desktop." + s.Key, Value: s.Text}, true
	case "notifications":
		return config.Change{Path: "desktop.notifications", Value: s.On}, true
	case "startAtLogin":
		return config.Change{Path: "desktop.start_at_login", Value: s.On}, true
	case "staySignedIn":
		return config.Change{Path: own + "stay_signed_in", Value: s.On}, true
	case "window", "warning", "maximum":
		return config.Change{Path: own + "session." + s.Key, Value: s.Elapses}, true
	}
	return config.Change{}, false
}

func (s *Settings) preferences() Preferences {
	running := s.rooms().Profile
	out := Preferences{
		File: s.rooms().File, Running: running.Name, Profile: running.Name, Profiles: []string{running.Name}, Languages: messages.Languages(),
		Desktop: s.window.Desktop(), Window: running.Session.Window, Warning: running.Session.Warning, Maximum: running.Session.Maximum,
		StaySignedIn: running.StaySignedIn, Keyring: i18n.Problem(s.rooms().Identity.Notice()),
	}
	f, err := config.Load(s.rooms().File)
	if err != nil {
		out.Problem = i18n.ProblemOf(err)
		return out
	}
	out.Profile, out.Profiles, out.Desktop = f.Profile, slices.Sorted(maps.Keys(f.Profiles)), f.Desktop
	if p, err := f.Select(running.Name); err == nil {
		out.Window, out.Warning, out.Maximum, out.StaySignedIn = p.Session.Window, p.Session.Warning, p.Session.Maximum, p.StaySignedIn
	}
	out.Problem = i18n.Problem(readOnly(s.rooms().File))
	return out
}

// readOnly says why a file, or the folder that it would be made in, cannot be written; nil if it can.
func readOnly(path string) *backend.Problem {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil // it is made when something is changed
	}
	f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0) // a pipe is not waited for
	if err == nil {
		err = f.Close()
	}
	if err == nil && info.Mode().Perm()&0o200 != 0 {
		return nil
	}
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.theseSettingsRead"),
		Why: messages.New("common.fileNotYoursWrite", path), Next: messages.New("common.askWhoeverManagesMake"), Cause: err}
}
