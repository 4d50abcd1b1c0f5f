package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"avatar-launcher/backend/updates"
)

// pair writes a key pair into a folder as minisign -W does. (To decrypt one takes a gigabyte of memory.)
func pair(t *testing.T, folder, name string) (public, private string) {
	t.Helper()
	pub, key, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := key.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	public, private = filepath.Join(folder, name+".pub"), filepath.Join(folder, name+".key")
	write(t, public, pub.String())
	write(t, private, string(text))
	return public, private
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func made(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestALauncherReadsWhatIsWritten signs a list and a release, serves them, and has a launcher ask.
func TestALauncherReadsWhatIsWritten(t *testing.T) {
	folder := t.TempDir()
	rootPublic, root := pair(t, folder, "root")
	public, key := pair(t, folder, "signing")
	write(t, filepath.Join(folder, "out/avatar-launcher_1.5.0_amd64.deb"), "a package")
	write(t, filepath.Join(folder, "out/avatar-launcher_1.5.0_windows-setup.exe"), "another")
	write(t, filepath.Join(folder, "out/avatar-launcher_1.5.0_sbom.cdx.json"), "{}")
	write(t, filepath.Join(folder, "news/en.txt"), "Quicker starts.\n")
	list := filepath.Join(folder, "keys.json")
	write(t, list, made(t, "keys", "--root", root, "--key", public, "--number", "1"))
	words := []string{"release", "--keys", list, "--version", "v1.5.0", "--page", "https://example.com/download",
		"--news", filepath.Join(folder, "news"), "--packages", filepath.Join(folder, "out"), "--key"}
	text := made(t, append(words, key)...)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(text))
	}))
	defer server.Close()
	trusted, err := os.ReadFile(rootPublic)
	if err != nil {
		t.Fatal(err)
	}
	c, err := updates.New(updates.Options{URL: server.URL, Key: string(trusted), Running: "v1.4.0",
		Platform: "linux/amd64", File: filepath.Join(folder, "state"), HTTP: http.DefaultTransport, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := c.Check(t.Context())
	if s.Trouble != nil || !s.Newer || s.Release.NewsIn("en") != "Quicker starts." || len(s.Release.Packages) != 2 ||
		len(s.Release.For("windows/amd64")) != 1 {
		t.Errorf("%+v", s)
	}

	_, stranger := pair(t, folder, "stranger")
	err = run(append(words, stranger), &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "does not name") {
		t.Errorf("a key that the list does not name has signed: %v", err)
	}
}
