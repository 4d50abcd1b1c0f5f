package config_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"avatar-launcher/backend/config"
)

// TestAFileThatIsNotUTF8IsNamed: Windows PowerShell's redirection writes UTF-16, and old editors write Latin-1.
func TestAFileThatIsNotUTF8IsNamed(t *testing.T) {
	wide := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune("profile: local\n")) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	for name, data := range map[string][]byte{
		"UTF-16":  wide,
		"Latin-1": []byte("profile: M\xfcnchen\n"),
	} {
		_, err := config.Parse("config.yaml", data)
		if err == nil || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNotANumberIsNotCalledOne: YAML's .nan and .inf are no prices.
func TestNotANumberIsNotCalledOne(t *testing.T) {
	for _, value := range []string{".nan", ".inf", "-.Inf"} {
		_, err := config.Parse("config.yaml", []byte("profiles:\n  local:\n    prices: {disk_month: "+value+"}\n"))
		if err == nil || strings.Contains(err.Error(), "is a number.") || !strings.Contains(err.Error(), "disk_month") {
			t.Errorf("%s: %v", value, err)
		}
	}
}
