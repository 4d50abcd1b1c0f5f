package bridge

import (
	"avatar-launcher/backend/config"
)

// Theme is a value of config.Desktop.Theme, and Quit one of config.Desktop.Quit.
type (
	Theme string
	Quit  string
)

// Desktop is how the launcher behaves on this computer. It is a part of the settings and the "settings" event. See
// config.Desktop.
type Desktop struct {
	Theme         Theme  `json:"theme"`
	Language      string `json:"language"`
	Notifications bool   `json:"notifications"`
	StartAtLogin  bool   `json:"startAtLogin"`
	Quit          Quit   `json:"quit"`
}

// NewDesktop returns settings as the page gets them.
func NewDesktop(d config.Desktop) Desktop {
	return Desktop{Theme(d.Theme), d.Language, d.Notifications, d.StartAtLogin, Quit(d.Quit)}
}

// SettingKey names a setting that the page can change.
type SettingKey string

// The settings. Setting says which value belongs to which, and changeOf where it is in the configuration file.
const (
	SettingProfile       SettingKey = "profile"
	SettingTheme         SettingKey = "theme"
	SettingLanguage      SettingKey = "language"
	SettingQuit          SettingKey = "quit"
	SettingNotifications SettingKey = "notifications"
	SettingStartAtLogin  SettingKey = "startAtLogin"
	SettingStaySignedIn  SettingKey = "staySignedIn"
	SettingWindow        SettingKey = "window"
	SettingWarning       SettingKey = "warning"
	SettingMaximum       SettingKey = "maximum"
)

// settingKeys are all settings.
var settingKeys = []SettingKey{SettingProfile, SettingTheme, SettingLanguage, SettingQuit, SettingNotifications,
	SettingStartAtLogin, SettingStaySignedIn, SettingWindow, SettingWarning, SettingMaximum}
