package i18n

import (
	"os"
	"sync/atomic"

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
	wanted := []string{language, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")}
	c, err := messages.Read(messages.Pick(wanted...))
	if err != nil {
		panic(err) // the files are in the program and were read by its tests
	}
	spoken.Store(c)
	return c
}

// Sentence makes a clause a sentence.
func Sentence(s string) messages.Message {
	if s == "" {
		return messages.Message{}
	}
	if c := s[0]; 'a' <= c && c <= 'z' {
		s = string(c-'a'+'A') + s[1:]
	}
	if s[len(s)-1] != '.' {
		s += "."
	}
	return messages.Verbatim(s)
}
