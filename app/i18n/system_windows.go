package i18n

import "golang.org/x/sys/windows"

// systemLanguages are the display languages of the user's settings, the preferred one first.
func systemLanguages() []string {
	all, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return all
}
