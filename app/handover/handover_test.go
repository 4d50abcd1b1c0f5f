package handover

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// TestMain keeps the policy of the computer that runs the tests out of them.
func TestMain(m *testing.M) {
	config.UsePolicy("")
	os.Exit(m.Run())
}

const studio = `profile: studio
desktop: {quit: stop}
profiles:
  studio:
    cognito:
      user_pool_id: eu-central-1_Ab1Cd2Ef3
      client_id: 1example23456789
      identity_pool_id: eu-central-1:01234567-89ab-cdef-0123-456789abcdef
    zone: {id: Z0123456789ABCDEFGHIJ, name: avatar.example.com}
    scheduler: {stop_role_arn: 'arn:aws:iam::123456789012:role/stop'}
`

func TestSource(t *testing.T) {
	here, _ := filepath.Abs("a.avatar-profile")
	for opened, want := range map[string]string{
		"avatar-launcher://open": "",
		"avatar-launcher://profile?url=https%3A%2F%2Facme.example%2Fp": "https://acme.example/p",
		"AVATAR-LAUNCHER://Profile/?url=https://acme.example/p":        "https://acme.example/p",
		"https://acme.example/p":                                       "https://acme.example/p",
		"a.avatar-profile":                                             here,
	} {
		if got, err := Source(opened); err != nil || got != want {
			t.Errorf("%s: %q, %v", opened, got, err)
		}
	}
	for _, opened := range []string{"avatar-launcher://profile", "avatar-launcher://profile?url=http://acme.example/p",
		"avatar-launcher://profile?url=/etc/passwd", "avatar-launcher://profile?url=file:///etc/passwd",
		"avatar-launcher://profile?url=https://user:secret@acme.example/", "https://"} {
		if got, err := Source(opened); err == nil {
			t.Errorf("%s is taken: %q", opened, got)
		}
	}
}

// TestReadByLink reads over https what a server gives, and refuses the rest.
func TestReadByLink(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("it was asked without TLS")
	}))
	defer plain.Close()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			_, _ = w.Write([]byte(studio))
		case "/moved":
			http.Redirect(w, r, "/good", http.StatusFound)
		case "/downgrade":
			http.Redirect(w, r, plain.URL, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/large":
			_, _ = w.Write([]byte(strings.Repeat("#", maxSize) + "\n" + studio))
		case "/secret":
			_, _ = w.Write([]byte(studio + "    demo_users: {a: b}\n    endpoint: http://127.0.0.1:1\n"))
		case "/embedded":
			_, _ = w.Write([]byte("profiles: {x: {cloud: embedded}}\n"))
		case "/page":
			_, _ = w.Write([]byte("<!doctype html><title>Sign in</title>"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for _, path := range []string{"/good", "/moved"} {
		o, err := Read(t.Context(), server.Client(), server.URL+path)
		if err != nil || o.Profile.Name != "studio" || o.Profile.Region != "eu-central-1" || o.Signed {
			t.Errorf("%s: %+v %v", path, o, err)
		}
	}
	for _, path := range []string{"/downgrade", "/loop", "/large", "/secret", "/embedded", "/page", "/none"} {
		_, err := Read(t.Context(), server.Client(), server.URL+path)
		if p := backend.ProblemOf(err); err == nil || p.Kind != backend.KindConfig || p.Why.IsZero() || p.Next.IsZero() {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestReadSigned: with a policy that names keys only a profile that one of them signed is taken.
func TestReadSigned(t *testing.T) {
	dir := t.TempDir()
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := minisign.GenerateKey(nil)
	write := func(name string, data []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	defer config.UsePolicy(write("policy.yaml", []byte("profile_signers: ["+public.String()+"]\n")))()
	good := write("good", []byte(studio))
	write("good.minisig", minisign.Sign(private, []byte(studio)))
	if o, err := Read(t.Context(), nil, good); err != nil || !o.Signed {
		t.Errorf("%+v, %v", o, err)
	}
	unsigned := write("unsigned", []byte(studio))
	foreign := write("foreign", []byte(studio))
	write("foreign.minisig", minisign.Sign(other, []byte(studio)))
	changed := write("changed", []byte(strings.Replace(studio, "example.com", "evil.example", 1)))
	write("changed.minisig", minisign.Sign(private, []byte(studio)))
	for _, path := range []string{unsigned, foreign, changed} {
		_, err := Read(t.Context(), nil, path)
		if err == nil || !strings.Contains(backend.ProblemOf(err).Why.String(), "signed") {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}

func TestReadAFolderOrAPipe(t *testing.T) {
	if _, err := Read(t.Context(), nil, t.TempDir()); err == nil {
		t.Error("a folder is read")
	}
}
