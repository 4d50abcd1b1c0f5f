//go:build !windows

package config

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"avatar-launcher/backend"
)

// TestWhatIsNoRegularFile is refused at once, by whatever reads or edits a configuration, and a running launcher sees
// the file that takes its place.
func TestWhatIsNoRegularFile(t *testing.T) {
	for kind, make := range map[string]func(string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"socket": func(path string) error {
			l, err := net.Listen("unix", path)
			if err == nil {
				t.Cleanup(func() { _ = l.Close() })
			}
			return err
		},
	} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.yaml")
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			_, loadErr := Load(path)
			_, _, resolveErr := Resolve(path, "")
			for what, err := range map[string]error{"Load": loadErr, "Resolve": resolveErr,
				"EditFile": EditFile(path, Change{"desktop.theme", "dark"})} {
				if p := backend.ProblemOf(err); err == nil || p.Kind != backend.KindConfig ||
					!strings.Contains(p.Why.String(), kind) {
					t.Errorf("%s: %v", what, err)
				}
			}
			changed := watching(t, path)
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, "profile: a\nprofiles: {a: {cloud: embedded}}\n")
			for receive(t, changed).Profile != "a" { // the removal may be seen first
			}
		})
	}
}

func TestLargeFilesAreNotReadWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	write(t, path, "")
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skip(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("got %v", err)
	}
}

// watching gives the contents that Watch reports until the test ends; broken ones are left out.
func watching(t *testing.T, path string) <-chan *File {
	t.Helper()
	changed := make(chan *File, 16)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	Watch(ctx, path, func(f *File) { changed <- f }, func(*backend.Problem) {})
	return changed
}

// TestWatchThroughLinks changes a configuration in every way in which those who keep it elsewhere do.
func TestWatchThroughLinks(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	root := t.TempDir()
	folder := filepath.Join(root, "config", "avatar-launcher")
	path := filepath.Join(folder, "config.yaml")
	save := func(file, name string) {
		t.Helper()
		must(os.MkdirAll(filepath.Dir(file), 0o700))
		write(t, file, "profile: "+name+"\nprofiles: {"+name+": {cloud: embedded}}\n")
	}
	relink := func(to, link string) { // in one step
		must(os.Symlink(to, link+".new"))
		must(os.Rename(link+".new", link))
	}
	in := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	changed := watching(t, path) // there is no folder yet
	steps := []struct {
		name string
		do   func()
	}{
		{"folders", func() { save(path, "folders") }},
		{"linked", func() { save(in("dotfiles", "a", "c.yaml"), "linked"); relink(in("dotfiles", "a", "c.yaml"), path) }},
		{"saved", func() { save(in("dotfiles", "a", "c.yaml"), "saved") }},
		{"replaced", func() {
			save(in("dotfiles", "a", "new"), "replaced")
			must(os.Rename(in("dotfiles", "a", "new"), in("dotfiles", "a", "c.yaml")))
		}},
		{"elsewhere", func() {
			save(in("dotfiles", "b", "c.yaml"), "elsewhere")
			relink(in("dotfiles", "b", "c.yaml"), path)
		}},
		{"generation1", func() {
			save(in("store", "1", "c.yaml"), "generation1")
			relink(in("store", "1"), in("current"))
			relink(in("current", "c.yaml"), path)
		}},
		{"generation2", func() { save(in("store", "2", "c.yaml"), "generation2"); relink(in("store", "2"), in("current")) }},
		{"folded", func() { // stow links the folder
			must(os.RemoveAll(folder))
			save(in("stow", "config.yaml"), "folded")
			must(os.Symlink(in("stow"), folder))
		}},
		{"again", func() { save(in("stow", "config.yaml"), "again") }},
		{"moved", func() {
			must(os.Rename(in("stow"), in("old")))
			save(in("stow", "config.yaml"), "moved")
		}},
		{"anew", func() { must(os.Remove(folder)); save(path, "anew") }},
		{"last", func() { save(path, "last") }},
	}
	for _, s := range steps {
		s.do()
		for receive(t, changed).Profile != s.name { // a look in between may find nothing, which is Default
		}
	}
}
