package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/backend"
)

func TestPortableKeepsEverythingInOneFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "avatar-launcher-data")
	t.Cleanup(func() { portable = "" })
	if err := UsePortable(folder); err != nil || !Portable() {
		t.Fatalf("%v, %v", Portable(), err)
	}
	for _, path := range []string{Paths().ConfigFile, Paths().StateDir, Paths().CacheDir} {
		if !strings.HasPrefix(path, folder+string(filepath.Separator)) {
			t.Errorf("%s is not in %s", path, folder)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("asking has left %v, %v", left, err)
	}
}

func TestPortableRefusesAPlaceThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	places := []string{filepath.Join(file, "avatar-launcher-data")}
	if os.Geteuid() > 0 { // root writes anywhere
		places = append(places, filepath.Join(locked, "avatar-launcher-data"))
	}
	for _, place := range places {
		err := UsePortable(place)
		if p := backend.ProblemOf(err); p.Kind != backend.KindConfig || !strings.Contains(p.Error(), "memory stick") {
			t.Errorf("%s: %v", place, err)
		}
		if Portable() {
			t.Error("it is portable all the same")
		}
	}
}
