package config

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestEditKeepsEverythingElse holds each change to the lines that it means.
func TestEditKeepsEverythingElse(t *testing.T) {
	for name, tc := range map[string]struct {
		text    string
		changes []Change
		want    string
	}{
		"a value, its comment and blank lines": {
			"# mine\n\nprofile: local   # for trying\n\n# end\n", []Change{{"profile", "local"}},
			"# mine\n\nprofile: local   # for trying\n\n# end\n"},
		"over quotes": {
			"desktop:\n  theme: 'light' # day\n  quit: \"ask\"\n", []Change{{"desktop.theme", "dark"}, {"desktop.quit", "stop"}},
			"desktop:\n  theme: dark # day\n  quit: stop\n"},
		"a new group in an empty file": {"", []Change{{"desktop.theme", "dark"}}, "desktop:\n  theme: dark\n"},
		"a new group after a comment": {"# nothing yet", []Change{{"desktop.notifications", false}},
			"# nothing yet\ndesktop:\n  notifications: false\n"},
		"after the last key, before the next group's comment": {
			"desktop:\n  theme: dark # night\n\n# the profiles\nprofile: local\n", []Change{{"desktop.quit", "stop"}},
			"desktop:\n  theme: dark # night\n  quit: stop\n\n# the profiles\nprofile: local\n"},
		"an empty group": {
			"desktop:\nprofile: local\n", []Change{{"desktop.theme", "dark"}}, "desktop:\n  theme: dark\nprofile: local\n"},
		"between braces": {
			"desktop: {theme: dark}\n", []Change{{"desktop.quit", "stop"}, {"desktop.theme", "light"}},
			"desktop: {quit: stop, theme: light}\n"},
		"between no braces": {"desktop: {}\n", []Change{{"desktop.quit", "stop"}}, "desktop: {quit: stop}\n"},
		"a file without its last line break": {
			"desktop:\n    theme: dark", []Change{{"desktop.quit", "stop"}}, "desktop:\n    theme: dark\n    quit: stop\n"},
		"letters of more than a byte": {
			"desktop: {theme: dark, language: de} # für später\n", []Change{{"desktop.language", "pt-BR"}},
			"desktop: {theme: dark, language: pt-BR} # für später\n"},
		"language back to the desktop's": {"desktop:\n  language: de\n", []Change{{"desktop.language", ""}},
			"desktop:\n  language: \"\"\n"},
		"the local profile comes with its cloud": {
			"profile: local\n", []Change{{"profiles.local.session.window", 90 * time.Minute},
				{"profiles.local.session.warning", 2 * time.Minute}},
			"profile: local\nprofiles:\n  local:\n    cloud: embedded\n    session:\n      window: 1h30m\n      warning: 2m\n"},
		"a group with a list": {
			studio + "    launch:\n      subnet_ids:\n      - subnet-0123456789abcdef0\n# end\n",
			[]Change{{"profiles.studio.session.window", time.Hour}},
			studio +
				"    launch:\n      subnet_ids:\n      - subnet-0123456789abcdef0\n    session:\n      window: 1h\n# end\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Edit("c.yaml", []byte(tc.text), tc.changes...)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEditRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		text   string
		change Change
	}{
		"a broken file":        {"profile: [\n", Change{"profile", "local"}},
		"a bad value":          {"", Change{"desktop.theme", "pink"}},
		"a profile that isn't": {"", Change{"profile", "studio"}},
		"a window of nothing":  {studio, Change{"profiles.studio.session.window", time.Duration(0)}},
		"several lines":        {"profile: >\n  local\n", Change{"profile", "local"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Edit("c.yaml", []byte(tc.text), tc.change); err == nil {
				t.Errorf("it was taken: %s", got)
			}
		})
	}
}

func TestEditFile(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "new", "config.yaml"), filepath.Join(dir, "link.yaml")
	if err := EditFile(path, Change{"desktop.theme", "dark"}); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := EditFile(link, Change{"desktop.theme", "light"}); err != nil {
		t.Fatal(err)
	}
	f, err := Load(path)
	if err != nil || f.Desktop.Theme != ThemeLight {
		t.Errorf("the file behind the link has %+v, %v", f, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
}

// TestEditIsRead says that whatever was set is what is read, in any order of changes.
func TestEditIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(
			[]string{"", "# hello\n", studio, "profile: local # one\n\n", "desktop: {quit: stop}\n", "desktop:\n"},
		).Draw(
			t,
			"text",
		)
		want, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			var c Change
			switch rapid.IntRange(0, 3).Draw(t, "which") {
			case 0:
				want.Desktop.Theme = rapid.SampledFrom([]string{ThemeSystem, ThemeDark, ThemeLight}).Draw(t, "theme")
				c = Change{"desktop.theme", want.Desktop.Theme}
			case 1:
				want.Desktop.StartAtLogin = rapid.Bool().Draw(t, "login")
				c = Change{"desktop.start_at_login", want.Desktop.StartAtLogin}
			case 2:
				want.Desktop.Language = rapid.SampledFrom([]string{"", "en", "no", "pt-BR"}).Draw(t, "language")
				c = Change{"desktop.language", want.Desktop.Language}
			case 3:
				p := want.Profiles["local"]
				p.Session.Window = time.Duration(rapid.IntRange(10, 60).Draw(t, "minutes")) * time.Minute
				p.Session.Warning = min(5*time.Minute, p.Session.Window/4)
				want.Profiles["local"] = p
				c = Change{"profiles.local.session.window", p.Session.Window}
			}
			edited, err := Edit("c.yaml", []byte(text), c)
			if err != nil {
				t.Fatalf("%+v in %q: %v", c, text, err)
			}
			text = string(edited)
		}
		got, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s\n%s", text, d)
		}
	})
}

// TestEditsAtOnce: two settings that are changed in the same moment are both in the file.
func TestEditsAtOnce(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "config.yaml")
		var all sync.WaitGroup
		for _, c := range []Change{{"desktop.theme", "dark"}, {"desktop.notifications", false}, {"desktop.quit", "stop"}} {
			all.Go(func() {
				if err := EditFile(path, c); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		f, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := f.Desktop; d.Theme != "dark" || d.Notifications || d.Quit != "stop" {
			t.Fatalf("one of three changes is lost: %+v", d)
		}
	}
}
