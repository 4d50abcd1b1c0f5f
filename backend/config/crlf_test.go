package config

import (
	"strings"
	"testing"
)

// TestAFileFromWindows reads and changes a file as Notepad writes it: CR and LF at each line's end, and a byte order
// mark in front.
func TestAFileFromWindows(t *testing.T) {
	const mark = "\ufeff"
	unix := "# mine\nprofile: a\ndesktop:\n  theme: light # bright\nprofiles:\n  a:\n    cloud: embedded\n    session:\n" +
		"      window: 30m\n"
	for name, front := range map[string]string{"CRLF": "", "CRLF and a byte order mark": mark} {
		t.Run(name, func(t *testing.T) {
			text := front + strings.ReplaceAll(unix, "\n", "\r\n")
			f, err := Parse("c.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if f.Profile != "a" || f.Desktop.Theme != "light" || f.Profiles["a"].Session.Window.String() != "30m0s" {
				t.Errorf("it is read as %+v", f)
			}
			edited, err := Edit("c.yaml", []byte(text), Change{"desktop.theme", "dark"}, Change{"desktop.quit", "stop"},
				Change{"profiles.a.session.window", "45m"}, Change{"profiles.a.log.older", "drop"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse("c.yaml", edited)
			if err != nil {
				t.Fatalf("%v in %q", err, edited)
			}
			if a := got.Profiles["a"]; got.Desktop.Theme != "dark" || got.Desktop.Quit != "stop" || a.Log.Older != "drop" ||
				a.Session.Window.String() != "45m0s" {
				t.Errorf("it is changed to %q", edited)
			}
			if !strings.HasPrefix(string(edited), front+"# mine\r\n") ||
				!strings.Contains(string(edited), "theme: dark # bright\r\n") {
				t.Errorf("what was there is not kept: %q", edited)
			}
			if strings.Count(string(edited), "\n") != strings.Count(string(edited), "\r\n") {
				t.Errorf("its lines end in two ways: %q", edited)
			}
		})
	}
}
