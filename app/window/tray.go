package window

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
)

// tray is the icon in the notification area. The nil tray has no host and shows nothing.
type tray struct {
	choose   func(key string)
	tasks    *tasks
	running  string   // profile
	profiles []string // to switch to, none if there is no choice

	mu    sync.Mutex
	built bool
	lost  bool // the library gave up: there is no icon any more
	items []*systray.MenuItem
	shown []item
	phase backend.Phase
	tip   string
	end   func()
	bus   *dbus.Conn // Linux: its own connection, since the keyring's library reads the shared one's signals
}

// startTray puts the icon up, where the session can have one. It must be called after the keyring was first used.
func startTray(first backend.Snapshot, profiles []string, choose func(key string), beside *tasks) *tray {
	t := &tray{choose: choose, tasks: beside, running: first.Profile, profiles: profiles}
	if runtime.GOOS == "linux" && !t.connect() {
		return nil
	}
	ready := func() { t.build(first) }
	if runtime.GOOS == "windows" {
		t.end = systray.Quit
		go func() {
			runtime.LockOSThread() // its window's messages come to the thread that made it
			systray.Run(ready, nil)
		}()
		return t
	}
	start, end := systray.RunWithExternalLoop(ready, nil)
	t.end = end
	start()
	return t
}

// connect finds the session bus; osdesktop.NameSessionBus has seen to it that none is started.
func (t *tray) connect() bool {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	t.bus = conn
	return true
}

// hosted reports whether somebody shows the icon: only then may the window hide.
func (t *tray) hosted() bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	lost := t.lost
	t.mu.Unlock()
	if lost {
		return false
	}
	if runtime.GOOS != "linux" {
		return true
	}
	return osdesktop.TrayHosted(t.bus)
}

// build makes the rows once; render changes them.
func (t *tray) build(s backend.Snapshot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tip = tooltipFor(s, time.Now())
	systray.SetTooltip(t.tip)
	if runtime.GOOS == "linux" { // elsewhere it would stand beside the icon
		systray.SetTitle(i18n.Say("app"))
	}
	t.shown = menuFor(s, "", time.Now())
	for _, row := range t.shown {
		if row.Key == itemUpdate {
			systray.AddSeparator()
		}
		m := systray.AddMenuItem(row.Title, "")
		if !row.Enabled {
			m.Disable()
		}
		if row.Hidden {
			m.Hide()
		}
		t.items = append(t.items, m)
		t.tasks.Go(func(ctx context.Context) { t.follow(ctx, m, row.Key) })
		if row.Key == itemOpen {
			t.buildProfiles()
		}
	}
	t.phase = s.Phase
	systray.SetIcon(iconFor(s.Phase))
	t.built = true
}

// buildProfiles makes the menu of the profiles. It stays as it is until the program is opened again.
func (t *tray) buildProfiles() {
	if len(t.profiles) == 0 {
		return
	}
	menu := systray.AddMenuItem(i18n.Say("settings.profile"), "")
	for _, name := range t.profiles {
		m := menu.AddSubMenuItemCheckbox(name, "", name == t.running)
		t.tasks.Go(func(ctx context.Context) { t.follow(ctx, m, itemProfile+name) })
	}
}

// follow does what a row says for each click on it.
func (t *tray) follow(ctx context.Context, row *systray.MenuItem, key string) {
	for {
		select {
		case <-row.ClickedCh:
			t.choose(key)
		case <-ctx.Done():
			return
		}
	}
}

// render fits the rows, the icon and the tooltip to a snapshot and the last error of the log.
func (t *tray) render(s backend.Snapshot, trouble string) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.built {
		return
	}
	defer t.survive()
	for i, row := range menuFor(s, trouble, time.Now()) {
		was := t.shown[i]
		if row.Title != was.Title {
			t.items[i].SetTitle(row.Title)
		}
		switch {
		case row.Enabled && !was.Enabled:
			t.items[i].Enable()
		case !row.Enabled && was.Enabled:
			t.items[i].Disable()
		}
		switch {
		case row.Hidden && !was.Hidden:
			t.items[i].Hide()
		case !row.Hidden && was.Hidden:
			t.items[i].Show()
		}
		t.shown[i] = row
	}
	if s.Phase != t.phase {
		t.phase = s.Phase
		systray.SetIcon(iconFor(s.Phase))
	}
	if tip := tooltipFor(s, time.Now()); tip != t.tip {
		t.tip = tip
		systray.SetTooltip(tip)
	}
}

// survive is for the library's panic where the session bus has gone: the icon is lost, and everything else goes on.
// The caller holds t.mu.
func (t *tray) survive() {
	if reason := recover(); reason != nil {
		t.built, t.lost = false, true
	}
}

// stop takes the icon down.
func (t *tray) stop() {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.built = false // nothing is rendered from here on
	t.mu.Unlock()
	t.end()
	if t.bus != nil {
		_ = t.bus.Close()
	}
}

// choose does what a row of the menu says.
func (s *Shell) choose(key string) {
	switch key {
	case itemOpen, itemTrouble:
		s.show()
	case itemUpdate:
		s.openDownloadPage()
	case itemConnect:
		s.connect()
	case itemCopy:
		s.copyLink()
	case itemStart:
		s.do(backend.Wish{Verb: backend.WishStart})
	case itemKeep:
		s.do(backend.Wish{Verb: backend.WishExtend})
	case itemStop:
		s.do(backend.Wish{Verb: backend.WishStop})
	case itemSignOut:
		s.do(backend.Wish{Verb: backend.WishSignOut})
	case itemQuit:
		s.quit()
	default:
		if strings.HasPrefix(key, itemProfile) {
			s.switchProfile(key)
		}
	}
}
