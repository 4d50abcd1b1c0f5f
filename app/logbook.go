package app

import (
	"context"
	"sync/atomic"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
)

// LogBook is the service of the log page and the charts. The page calls it again after a "log", "found" or "metrics"
// event.
type LogBook struct{ shell *Shell }

// Lines returns the lines that match a query, oldest first.
func (l *LogBook) Lines(q logs.Query) logs.Page { return l.shell.logs.Lines(q) }

// View returns lines that match the log page's query, and how many match in all. It is incremental, see logs.Search.
func (l *LogBook) View(q logs.Query) logs.Page { return l.shell.search.View(q) }

// Histogram counts the lines that match the log page's query in at most most buckets of time.
func (l *LogBook) Histogram(q logs.Query, most int) logs.Histogram {
	return l.shell.search.Histogram(q, most)
}

// At returns the number of the first line that matches the log page's query and was written at ms (milliseconds since
// 1970) or later.
func (l *LogBook) At(q logs.Query, ms int64) uint64 { return l.shell.search.At(q, time.UnixMilli(ms)) }

// Clear drops all lines of the log. New ones are still shown.
func (l *LogBook) Clear() { l.shell.logs.Clear() }

// Exported is the result of Export.
type Exported struct {
	Path  string `json:"path"` // "" if the user cancelled
	Lines int    `json:"lines"`
}

// Export asks the user for a file and writes the lines that match a query to it.
func (l *LogBook) Export(q logs.Query) (Exported, error) { return l.shell.exportLog(q) }

// LastError returns the newest line of level error of this session, nil if there is none.
func (l *LogBook) LastError() *logs.Line {
	if line, ok := l.shell.logs.LastError(); ok {
		return &line
	}
	return nil
}

// Series returns the session's metrics of the last seconds (0 for all) as columns of at most points values.
func (l *LogBook) Series(seconds int, points int) logs.Series {
	var since time.Time
	if seconds > 0 {
		if last, ok := l.shell.logs.Metrics(); ok {
			since = last.At.Add(-time.Duration(seconds) * time.Second) // by the instance's clock
		}
	}
	return l.shell.logs.Series(since, points)
}

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
