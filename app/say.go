package app

import (
	"os"
	"sync/atomic"

	"avatar-launcher/backend/messages"
)

// spoken is the catalogue in use, nil before speak: the whole program speaks one language at a time.
var spoken atomic.Pointer[messages.Catalogue]

// say gives a text of the catalogue by its key, such as "tray.start"; see messages.Catalogue.
func say(key string, values ...any) string { return language().Say(key, values...) }

// language is the catalogue in use.
func language() *messages.Catalogue {
	if c := spoken.Load(); c != nil {
		return c
	}
	return speak("")
}

// speak puts a language into use: the one of the settings, else that of the desktop.
func speak(language string) *messages.Catalogue {
	wanted := []string{language, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")}
	c, err := messages.Read(messages.Pick(wanted...))
	if err != nil {
		panic(err) // the files are in the program and were read by its tests
	}
	spoken.Store(c)
	return c
}
