package window

import (
	"context"
	"os"
	"path/filepath"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// hide hides the window in the tray. It remembers where the window was, and says so once on this computer.
func (s *Shell) hide(ctx context.Context) {
	s.rememberPlace(ctx)
	x, y := wails.WindowGetPosition(ctx)
	s.place.Store(&[2]int{x, y})
	wails.WindowHide(ctx)
	if s.notifies.Load() && s.desk.get().Notifications && firstTime(filepath.Join(s.stateDir, "said-hidden")) {
		n := hiddenNotification(s.snapshot())
		s.tasks.Go(func(ctx context.Context) { s.send(ctx, n) })
	}
}

// hiddenNotification says that the launcher goes on in the tray, and what that means for a running avatar.
func hiddenNotification(snapshot backend.Snapshot) notification {
	n := notification{
		ID:      "hidden",
		Title:   i18n.Say("notify.hidden.title"),
		Body:    i18n.Say("notify.hidden.text"),
		Actions: []string{itemOpen},
	}
	if snapshot.Phase.Active() {
		n.Body, n.Actions = i18n.Say("notify.hidden.running"), []string{itemOpen, itemStop}
	}
	return n
}

// firstTime reports whether a file was not there, and makes it. It returns false if that cannot be remembered.
func firstTime(path string) bool {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// unhide brings the window back to where it was.
func (s *Shell) unhide() {
	wails.WindowShow(s.ctx)
	if at := s.place.Swap(nil); at != nil {
		wails.WindowSetPosition(s.ctx, at[0], at[1])
	}
	wails.WindowUnminimise(s.ctx)
}
