package app

import "avatar-launcher/backend"

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
		{Key: itemConnect, Title: say("tray.connect"), Enabled: s.Phase == backend.Ready},
		{Key: itemStart, Title: say("tray.start"), Enabled: in && !s.Adopting && (s.Phase == backend.Idle || s.Phase == backend.Failed)},
		{Key: itemKeep, Title: say("tray.keepGoing"), Enabled: s.Phase == backend.Ready},
		{Key: itemStop, Title: say("tray.stop"), Enabled: s.Phase == backend.Ready || s.Phase.Starting()},
		{Key: itemOpen, Title: say("tray.open"), Enabled: true},
		{Key: itemSignOut, Title: say("tray.signOut"), Enabled: in && s.Phase != backend.Ending},
		{Key: itemQuit, Title: say("tray.quit"), Enabled: true},
	}
}

// stateTitle says where the launcher stands, in the page's words.
func stateTitle(s backend.Snapshot) string {
	text := say("tray.state." + string(s.Phase))
	if s.Warning && s.Session != nil {
		text = say("tray.endsAt", s.Session.ExpireAt.Local().Format("15:04"))
	}
	if s.User != nil {
		return say("tray.who", s.User.Username, text)
	}
	return text
}
