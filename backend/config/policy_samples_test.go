package config

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"testing"

	"howett.net/plist"
)

// TestTheSamplesAreGood: the policy that build/policy has is one, and the forms for device managements carry it.
func TestTheSamplesAreGood(t *testing.T) {
	folder := filepath.Join("..", "..", "build", "policy")
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	sample := string(read("policy.yaml"))
	f, err := Load(under(t, sample, ""))
	if err != nil || f.Profile != "studio" || !f.Policy.Locks("desktop.quit") {
		t.Fatalf("%+v, %v", f, err)
	}
	var payloads struct {
		PayloadContent []struct{ PayloadType, Policy string }
	}
	if _, err := plist.Unmarshal(read("avatar-launcher.mobileconfig"), &payloads); err != nil {
		t.Fatal(err)
	}
	if got := payloads.PayloadContent[0]; got.Policy != sample || got.PayloadType != "io.github.avatar-launcher" {
		t.Errorf("the profile for macOS carries another policy: %+v", got)
	}
	for _, name := range []string{"avatar-launcher.admx", filepath.Join("en-US", "avatar-launcher.adml")} {
		if err := xml.Unmarshal(read(name), new(struct{ XMLName xml.Name })); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
