package window

import (
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend"
)

func TestMenuFor(t *testing.T) {
	user, session := &backend.User{Username: "demo"}, &backend.Session{ExpireAt: time.Now()}
	for name, c := range map[string]struct {
		s       backend.Snapshot
		enabled string
		title   string
	}{
		"signed out": {backend.Snapshot{Phase: backend.SignedOut}, "open quit", "Signed out"},
		"signing in": {backend.Snapshot{Phase: backend.SigningIn}, "open quit", "Signing in"},
		"idle":       {backend.Snapshot{Phase: backend.Idle, User: user}, "start open sign-out quit", "Off"},
		"adopting":   {backend.Snapshot{Phase: backend.Idle, User: user, Adopting: true}, "open sign-out quit", "Off"},
		"booting":    {backend.Snapshot{Phase: backend.Booting, User: user}, "stop open sign-out quit", "Starting"},
		"ready": {backend.Snapshot{Phase: backend.Ready, User: user}, "connect copy-link keep-going stop open sign-out quit",
			"Running"},
		"nearly over": {backend.Snapshot{Phase: backend.Ready, User: user, Session: session, Warning: true},
			"connect copy-link keep-going stop open sign-out quit", "Stops at"},
		"ending":       {backend.Snapshot{Phase: backend.Ending, User: user}, "open quit", "Stopping"},
		"failed":       {backend.Snapshot{Phase: backend.Failed, User: user}, "start open sign-out quit", "wrong"},
		"unknown user": {backend.Snapshot{Phase: backend.Failed}, "open quit", "wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			var enabled []string
			menu := menuFor(c.s, "", time.Now())
			for _, i := range menu {
				if i.Enabled {
					enabled = append(enabled, i.Key)
				}
			}
			if got := strings.Join(enabled, " "); got != c.enabled {
				t.Errorf("enabled: %s, want %s", got, c.enabled)
			}
			if !strings.Contains(menu[0].Title, c.title) || menu[0].Enabled {
				t.Errorf("first row: %+v, want one that says %q", menu[0], c.title)
			}
		})
	}
}

func TestTrayOutlivesItsLibrarysPanic(t *testing.T) {
	lost := &tray{built: true}
	func() {
		lost.mu.Lock()
		defer lost.mu.Unlock()
		defer lost.survive()
		panic("dbus: connection closed by user")
	}()
	if lost.built || lost.hosted() {
		t.Error("a tray without an icon still counts as one: the window would hide for good")
	}
}

func TestTheTraySaysThatItIsInUse(t *testing.T) {
	now := time.Now()
	s := backend.Snapshot{
		Phase:   backend.Ready,
		User:    &backend.User{Username: "demo"},
		Session: &backend.Session{ExpireAt: now.Add(time.Hour)},
		Viewers: 1,
		Timers:  []backend.Timer{{Kind: backend.TimerIdle}, {Kind: backend.TimerMaximum}},
	}
	if tip := tooltipFor(s, now); !strings.HasSuffix(tip, "demo – In use by 1 viewer") {
		t.Errorf("tooltip %q", tip)
	}
	s.Viewers = 2
	if title := stateTitle(s); title != "demo – In use by 2 viewers" {
		t.Errorf("title %q", title)
	}
	s.Viewers = backend.UnknownViewers
	if title := stateTitle(s); title != "demo – In use" {
		t.Errorf("title %q", title)
	}
	s.Timers = s.Timers[1:]
	if tip := tooltipFor(s, now); !strings.Contains(tip, "60 min left") {
		t.Errorf("tooltip %q, though nothing moves its end", tip)
	}
}

// TestTheTraysTimesAreThisComputersClock as all other times that the user is told.
func TestTheTraysTimesAreThisComputersClock(t *testing.T) {
	end := time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local)
	s := backend.Snapshot{Phase: backend.Ready, Warning: true, Session: &backend.Session{ExpireAt: end},
		Skew: 10 * time.Minute}
	if got := stateTitle(s); !strings.Contains(got, "11:50") {
		t.Errorf("%q, want 11:50", got)
	}
}
