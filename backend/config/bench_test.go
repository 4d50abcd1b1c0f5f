package config

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"avatar-launcher/backend"
)

// BenchmarkParse reads a profile as setup writes it.
func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("config.yaml", []byte(studio)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReload takes from a save of the file until the watcher has reported it; most of that is the pause in which
// further writes of the same save are waited for.
func BenchmarkReload(b *testing.B) {
	path := filepath.Join(b.TempDir(), "config.yaml")
	changed := make(chan *File, 1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	Watch(ctx, path, func(f *File) { changed <- f }, func(p *backend.Problem) { b.Error(p) })
	for n := 0; b.Loop(); n++ {
		name := fmt.Sprint("p", n)
		if err := os.WriteFile(path, fmt.Appendf(nil, "profile: %s\nprofiles: {%s: {cloud: embedded}}\n", name, name),
			0o600); err != nil {
			b.Fatal(err)
		}
		if f := <-changed; f.Profile != name {
			b.Fatalf("got %s, want %s", f.Profile, name)
		}
	}
}
