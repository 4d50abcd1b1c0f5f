package window

import (
	"context"
	"sync/atomic"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/backend"
)

// grown is the "log" event. The page then fetches the lines that it shows.
type grown struct {
	Last  uint64 `json:"last"`
	Error uint64 `json:"error"` // number of the newest line of level error, 0 if there is none
}

// emitLogEvents emits an event for new lines, found lines and metrics until ctx is done. The log coalesces them.
func (s *Shell) emitLogEvents(ctx context.Context) {
	emit := func(name string, data ...any) {
		if ctx.Err() == nil {
			wails.EventsEmit(s.ctx, name, data...)
		}
	}
	var seen atomic.Uint64 // the error that the tray shows
	lines := s.logs.Subscribe(func(_, last uint64) {
		e, _ := s.logs.LastError()
		emit("log", grown{last, e.Seq})
		if seen.Swap(e.Seq) != e.Seq {
			s.currentTray().render(s.snapshot(), e.Text)
		}
	})
	found := s.logs.SubscribeFound(func() { emit("found") })
	metrics := s.logs.SubscribeMetrics(func() { emit("metrics") })
	context.AfterFunc(ctx, func() { lines(); found(); metrics() })
}

// readersOf returns the instances of a pool whose owners read their logs. It returns nil if the pool is unknown.
func readersOf(p backend.Pool) []string {
	if p.AsOf.IsZero() {
		return nil
	}
	ids := []string{}
	for _, m := range p.Members {
		if m.State == backend.Claimed {
			ids = append(ids, m.InstanceID)
		}
	}
	return ids
}
