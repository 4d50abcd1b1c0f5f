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
		}
		if !pause(ctx, eventPause) {
			return
		}
	}
}

// grown is the "log" event: the page fetches the lines that it shows.
type grown struct {
	Last uint64 `json:"last"`
}

// tellGrowth tells the page of new lines; the log coalesces them itself.
func (s *Shell) tellGrowth(ctx context.Context) {
	cancel := s.logs.Subscribe(func(_, last uint64) {
		if ctx.Err() == nil {
			wails.EventsEmit(s.ctx, "log", grown{last})
		}
	})
	context.AfterFunc(ctx, cancel)
}
