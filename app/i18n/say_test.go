package i18n

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// TestEveryKeyThatIsSaidIsThere reads the code of app: a key that is misspelt would be shown as itself.
func TestEveryKeyThatIsSaidIsThere(t *testing.T) {
	c, err := messages.Read(messages.Default)
	if err != nil {
		t.Fatal(err)
	}
	keys := c.Keys()
	var files []string
	for _, pattern := range []string{"../*.go", "../*/*.go"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	literal := regexp.MustCompile(`\b[sS]ay\("([\w.-]*[\w-])"[,)]`)
	found := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(data), -1) {
			found++
			if !slices.Contains(keys, m[1]) && !slices.Contains(keys, m[1]+".other") {
				t.Errorf("%s says %q, which the catalogue does not have", file, m[1])
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d keys were found: the pattern no longer fits the code", found)
	}
	for _, p := range []backend.Phase{backend.SignedOut, backend.SigningIn, backend.Idle, backend.Claiming, backend.Arming,
		backend.Booting,
		backend.Probing, backend.Ready, backend.Ending, backend.Failed} {
		if !slices.Contains(keys, "tray.state."+string(p)) {
			t.Errorf("the tray has no word for %s", p)
		}
	}
}
