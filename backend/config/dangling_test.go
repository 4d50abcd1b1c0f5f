package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"avatar-launcher/backend"
)

// TestALinkToNothingIsNoEmptyConfiguration: a link whose target is missing must not lead to the embedded cloud, be it
// the file, its folder, or a link to a link.
func TestALinkToNothingIsNoEmptyConfiguration(t *testing.T) {
	root := t.TempDir()
	link := func(to, name string) string {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.Symlink(to, path); err != nil {
			t.Skip("links cannot be made: ", err)
		}
		return path
	}
	gone := filepath.Join(root, "gone")
	for name, path := range map[string]string{
		"file":   link(gone, "config.yaml"),
		"link":   link(filepath.Join(root, "config.yaml"), "second.yaml"),
		"folder": filepath.Join(link(gone, "folder"), "config.yaml"),
	} {
		_, err := Load(path)
		if p := backend.ProblemOf(err); p == nil || !strings.Contains(p.Why.String(), "is a link") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(filepath.Join(root, "none", "config.yaml")); err != nil {
		t.Errorf("without a file: %v", err)
	}
}
