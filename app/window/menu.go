package window

import (
	"math"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// item is one row of the tray's menu.
type item struct {
	Key     string // what a click does: see Shell.choose; "" for a row that only says something
	Title   string
	Enabled bool
	Hidden  bool
}

// The keys of the tray's menu.
const (
	itemState   = ""
	itemTrouble = "trouble"
	itemUpdate  = "update"
	itemOpen    = "open"
	itemStart   = "start"
	itemConnect = "connect"
	itemCopy    = "copy-link"
	itemKeep    = "keep-going"
	itemStop    = "stop"
	itemSignOut = "sign-out"
	itemQuit    = "quit"
)

// menuFor is the tray's menu in a snapshot: always the same rows in the same order, so that nothing moves under the
// pointer. trouble is the last error of the instance's log, "" for none; its row opens the window.
func menuFor(s backend.Snapshot, trouble string, now time.Time) []item {
	in := s.User != nil
	return []item{
		{Title: stateRow(s, now)},
		{
			Key:     itemTrouble,
			Title:   i18n.Say("tray.trouble", short(trouble)),
			Enabled: trouble != "",
			Hidden:  trouble == "",
		},
		{Key: itemConnect, Title: i18n.Say("tray.connect"), Enabled: s.Phase == backend.Ready},
		{Key: itemCopy, Title: i18n.Say("tray.copyLink"), Enabled: s.Phase == backend.Ready},
		{
			Key:     itemStart,
			Title:   i18n.Say("tray.start"),
			Enabled: in && !s.Adopting && (s.Phase == backend.Idle || s.Phase == backend.Failed) && !held(s),
		},
		{Key: itemKeep, Title: i18n.Say("tray.keepGoing"), Enabled: s.Phase == backend.Ready},
		{
			Key:     itemStop,
			Title:   i18n.Say("tray.stop"),
			Enabled: s.Phase == backend.Ready || s.Phase.Starting() || held(s),
		},
		updateItem(s),
		{Key: itemOpen, Title: i18n.Say("tray.open"), Enabled: true},
		{Key: itemSignOut, Title: i18n.Say("tray.signOut"), Enabled: in && s.Phase != backend.Ending},
		{Key: itemQuit, Title: i18n.Say("tray.quit"), Enabled: true},
	}
}

// updateItem is the row that opens the download page, hidden unless there is a newer release.
func updateItem(s backend.Snapshot) item {
	row := item{Key: itemUpdate, Hidden: true}
	for _, n := range s.Notices {
		if n.Key == backend.NoticeUpdate {
			row.Title, row.Enabled, row.Hidden = i18n.Translate(n.Problem.What), true, false
		}
	}
	return row
}

// stateRow says where the launcher stands and, while an avatar runs, when it stops and what it has cost.
func stateRow(s backend.Snapshot, now time.Time) string {
	text := stateTitle(s)
	if s.Phase != backend.Ready || s.Session == nil {
		return text
	}
	if !inUse(s) && !s.Warning {
		text += " · " + endsAt(s)
	}
	if spent, known := s.Cost.Spent(now.Add(s.Skew)); known {
		text += " · " + i18n.Say("tray.soFar", i18n.Money(spent, s.Cost.Currency))
	}
	return text
}

// endsAt says when the session ends, by this computer's clock.
func endsAt(s backend.Snapshot) string {
	return i18n.Say("tray.endsAt", s.Session.ExpireAt.Add(-s.Skew).Local().Format("15:04"))
}

// stateTitle says where the launcher stands, in the page's words.
func stateTitle(s backend.Snapshot) string {
	text := i18n.Say("tray.state." + string(s.Phase))
	if s.Warning && s.Session != nil {
		text = endsAt(s)
	}
	if inUse(s) {
		text = usedBy(s.Viewers)
	}
	if s.User != nil {
		return i18n.Say("tray.who", s.User.Username, text)
	}
	return text
}

// inUse reports whether viewers keep the avatar running: its end moves on for as long as they are connected.
func inUse(s backend.Snapshot) bool {
	return s.Phase == backend.Ready && s.Viewers != 0 && !s.Warning && len(s.Timers) > 0 &&
		s.Timers[0].Kind == backend.TimerIdle
}

func usedBy(viewers int) string {
	if viewers == backend.UnknownViewers {
		return i18n.Say("tray.inUseBySome")
	}
	return i18n.Say("tray.inUse", viewers)
}

// tooltipFor says where the launcher stands and how many minutes are left, by the cloud's clock.
func tooltipFor(s backend.Snapshot, now time.Time) string {
	text := stateTitle(s)
	if s.Phase == backend.Ready && s.Session != nil && !inUse(s) {
		text = i18n.Say("tray.left", minutesLeft(s, now), text)
	}
	return i18n.Say("app") + ": " + text
}

// minutesLeft counts the minute that has begun.
func minutesLeft(s backend.Snapshot, now time.Time) int {
	return max(0, int(math.Ceil(s.Session.ExpireAt.Sub(now.Add(s.Skew)).Minutes())))
}

// short cuts what a menu has no room for.
func short(text string) string {
	const most = 70
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
