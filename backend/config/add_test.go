package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/backend"
)

// TestAddProfile adds a profile to files of each form: what was there stays, and what is read again is the profile.
func TestAddProfile(t *testing.T) {
	added, err := HandedOver("x.avatar-profile", []byte(studio))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no file":       "",
		"no profiles":   "# mine\ndesktop:\n  theme: dark # at night\n",
		"one":           "profile: a\nprofiles:\n  a:\n    cloud: embedded # here\n\n# the end\n",
		"wide":          "profiles:\n        a: {cloud: embedded}\nprofile: a\n",
		"Windows' ends": "profile: a\r\nprofiles:\r\n  a:\r\n    cloud: embedded\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.yaml")
			if text != "" {
				write(t, path, text)
			}
			if err := AddProfile(path, added); err != nil {
				t.Fatal(err)
			}
			f, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if differ := Changes(f.Profiles["studio"], added); len(differ) > 0 || f.Profile != "studio" {
				t.Errorf("%q differ, and %q is used", differ, f.Profile)
			}
			data, _ := os.ReadFile(path)
			for line := range strings.Lines(text) {
				if !strings.HasPrefix(line, "profile:") && !strings.Contains(string(data), strings.TrimSpace(line)) {
					t.Errorf("%q is lost:\n%s", line, data)
				}
			}
			before := string(data)
			if err := AddProfile(path, added); err == nil || !strings.Contains(backend.ProblemOf(err).Why.String(), "studio") {
				t.Errorf("it was added twice: %v", err)
			}
			if data, _ := os.ReadFile(path); string(data) != before {
				t.Error("a refusal changed the file")
			}
		})
	}
}

func TestAddProfileIsRefused(t *testing.T) {
	added, err := HandedOver("x.avatar-profile", []byte(studio))
	if err != nil {
		t.Fatal(err)
	}
	path := under(t, "allowed_profiles: [local]\n", "")
	if err := AddProfile(path, added); err == nil {
		t.Error("a policy that doesn’t allow the profile")
	}
	path = under(t, "", "profiles: {a: {cloud: embedded}}\n")
	if err := AddProfile(path, added); err == nil {
		t.Error("a group in braces cannot take a block")
	}
}
