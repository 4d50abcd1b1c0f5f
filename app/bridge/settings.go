package bridge

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// Settings is the settings page's service. It edits the configuration file itself; what is changed there by hand is
// shown here, and what is changed here keeps the file's comments.
type Settings struct{ service }

// Preferences are what the settings page shows.
type Preferences struct {
	File      string   `json:"file"`
	Running   string   `json:"running"` // the profile that this launcher was started with
	Profile   string   `json:"profile"` // the one that the next start takes
	Profiles  []string `json:"profiles"`
	Desktop   Desktop  `json:"desktop"`
	Languages []string `json:"languages"` // BCP 47 tags
	Window    int64    `json:"window"`
	Warning   int64    `json:"warning"`
	Maximum   int64    `json:"maximum"` // 0 for none
	// StaySignedIn and the three above belong to the running profile.
	StaySignedIn bool     `json:"staySignedIn"`
	Keyring      *Problem `json:"keyring"` // what is wrong with it, nil if nothing is
	// Policy is the computer's policy, nil if it has none.
	Policy *Policy `json:"policy"`
	// Problem says why the file cannot be changed here: it is broken, or not the user's to write. Nil if it can.
	Problem *Problem `json:"problem"`
}

// Policy says what an administrator has fixed. See config.Policy.
type Policy struct {
	Source string       `json:"source"` // where it was read from
	Reason string       `json:"reason"` // the administrator's words, "" for none
	Locked []SettingKey `json:"locked"` // the settings that it decides
}

// Setting is one change; exactly one of the values is meant, by the key.
type Setting struct {
	Key     SettingKey `json:"key"`
	Text    string     `json:"text,omitempty"`    // profile, theme, language, quit
	On      bool       `json:"on,omitempty"`      // notifications, startAtLogin, staySignedIn
	Elapses int64      `json:"elapses,omitempty"` // window, warning, maximum
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
		p.Problem = newProblem(&backend.Problem{Kind: backend.KindConfig, What: messages.New("common.noSetting"),
			Why: messages.New("common.name", string(change.Key))})
		return p
	}
	if change.Key == SettingStartAtLogin && config.Portable() {
		p.Problem = newProblem(&backend.Problem{Kind: backend.KindConfig,
			What: messages.New("bridge.portableNotAtLogin"), Why: messages.New("bridge.portableChangesNothing"),
			Next: messages.New("identity.startWithoutPortable")})
		return p
	}
	if err := config.EditFile(p.File, c); err != nil {
		p.Problem = problemOf(err)
		return p
	}
	if f, err := config.Load(p.File); err == nil {
		s.window.SetDesktop(f.Desktop) // at once; the file's watcher sees it a moment later
	}
	return s.preferences()
}

// Open shows the configuration file in the user's editor.
func (s *Settings) Open() { s.window.OpenPath(s.rooms().File) }

// changeOf is a setting's place in the file.
func changeOf(s Setting, profile string) (config.Change, bool) {
	own := "profiles." + profile + "."
	switch s.Key {
	case SettingProfile:
		return config.Change{Path: "profile", Value: s.Text}, true
	case SettingTheme, SettingLanguage, SettingQuit:
		return config.Change{Path: "desktop." + string(s.Key), Value: s.Text}, true
	case SettingNotifications:
		return config.Change{Path: "desktop.notifications", Value: s.On}, true
	case SettingStartAtLogin:
		return config.Change{Path: "desktop.start_at_login", Value: s.On}, true
	case SettingStaySignedIn:
		return config.Change{Path: own + "stay_signed_in", Value: s.On}, true
	case SettingWindow, SettingWarning, SettingMaximum:
		return config.Change{Path: own + "session." + string(s.Key), Value: time.Duration(s.Elapses) * time.Millisecond}, true
	}
	return config.Change{}, false
}

func (s *Settings) preferences() Preferences {
	running := s.rooms().Profile
	out := Preferences{
		File:      s.rooms().File,
		Running:   running.Name,
		Profile:   running.Name,
		Profiles:  []string{running.Name},
		Desktop:   NewDesktop(s.window.Desktop()),
		Languages: messages.Languages(),
		Keyring:   newProblem(s.rooms().Identity.Notice()),
	}
	out.setProfile(running)
	f, err := config.Load(s.rooms().File)
	if err != nil {
		out.Problem = problemOf(err)
		return out
	}
	out.Profile, out.Profiles, out.Desktop = f.Profile, allowed(f), NewDesktop(f.Desktop)
	out.Policy = newPolicy(f.Policy, running.Name)
	if p, err := f.Select(running.Name); err == nil {
		out.setProfile(p)
	}
	out.Problem = newProblem(readOnly(s.rooms().File))
	return out
}

// allowed are the profiles that may be used, in the order of their names.
func allowed(f *config.File) []string {
	names := slices.Sorted(maps.Keys(f.Profiles))
	return slices.DeleteFunc(names, func(name string) bool { return !f.Policy.Allows(name) })
}

func newPolicy(p *config.Policy, profile string) *Policy {
	if p == nil {
		return nil
	}
	out := &Policy{Source: p.Source, Reason: p.Reason, Locked: []SettingKey{}}
	for _, key := range settingKeys {
		if c, ok := changeOf(Setting{Key: key}, profile); ok && p.Locks(c.Path) {
			out.Locked = append(out.Locked, key)
		}
	}
	return out
}

// setProfile fills in what belongs to the running profile.
func (p *Preferences) setProfile(of config.Profile) {
	p.Window, p.Warning = of.Session.Window.Milliseconds(), of.Session.Warning.Milliseconds()
	p.Maximum, p.StaySignedIn = of.Session.Maximum.Milliseconds(), of.StaySignedIn
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
		Why: messages.New("common.fileNotYoursWrite", path), Next: messages.New("common.askForTheFile"), Cause: err}
}
