package app

import (
	"context"
	"sync/atomic"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
)

// LogBook is the service of the log page and of the charts. "log", "found" and "metrics" events say when to ask again.
type LogBook struct{ shell *Shell }

// Lines returns the lines that match a query, oldest first.
func (l *LogBook) Lines(q logs.Query) logs.Page { return l.shell.logs.Lines(q) }

// View returns the lines that match the log page's query, and how many there are in all. It is incremental: see
// logs.Search.
func (l *LogBook) View(q logs.Query) logs.Page { return l.shell.search.View(q) }

// Histogram counts the lines that match the log page's query in at most so many stretches of time.
func (l *LogBook) Histogram(q logs.Query, most int) logs.Histogram {
	return l.shell.search.Histogram(q, most)
}

// At is the number of the first line that matches the log page's query at a time, in milliseconds since 1970, or
// later.
func (l *LogBook) At(q logs.Query, ms int64) uint64 { return l.shell.search.At(q, time.UnixMilli(ms)) }

// Clear forgets the log. What comes is shown all the same.
func (l *LogBook) Clear() { l.shell.logs.Clear() }

// Exported is a file of log lines.
type Exported struct {
	Path  string `json:"path"` // "" if the user picked none
	Lines int    `json:"lines"`
}

// Export writes the lines that match a query to a file that the user picks.
func (l *LogBook) Export(q logs.Query) (Exported, error) { return l.shell.exportLog(q) }

// LastError is the newest line of level error of this session, null where there is none.
func (l *LogBook) LastError() *logs.Line {
	if line, ok := l.shell.logs.LastError(); ok {
		return &line
	}
	return nil
}

// Series is the session's metrics of the last so many seconds, 0 for all, as columns of at most so many points.
func (l *LogBook) Series(seconds int, points int) logs.Series {
	var since time.Time
	if seconds > 0 {
		if last, ok := l.shell.logs.Metrics(); ok {
			since = last.At.Add(-time.Duration(seconds) * time.Second) // by the instance's clock
		}
	}
	return l.shell.logs.Series(since, points)
}

// grown is the "log" event: the page fetches the lines that it shows.
type grown struct {
	Last  uint64 `json:"last"`
	Error uint64 `json:"error"` // number of the newest line of level error, 0 if there is none
}

// tellGrowth tells the page of new lines, of what a search finds and of metrics; the log coalesces them itself.
func (s *Shell) tellGrowth(ctx context.Context) {
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

// readersOf are the instances of a pool whose owners read their logs, nil if the pool has not been read.
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
