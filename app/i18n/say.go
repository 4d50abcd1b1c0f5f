package i18n

import (
	"cmp"
	"os"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"avatar-launcher/backend/messages"
)

// spoken is the catalogue in use, nil before speak: the whole program speaks one language at a time.
var spoken atomic.Pointer[messages.Catalogue]

// Say gives a text of the catalogue by its key, such as "tray.start"; see messages.Catalogue.
func Say(key string, values ...any) string { return Catalogue().Say(key, values...) }

// Catalogue is the catalogue in use.
func Catalogue() *messages.Catalogue {
	if c := spoken.Load(); c != nil {
		return c
	}
	return SetLanguage("")
}

// SetLanguage puts a language into use: the one of the settings, else that of the desktop.
func SetLanguage(language string) *messages.Catalogue {
	c, err := messages.Read(messages.Pick(append([]string{language}, desktopLanguages()...)...))
	if err != nil {
		panic(err) // the files are in the program and were read by its tests
	}
	spoken.Store(c)
	return c
}

// desktopLanguages are the languages that the user prefers: those of the environment, else those of the system.
func desktopLanguages() []string {
	if all := environment(os.Getenv); len(all) > 0 {
		return all
	}
	return systemLanguages()
}

// environment reads the languages from the variables that POSIX and GNU define: LANGUAGE is a list of them, and counts
// only if the locale is not that of C.
// https://www.gnu.org/software/gettext/manual/html_node/Locale-Environment-Variables.html
func environment(get func(string) string) []string {
	locale := cmp.Or(get("LC_ALL"), get("LC_MESSAGES"), get("LANG"))
	name, _, _ := strings.Cut(locale, ".")
	switch name {
	case "":
		return nil
	case "C", "POSIX":
		return []string{messages.Default}
	}
	var all []string
	if list := get("LANGUAGE"); list != "" {
		all = strings.Split(list, ":")
	}
	return append(all, locale)
}

// Sentence makes a clause a sentence.
func Sentence(s string) messages.Message {
	if s == "" {
		return messages.Message{}
	}
	first, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[size:]
	if s[len(s)-1] != '.' {
		s += "."
	}
	return messages.Verbatim(s)
}
