package bridge

import (
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// Word is one value of an enum, in the form in which Wails takes it.
type Word[T ~string] struct {
	Value  T
	TSName string
}

// Enums returns the sets of words that the page's types use. Wails writes each as an enum.
func Enums() []any {
	return []any{
		words(backend.SignedOut, backend.SigningIn, backend.Idle, backend.Claiming, backend.Arming, backend.Booting,
			backend.Probing, backend.Ready, backend.Ending, backend.Failed),
		words(backend.RoleUser, backend.RoleOperator),
		words(backend.Warming, backend.Warm, backend.Claimed, backend.Recycling, backend.Retired),
		words(backend.TimerIdle, backend.TimerMaximum),
		words(backend.KindUnexpected, backend.KindConfig, backend.KindRefused, backend.KindCapacity, backend.KindUnreachable,
			backend.KindInterrupted, backend.KindKeyring, backend.KindDenied, backend.KindBusy, backend.KindLeftover),
		append(words(backend.UseViewer, backend.UseWindow, backend.UseOpen, backend.UseExtend, backend.UseLog),
			Word[backend.UseKind]{"", "Unknown"}),
		[]Word[backend.Device]{{backend.DeviceUnknown, "Unknown"}, {backend.DeviceKnown, "Known"}, {backend.DeviceRemembered, "Remembered"}},
		words[Theme](config.ThemeSystem, config.ThemeLight, config.ThemeDark),
		words[Quit](config.QuitAsk, config.QuitStop),
		words(SettingProfile, SettingTheme, SettingLanguage, SettingQuit, SettingNotifications, SettingStartAtLogin,
			SettingStaySignedIn, SettingWindow, SettingWarning, SettingMaximum),
	}
}

// words makes an enum of its values.
func words[T ~string](values ...T) []Word[T] {
	return each(values, func(v T) Word[T] { return Word[T]{v, typeScriptName(string(v))} })
}
