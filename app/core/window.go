package core

import "log/slog"

// WindowOptions say how the window is opened.
type WindowOptions struct {
	Profile string // the one to use: a name, a file, or "" for the one that the configuration names
	Level   slog.Level
	Hidden  bool   // in the tray, if there is one
	Offer   string // a link or the path of a profile that the system opened the launcher for, or ""
}
