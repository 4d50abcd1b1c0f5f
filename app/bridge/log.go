package bridge

import (
	"os"
	"sync"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/logs"
)

// Log is the service of the log page and the charts. The page calls it again after a "log", "found" or "metrics"
// event.
type Log struct {
	service
	once  sync.Once
	found *logs.Search // the log page's
}

func (l *Log) logs() *logs.Book { return l.rooms().Logs }

func (l *Log) search() *logs.Search {
	l.once.Do(func() { l.found = l.logs().NewSearch() })
	return l.found
}

// Lines returns the lines that match a query, oldest first.
func (l *Log) Lines(q Query) LogPage { return newLogPage(l.logs().Lines(q.query())) }

// View returns lines that match the log page's query, and how many match in all. It is incremental, see logs.Search.
func (l *Log) View(q Query) LogPage { return newLogPage(l.search().View(q.query())) }

// Histogram counts the lines that match the log page's query in at most most buckets of time.
func (l *Log) Histogram(q Query, most int) Histogram {
	return newHistogram(l.search().Histogram(q.query(), most))
}

// At returns the number of the first line that matches the log page's query and was written at ms (milliseconds since
// 1970) or later.
func (l *Log) At(q Query, ms int64) uint64 {
	return l.search().At(q.query(), time.UnixMilli(ms))
}

// Clear drops all lines of the log. New ones are still shown.
func (l *Log) Clear() { l.logs().Clear() }

// Exported is the result of Export.
type Exported struct {
	Path  string `json:"path"` // "" if the user cancelled
	Lines int    `json:"lines"`
}

// Export asks the user for a file and writes the lines that match a query to it.
func (l *Log) Export(q Query) (Exported, error) {
	path, err := l.window.SaveFile(i18n.Say("log.exportTitle"), "avatar-"+time.Now().Format("2006-01-02-150405")+".log")
	if err != nil || path == "" {
		return Exported{}, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return Exported{}, err
	}
	n, err := l.logs().Export(f, q.query())
	if err != nil {
		f.Close()
		return Exported{}, err
	}
	return Exported{Path: path, Lines: n}, f.Close()
}

// LastError returns the newest line of level error of this session, nil if there is none.
func (l *Log) LastError() *Line {
	if line, ok := l.logs().LastError(); ok {
		return new(newLine(line))
	}
	return nil
}

// Series returns the session's metrics of the last seconds (0 for all) as columns of at most points values.
func (l *Log) Series(seconds int, points int) Series {
	var since time.Time
	if seconds > 0 {
		if last, ok := l.logs().Metrics(); ok {
			since = last.At.Add(-time.Duration(seconds) * time.Second) // by the instance's clock
		}
	}
	return newSeries(l.logs().Series(since, points))
}
