package app

import (
	"context"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/backend"
)

// Events to the page are evaluated on its main thread: few and small. What they coalesce is at most this old.
const eventPause = 50 * time.Millisecond

// tellPage sends each newest snapshot to the page and to the tray until ctx ends.
func (s *Shell) tellPage(ctx context.Context) {
	snapshots, cancel := s.rooms.launcher.Watch()
	defer cancel()
	var last backend.Snapshot
	for {
		select {
		case <-ctx.Done():
			return
		case snapshot := <-snapshots:
			if returned(last, snapshot) {
				s.show()
			}
			last = snapshot
			wails.EventsEmit(s.ctx, "snapshot", snapshot)
			s.currentTray().render(snapshot)
			s.logs.SetFellows(readersOf(snapshot.Pool))
		}
		if !pause(ctx, eventPause) {
			return
		}
	}
}

// returned says that a sign-in by the browser has just come to its end there: the window takes over again, in front of
// the browser.
func returned(before, after backend.Snapshot) bool {
	away := func(s backend.Snapshot) bool { return s.Challenge != nil && s.Challenge.Name == backend.StepBrowser }
	return away(before) && !away(after) && (after.User != nil || after.Problem != nil)
}
