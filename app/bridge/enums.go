package bridge

import (
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// The words of package backend, as types of the page's own. Wails writes the enums of a package that sends no struct in
// an order that changes from run to run.
type (
	Phase     backend.Phase
	Role      backend.Role
	PoolState backend.PoolState
	Recycle   backend.Recycle
	TimerKind backend.TimerKind
	UseKind   backend.UseKind
	Kind      backend.Kind
	Device    backend.Device
)

// Word is one value of an enum, in the form in which Wails takes it.
type Word[T ~string] struct {
	Value  T
	TSName string
}

// Enums returns the sets of words that the page's types use. Wails writes each as an enum.
func Enums() []any {
	return []any{
		words[Phase](backend.SignedOut, backend.SigningIn, backend.Idle, backend.Claiming, backend.Arming, backend.Booting,
			backend.Probing, backend.Ready, backend.Ending, backend.Failed),
		words[Role](backend.RoleUser, backend.RoleOperator),
		words[PoolState](backend.Warming, backend.Warm, backend.Hot, backend.Claimed, backend.Recycling, backend.Retired),
		append(words[Recycle](backend.Reuse, backend.Replace, backend.Reset), Word[Recycle]{"", "Unknown"}),
		words[TimerKind](backend.TimerIdle, backend.TimerMaximum),
		words[Kind](backend.KindUnexpected, backend.KindConfig, backend.KindRefused, backend.KindCapacity,
			backend.KindUnreachable,
			backend.KindInterrupted, backend.KindKeyring, backend.KindDenied, backend.KindBusy, backend.KindLeftover),
		append(words[UseKind](backend.UseViewer, backend.UseWindow, backend.UseOpen, backend.UseExtend, backend.UseLog),
			Word[UseKind]{"", "Unknown"}),
		[]Word[Device]{{Device(backend.DeviceUnknown), "Unknown"}, {Device(backend.DeviceKnown), "Known"},
			{Device(backend.DeviceRemembered), "Remembered"}},
		words[Theme](config.ThemeSystem, config.ThemeLight, config.ThemeDark),
		words[Quit](config.QuitAsk, config.QuitStop),
		words[SettingKey](settingKeys...),
	}
}

// words makes an enum of its values.
func words[T ~string, From ~string](values ...From) []Word[T] {
	return each(values, func(v From) Word[T] { return Word[T]{T(v), typeScriptName(string(v))} })
}
