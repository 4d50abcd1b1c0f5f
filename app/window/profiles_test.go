package window

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"avatar-launcher/backend/config"
)

// TestWhatCanBeSwitchedTo: the tray offers profiles only if there is a choice, and those alone that a policy allows.
func TestWhatCanBeSwitchedTo(t *testing.T) {
	const three = "profile: a\nprofiles: {a: {cloud: embedded}, b: {cloud: embedded}}\n"
	for name, tt := range map[string]struct {
		text, policy string
		want         []string
	}{
		"no file":        {},
		"the demo alone": {text: "desktop: {theme: dark}\n"},
		"three":          {text: three, want: []string{"a", "b", "local"}},
		"a broken file":  {text: "profiles: [\n"},
		"two of three": {text: three, policy: "allowed_profiles: [local, c]\n" +
			"locked: {profiles: {c: {cloud: embedded}}}\n", want: []string{"c", "local"}},
		"one is allowed":     {text: three, policy: "allowed_profiles: [local]\n"},
		"the choice is made": {text: three, policy: "locked: {profile: b}\n"},
	} {
		dir := t.TempDir()
		file, policy := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "policy.yaml")
		for path, text := range map[string]string{file: tt.text, policy: tt.policy} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		restore := config.UsePolicy(policy)
		if got := switchable(file); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		restore()
	}
}
