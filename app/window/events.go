package window

import (
	"context"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/backend"
)

// Events to the page are evaluated on its main thread: few and small. What they coalesce is at most this old.
const eventPause = 50 * time.Millisecond

// tellPage sends each newest snapshot to the page, the tray and the notifications until ctx ends. The tray is told
// twice a minute whatever happens: it counts the minutes that are left.
func (s *Shell) tellPage(ctx context.Context) {
	snapshots, cancel := s.rooms.Launcher.Watch()
	defer cancel()
	minutes := time.NewTicker(30 * time.Second)
	defer minutes.Stop()
	last := s.snapshot()
	for {
		select {
		case <-ctx.Done():
			return
		case <-minutes.C:
			s.currentTray().render(last, s.trouble())
			continue
		case snapshot := <-snapshots:
			if returned(last, snapshot) {
				s.show()
			}
			s.notify(last, snapshot)
			last = snapshot
			wails.EventsEmit(s.ctx, "snapshot", bridge.NewSnapshot(snapshot))
			s.currentTray().render(snapshot, s.trouble())
			s.inhibitor.Hold(snapshot.Phase.Active())
			s.rooms.Stream.SetFollowed(readersOf(snapshot.Pool))
		}
		if !core.Pause(ctx, eventPause) {
			return
		}
	}
}

// trouble is the last error of the instance's log, "" where there is none.
func (s *Shell) trouble() string {
	line, _ := s.logs.LastError()
	return line.Text
}

// returned says that a sign-in by the browser has just come to its end there: the window takes over again, in front of
// the browser.
func returned(before, after backend.Snapshot) bool {
	away := func(s backend.Snapshot) bool { return s.Challenge != nil && s.Challenge.Name == backend.StepBrowser }
	return away(before) && !away(after) && (after.User != nil || after.Problem != nil)
}
