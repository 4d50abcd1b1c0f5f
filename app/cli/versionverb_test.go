package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/updates"
)

// announced serves a release that a key has signed, and returns a profile file that names the address and the key.
func announced(t *testing.T, version string) (profile string) {
	t.Helper()
	public, key, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := time.Now().Add(time.Hour)
	d, err := updates.SignKeys(key, updates.KeyList{Number: 1, Expires: good, Keys: []minisign.PublicKey{public}})
	if err == nil {
		d, err = updates.SignRelease(key, d, updates.Release{Number: 1, Version: version, Expires: good,
			Page: "https://example.com/download", News: map[string]string{"en": "Quicker starts."},
			Packages: []updates.Package{{Platform: runtime.GOOS + "/" + runtime.GOARCH, Name: "a.deb", SHA256: "5ca1ab1e"}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(d)
	}))
	t.Cleanup(server.Close)
	profile = filepath.Join(t.TempDir(), "config.yaml")
	text := "profiles: {local: {cloud: embedded, updates: {url: '" + server.URL + "', key: " + bareKey(public) + "}}}\n"
	if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return profile
}

// bareKey is a key without minisign's comment.
func bareKey(key minisign.PublicKey) string {
	text := strings.TrimSpace(key.String())
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// runs runs a command line as a program of a version, and returns what it prints.
func runs(t *testing.T, version string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	before, was := stdout, core.Version
	stdout, core.Version = &checkedWriter{w: &out}, version
	defer func() { stdout, core.Version = before, was }()
	root := commands(&options{})
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestVersionSaysWhatIsNew(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	profile := announced(t, "v1.5.0")
	out, err := runs(t, "v1.4.0", "version", "--check", "--profile", profile)
	for _, want := range []string{"avatar-launcher v1.4.0\n", "v1.5.0 is available", "Quicker starts.",
		"https://example.com/download", "5ca1ab1e  a.deb"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%q is missing, %v:\n%s", want, err, out)
		}
	}
	out, err = runs(t, "v1.5.0", "version", "--check", "--profile", profile)
	if err != nil || !strings.Contains(out, "No newer version") || strings.Contains(out, "example.com") {
		t.Errorf("%v:\n%s", err, out)
	}
	out, err = runs(t, "v1.4.0", "version", "--check", "--json", "--profile", profile)
	var said struct {
		Version, Latest, Page, News string
		Newer                       bool
		Packages                    []updates.Package
	}
	if err != nil || json.Unmarshal([]byte(out), &said) != nil || !said.Newer || said.Latest != "v1.5.0" ||
		len(said.Packages) != 1 {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestVersionAsksNobodyUnlessTold(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if out, err := runs(t, "v1.4.0", "version"); err != nil || out != "avatar-launcher v1.4.0\n" {
		t.Errorf("%v:\n%s", err, out)
	}
	_, err := runs(t, "v1.4.0", "version", "--check")
	if p := backend.ProblemOf(err); p.Kind != backend.KindConfig || !strings.Contains(p.Error(), "updates.url") {
		t.Errorf("%v", err)
	}
}
