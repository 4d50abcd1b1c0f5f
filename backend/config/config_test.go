package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"avatar-launcher/backend"
)

const studio = `profile: studio
profiles:
  studio:
    region: eu-central-1
    cognito:
      user_pool_id: eu-central-1_Ab1Cd2Ef3
      client_id: 1example23456789
      identity_pool_id: eu-central-1:01234567-89ab-cdef-0123-456789abcdef
    zone: {id: /hostedzone/Z0123456789, name: Avatar.Example.com.}
    scheduler:
      stop_role_arn: arn:aws:iam::123456789012:role/avatar-stop
`

func TestParseFillsDefaults(t *testing.T) {
	f, err := Parse("c.yaml", []byte(studio+"    warm_pool: {size: 20}\n    session: {window: 2m}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Select("")
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Name, want.Region = "studio", "eu-central-1"
	want.Cognito.UserPoolID, want.Cognito.ClientID = "eu-central-1_Ab1Cd2Ef3", "1example23456789"
	want.Cognito.IdentityPoolID = "eu-central-1:01234567-89ab-cdef-0123-456789abcdef"
	want.Zone.ID, want.Zone.Name = "Z0123456789", "avatar.example.com"
	want.Scheduler.StopRoleARN = "arn:aws:iam::123456789012:role/avatar-stop"
	want.WarmPool.Size, want.WarmPool.MaxInstances = 20, 40
	want.Session.Window, want.Session.Warning = 2*time.Minute, 30*time.Second
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	if local, err := f.Select("local"); err != nil || local.Cloud != CloudEmbedded ||
		local.Zone.Name != "avatar.localhost" {
		t.Errorf("local is %+v, %v", local, err)
	}
}

func TestWaysIn(t *testing.T) {
	for sign, want := range map[string][2]bool{"": {true, false}, "window": {true, false}, "browser": {false, true},
		"either": {true, true}} {
		text := studio
		if sign != "" {
			text = strings.Replace(
				studio,
				"      client_id:",
				"      sign_in: "+sign+"\n      domain: https://a.example.com/\n      client_id:",
				1,
			)
		}
		f, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c := f.Profiles["studio"].Cognito
		if got := [2]bool{c.Window(), c.Browser()}; got != want || sign != "" && c.Domain != "https://a.example.com" ||
			len(c.RedirectURIs) != 3 {
			t.Errorf("%q: %v, %+v", sign, got, c)
		}
	}
}

func TestNothingWrittenIsDefault(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n", "---\n", "%YAML 1.2\n---\n",
		"%YAML 1.2\n---\nprofile: local\n", "%YAML 1.1\n%TAG ! tag:example.com,2000:\n---\n# c\nprofile: local\n...\n",
		"profiles:\n  local: {cloud: embedded}\n"} {
		f, err := Parse("c.yaml", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if d := cmp.Diff(Default(), f); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	if f, err := Load(filepath.Join(t.TempDir(), "none.yaml")); err != nil || f.Profile != "local" {
		t.Errorf("a missing file gives %v, %v", f, err)
	}
}

func TestDemoUsersOnThisMachine(t *testing.T) {
	for _, endpoint := range []string{"http://127.0.0.1:4566", "http://[::1]:4566", "http://localhost:1",
		"http://cloud.localhost:1"} {
		f, err := Parse("c.yaml", []byte(studio+"    endpoint: "+endpoint+"\n    demo_users: {demo: \"1234\"}\n"))
		if err != nil || f.Profiles["studio"].DemoUsers["demo"] != "1234" {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestWriteProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	f := *Default()
	p := f.Profiles["local"]
	p.Name, p.Log.ActivityPattern, p.WarmPool.Keep, p.Log.ReadyPattern = "x", "", false, `^\[boot\] "ready": #1$`
	p.DemoUsers = map[string]string{"demo": "12: 'x'", "alice": "true"}
	p.Launch.SubnetIDs = []string{"subnet-0123456789abcdef0"}
	f.Profile, f.Profiles["x"] = "x", p
	if err := WriteProfile(path, f); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	got, from, err := Resolve(path, "unused.yaml")
	if err != nil || from != path {
		t.Fatal(from, err)
	}
	if d := cmp.Diff(p, got); d != "" {
		t.Error(d)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "config.yaml", "profiles: {other: {cloud: embedded}}\n")
	write(t, "mine", "profile: a\nprofiles: {a: {cloud: embedded}}\n")
	tests := []struct{ arg, name, from, wrong string }{
		{"", "local", "config.yaml", ""},
		{"other", "other", "config.yaml", ""},
		{"mine", "a", "mine", ""},
		{"./mine", "a", "./mine", ""},
		{"none.yml", "", "none.yml", "There is no file or folder none.yml."},
		{"nobody", "", "config.yaml", `no profile named "nobody". Choose one of local, other`},
	}
	for _, tt := range tests {
		p, from, err := Resolve(tt.arg, "config.yaml")
		if p.Name != tt.name || from != tt.from || (err == nil) != (tt.wrong == "") || err != nil &&
			!strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("%q is %q from %q, %v", tt.arg, p.Name, from, err)
		}
	}
}

func TestPathsFollowTheEnvironment(t *testing.T) {
	for _, dir := range []string{t.TempDir(), t.TempDir()} {
		t.Setenv("XDG_CONFIG_HOME", dir)
		t.Setenv("XDG_STATE_HOME", dir)
		want := filepath.Join(dir, "avatar-launcher")
		if got := Paths(); got.ConfigFile != filepath.Join(want, "config.yaml") || got.StateDir != want {
			t.Errorf("got %+v", got)
		}
	}
}

func TestWatch(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	path := filepath.Join(t.TempDir(), "config.yaml")
	changed, broken := make(chan *File, 8), make(chan *backend.Problem, 8)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	Watch(ctx, path, func(f *File) { changed <- f }, func(p *backend.Problem) { broken <- p })
	write(t, path, "profile: a\nprofiles: {a: {cloud: embedded}}\n")
	if f := receive(t, changed); f.Profile != "a" {
		t.Errorf("got %+v", f)
	}
	write(t, path, "profile: b\n")
	if p := receive(t, broken); !strings.Contains(p.Why.String(), `"b"`) {
		t.Errorf("got %v", p)
	}
	if err := WriteProfile(path, File{Profile: "local"}); err != nil { // replaced, as editors do
		t.Fatal(err)
	}
	if f := receive(t, changed); f.Profile != "local" {
		t.Errorf("got %+v", f)
	}
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(studio))
	f.Add([]byte("profiles: {x: {cloud: embedded, log: {ready_pattern: '('}}}"))
	f.Add([]byte("profiles: {? [a] : b}\n---\n&a *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("c.yaml", data)
		if err != nil {
			var p *backend.Problem
			if !errors.As(err, &p) || p.Why.IsZero() || p.Next.IsZero() {
				t.Fatalf("an error that says too little: %v", err)
			}
			return
		}
		text, err := marshal(*file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("again.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := cmp.Diff(file, again); d != "" {
			t.Fatal(d)
		}
	})
}

// A profile that names the company's sign-in and no way in has the browser's, without the password form.
func TestTheCompanysSignInIsTheBrowsers(t *testing.T) {
	for key, name := range map[string]string{"identity_provider": "Acme", "idp_identifier": "acme.example"} {
		more := "      " + key + ": " + name + "\n      domain: https://a.example.com\n      client_id:"
		f, err := Parse("c.yaml", []byte(strings.Replace(studio, "      client_id:", more, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if c := f.Profiles["studio"].Cognito; c.Window() || !c.Browser() || c.Provider() != name {
			t.Errorf("%s: %+v", key, c)
		}
	}
	f, err := Parse("c.yaml", []byte(strings.Replace(studio, "      client_id:",
		"      idp_identifier: \"*\"\n      domain: https://a.example.com\n      client_id:", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Profiles["studio"].Cognito; c.Window() || !c.Browser() || c.Provider() != "" || !c.ByEmail() {
		t.Errorf("by address: %+v", c)
	}
}
