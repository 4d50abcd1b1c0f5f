//go:build !windows && !darwin

package i18n

// systemLanguages are none: the environment says all there is.
func systemLanguages() []string { return nil }
