package i18n

import (
	"os/exec"
	"regexp"
)

// quoted is one language in what "defaults" prints: ("de-DE", "en-GB").
var quoted = regexp.MustCompile(`[A-Za-z]{2,3}(-[A-Za-z0-9]+)*`)

// systemLanguages are the languages of the user's settings, the preferred one first. A program that the Finder starts
// has no variables that say them.
func systemLanguages() []string {
	out, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return nil
	}
	return quoted.FindAllString(string(out), -1)
}
