package config

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend"
)

// TestMain keeps the policy of the computer that runs the tests out of them.
func TestMain(m *testing.M) {
	UsePolicy("")
	os.Exit(m.Run())
}

// under puts a policy on this computer for the test, and returns the path of a configuration below it.
func under(t *testing.T, policy, configuration string) (path string) {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(UsePolicy(filepath.Join(dir, "policy.yaml")))
	write(t, filepath.Join(dir, "policy.yaml"), policy)
	path = filepath.Join(dir, "config.yaml")
	if configuration != "" {
		write(t, path, configuration)
	}
	return path
}

const studioPolicy = `reason: Ask it@acme.example about these settings.
allowed_profiles: [studio]
locked:
  profile: studio
  desktop: {quit: stop}
  every_profile:
    session: {maximum: 8h}
  profiles:
    studio:
      region: eu-central-1
      cognito:
        user_pool_id: eu-central-1_Ab1Cd2Ef3
        client_id: 1example23456789
        identity_pool_id: eu-central-1:01234567-89ab-cdef-0123-456789abcdef
      zone: {id: Z0123456789ABCDEFGHIJ, name: avatar.example.com}
      scheduler: {stop_role_arn: 'arn:aws:iam::123456789012:role/stop'}
`

func TestAPolicyWinsOverTheUsersFile(t *testing.T) {
	path := under(t, studioPolicy, `profile: mine
desktop: {quit: ask, theme: dark}
profiles:
  mine: {cloud: embedded, session: {maximum: 3h}}
  studio:
    endpoint: https://elsewhere.example
    stay_signed_in: true
    session: {window: 30m, maximum: 2h}
    cognito: {client_id: another}
`)
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Select("")
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case p.Name != "studio" || p.Endpoint != "" || p.Cognito.ClientID != "1example23456789":
		t.Errorf("the profile is not the policy's: %+v", p)
	case !p.StaySignedIn || p.Session.Window != 30*time.Minute:
		t.Errorf("the user's preferences are lost: %+v", p.Session)
	case p.Session.Maximum != 8*time.Hour || f.Profiles["mine"].Session.Maximum != 8*time.Hour:
		t.Error("every_profile is not in each profile")
	case f.Desktop.Quit != QuitStop || f.Desktop.Theme != ThemeDark:
		t.Errorf("%+v", f.Desktop)
	}
	for key, want := range map[string]bool{"profile": true, "desktop.quit": true, "desktop.theme": false,
		"profiles.mine.session.maximum": true, "profiles.studio.session.window": false, "profiles.studio.region": true,
		"profiles.studio.stay_signed_in": false, "profiles.studio.endpoint": true} {
		if f.Policy.Locks(key) != want {
			t.Errorf("Locks(%q) is %v", key, !want)
		}
	}
	if got := strings.Join(f.Policy.Keys(), " "); got !=
		"profiles.studio profile desktop.quit every_profile.session.maximum" {
		t.Errorf("Keys: %s", got)
	}
}

// TestAPolicyIsEnough: a computer that has a policy only, and no configuration of the user's.
func TestAPolicyIsEnough(t *testing.T) {
	path := under(t, studioPolicy, "")
	p, _, err := Resolve("", path)
	if err != nil || p.Name != "studio" || p.Zone.Name != "avatar.example.com" {
		t.Errorf("%+v, %v", p, err)
	}
	if err := EditFile(path, Change{"profiles.studio.session.window", 30 * time.Minute}); err != nil {
		t.Errorf("a preference in a profile of the policy: %v", err)
	}
	if p, _, _ := Resolve("", path); p.Session.Window != 30*time.Minute || p.Cognito.ClientID == "" {
		t.Errorf("%+v", p)
	}
}

// TestOnlyAllowedProfiles are used, by whatever file they come: a profile that has an allowed name is the policy's.
func TestOnlyAllowedProfiles(t *testing.T) {
	path := under(t, strings.Replace(studioPolicy, "[studio]", "[studio, local]", 1),
		"profile: local\nprofiles: {mine: {cloud: embedded}}\n")
	for _, name := range []string{"mine", "nowhere"} {
		_, _, err := Resolve(name, path)
		if p := backend.ProblemOf(err); err == nil || !strings.Contains(p.Why.String(), "only studio, local, not "+name) ||
			!strings.Contains(p.Next.String(), "it@acme.example") {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := filepath.Join(t.TempDir(), "other.yaml")
	write(t, other, "profile: local\n"+
		"profiles: {local: {cloud: embedded, endpoint: 'https://evil.example', zone: {name: x.example}}}\n")
	p, _, err := Resolve(other, path)
	if err != nil || p.Name != "studio" {
		t.Errorf("another file: %v %v", p.Name, err)
	}
	f, err := Load(other)
	if err != nil {
		t.Fatal(err)
	}
	if local := f.Profiles["local"]; local.Endpoint != "" || local.Zone.Name != "avatar.localhost" {
		t.Errorf("local is not the program's: %+v", local)
	}
}

func TestALockedSettingIsNotWritten(t *testing.T) {
	path := under(t, studioPolicy, "desktop: {quit: ask}\n")
	before, _ := os.ReadFile(path)
	for _, c := range []Change{{"desktop.quit", QuitAsk}, {"profiles.studio.session.maximum", time.Hour},
		{"profile", "local"}, {"profiles.studio.region", "us-east-1"}} {
		err := EditFile(path, c)
		p := backend.ProblemOf(err)
		if err == nil || !strings.Contains(p.Why.String(), "policy.yaml") ||
			!strings.Contains(p.Next.String(), "it@acme.example") {
			t.Errorf("%s: %v", c.Path, err)
		}
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("the file was changed: %s", after)
	}
}

// TestABadPolicyFailsClosed: nothing starts without it, and the sentence names the place.
func TestABadPolicyFailsClosed(t *testing.T) {
	for name, c := range map[string]struct{ text, why string }{
		"no YAML":         {"locked: [", "policy.yaml:1:"},
		"unknown key":     {"lock: {}\n", `policy.yaml:1:1: Unknown key "lock"`},
		"unknown locked":  {"locked: {desktop: {quit: stop, colour: red}}\n", `Unknown key "colour" under locked.desktop`},
		"wrong type":      {"locked: {desktop: {start_at_login: 'yes'}}\n", "locked.desktop.start_at_login"},
		"bad value":       {"locked:\n  desktop:\n    quit: never\n", `policy.yaml:3:11: desktop.quit is set to "never"`},
		"bad profile":     {"locked: {profiles: {a: {cloud: azure}}}\n", `policy.yaml:1:21: profiles.a.region is missing`},
		"a list":          {"- locked\n", "policy.yaml:1:1"},
		"not the policys": {"allowed_profiles: [a]\n", `allowed_profiles names "a"`},
	} {
		path := under(t, c.text, "")
		_, err := Load(path)
		p := backend.ProblemOf(err)
		if err == nil || !strings.Contains(p.Why.String(), c.why) || !strings.Contains(p.What.String(), "policy") {
			t.Errorf("%s: %v", name, err)
		}
		if err := EditFile(path, Change{"desktop.theme", "dark"}); err == nil {
			t.Errorf("%s: settings can be written", name)
		}
	}
	path := under(t, "", "")
	if err := os.Remove(PolicyFile()); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(PolicyFile(), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil {
		t.Error("a folder in the place of the policy is taken for no policy")
	}
}

// TestEveryKeyCanBeLocked: whatever key the configuration has, a policy may have.
func TestEveryKeyCanBeLocked(t *testing.T) {
	text, err := Default().Profiles["local"].Marshal()
	if err != nil {
		t.Fatal(err)
	}
	indented := strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n      ")
	path := under(t, "locked:\n  profiles:\n    local:\n      "+indented+"\n", "")
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Default().Profiles["local"]
	if keys := Changes(f.Profiles["local"], want); len(keys) > 0 {
		t.Errorf("%q differ", keys)
	}
	if got := slices.Sorted(maps.Keys(f.Profiles)); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
