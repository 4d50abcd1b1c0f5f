package app

import (
	"fmt"

	"avatar-launcher/backend"
)

// item is one row of the tray's menu.
type item struct {
	Key     string // what a click does: see Shell.choose; "" for a row that only says something
	Title   string
	Enabled bool
}

// The keys of the tray's menu.
const (
	itemState   = ""
	itemOpen    = "open"
	itemStart   = "start"
	itemConnect = "connect"
	itemKeep    = "keep-going"
	itemStop    = "stop"
	itemSignOut = "sign-out"
	itemQuit    = "quit"
)

// menuFor is the tray's menu in a snapshot: always the same rows in the same order, so that nothing moves under the
// pointer.
func menuFor(s backend.Snapshot) []item {
	in := s.User != nil
	return []item{
		{Title: stateTitle(s)},
		{Key: itemConnect, Title: "Connect", Enabled: s.Phase == backend.Ready},
		{Key: itemStart, Title: "Start", Enabled: in && !s.Adopting && (s.Phase == backend.Idle || s.Phase == backend.Failed)},
		{Key: itemKeep, Title: "Keep going", Enabled: s.Phase == backend.Ready},
		{Key: itemStop, Title: "Stop", Enabled: s.Phase == backend.Ready || s.Phase.Starting()},
		{Key: itemOpen, Title: "Open window", Enabled: true},
		{Key: itemSignOut, Title: "Sign out", Enabled: in && s.Phase != backend.Ending},
		{Key: itemQuit, Title: "Quit", Enabled: true},
	}
}

// stateTitle says where the launcher stands, in the page's words.
func stateTitle(s backend.Snapshot) string {
	text := map[backend.Phase]string{
		backend.SignedOut: "Signed out", backend.SigningIn: "Signing in", backend.Idle: "No instance",
		backend.Claiming: "Starting: claiming an instance", backend.Arming: "Starting: arming its stop",
		backend.Booting: "Starting: booting", backend.Probing: "Starting: waiting for the avatar",
		backend.Ready: "Your avatar is ready", backend.Ending: "Stopping", backend.Failed: "Something went wrong",
	}[s.Phase]
	if s.Warning && s.Session != nil {
		text = "Ends at " + s.Session.ExpireAt.Local().Format("15:04")
	}
	if s.User != nil {
		return fmt.Sprintf("%s – %s", s.User.Username, text)
	}
	return text
}
