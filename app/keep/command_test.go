package keep_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/app/keep"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// alone gives the test a machine without AWS settings.
func alone(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{"HOME": dir, "XDG_CONFIG_HOME": dir, "AWS_CONFIG_FILE": dir + "/config",
		"AWS_SHARED_CREDENTIALS_FILE": dir + "/credentials", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL": ""} {
		t.Setenv(name, value)
	}
}

// file writes the world's profile for a cloud at an address.
func (w *world) file(t *testing.T, endpoint string) string {
	t.Helper()
	p := w.profile(t, "")
	p.Endpoint = endpoint
	path := filepath.Join(t.TempDir(), "profile.yaml")
	if err := config.WriteProfile(path,
		config.File{Profile: "account", Profiles: map[string]config.Profile{"account": p}}); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKeepSaysWhatItLacks: an account, credentials, rights.
func TestKeepSaysWhatItLacks(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.Cloud)
	t.Cleanup(server.Close)
	for _, each := range []struct {
		name, profile, key string
		kind               backend.Kind
		what               string
	}{
		{"the embedded cloud", "", "", backend.KindConfig, "no pool to keep"},
		{"no credentials", w.file(t, server.URL), "", backend.KindRefused, "no AWS credentials"},
		{"credentials that are none", w.file(t, server.URL), "AKIAIOSFODNN7EXAMPLE", backend.KindRefused, "couldn’t be kept"},
	} {
		t.Run(each.name, func(t *testing.T) {
			alone(t)
			if each.key != "" {
				t.Setenv("AWS_ACCESS_KEY_ID", each.key)
				t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
			}
			p := backend.ProblemOf(keep.Run(t.Context(),
				keep.Options{Profile: each.profile, Once: true, Level: slog.LevelError}))
			if p == nil || p.Kind != each.kind || !strings.Contains(p.What.String(), each.what) || p.Next.IsZero() {
				t.Errorf("got %+v", p)
			}
		})
	}
}

// TestTheServiceAndTheContainerCallTheCommandAsItIs.
func TestTheServiceAndTheContainerCallTheCommandAsItIs(t *testing.T) {
	c := keep.Command(nil)
	for file, want := range map[string]string{"avatar-keeper.service": "avatar-launcher keep --profile",
		"Dockerfile": "./build/aws/keeper"} {
		data, err := os.ReadFile("../../build/aws/keeper/" + file)
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s lacks %q: %v", file, want, err)
		}
		if strings.Contains(string(data), "--listen") && c.Flags().Lookup("listen") == nil {
			t.Errorf("%s names a flag that the command has not", file)
		}
	}
}
