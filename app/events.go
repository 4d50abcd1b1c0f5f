package app

import (
	"context"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"
)

// Events to the page are evaluated on its main thread: few and small. What they coalesce is at most this old.
const eventPause = 50 * time.Millisecond

// tellPage sends each newest snapshot to the page and to the tray until ctx ends.
func (s *Shell) tellPage(ctx context.Context) {
	snapshots, cancel := s.rooms.launcher.Watch()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case snapshot := <-snapshots:
			wails.EventsEmit(s.ctx, "snapshot", snapshot)
			s.currentTray().render(snapshot)
			s.logs.SetFellows(readersOf(snapshot.Pool))
		}
		if !pause(ctx, eventPause) {
			return
		}
	}
}
