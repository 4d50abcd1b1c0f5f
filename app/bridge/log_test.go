package bridge

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend/logs"
)

// written is a Source of entries in a slice.
type written []logs.Entry

func (s written) Read(context.Context, logs.Request) iter.Seq[logs.Batch] {
	return func(yield func(logs.Batch) bool) { yield(logs.Batch{Entries: s, Cursor: 1}) }
}

// saving is a window whose user chooses a file.
type saving struct {
	Window
	rooms *core.Rooms
	path  string
	err   error
	named string // the name that was proposed
}

func (w *saving) Rooms() *core.Rooms { return w.rooms }

func (w *saving) SaveFile(_, name string) (string, error) {
	w.named = name
	return w.path, w.err
}

// newLog returns the service over a log of four lines, a second apart, and two metrics records.
func newLog(t *testing.T) (*saving, *Log, time.Time) {
	t.Helper()
	begin := time.Now()
	all := written{}
	for i, level := range []string{"info", "error", "warn", "info"} {
		all = append(all, logs.Entry{At: begin.Add(time.Duration(i) * time.Second), Arrived: begin, Level: level,
			Source: "unreal", Text: level + " line", InstanceID: "i-1"})
	}
	for i, fps := range []float64{30, 60} {
		all = append(all, logs.Entry{At: begin.Add(time.Duration(i) * time.Minute), Arrived: begin, InstanceID: "i-1",
			Metrics: &logs.Metrics{At: begin.Add(time.Duration(i) * time.Minute), FPS: &fps}})
	}
	b := logs.New(logs.Options{Source: all, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(b.Close)
	if err := b.Follow(t.Context(), "i-1", begin); err != nil {
		t.Fatal(err)
	}
	w := &saving{rooms: &core.Rooms{Logs: b}}
	return w, &Log{service: service{w}}, begin
}

func TestTheLogPageReadsTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, l, begin := newLog(t)
		if p := l.Lines(Query{Level: "warn"}); len(p.Lines) != 2 || p.Lines[0].Text != "error line" ||
			*p.Lines[0].At != begin.Add(time.Second).UnixMilli() {
			t.Errorf("warnings and worse: %+v", p.Lines)
		}
		q := Query{Text: "info"}
		l.View(q)
		synctest.Wait()
		if p := l.View(q); p.Matches != 2 || p.Searching || len(p.Lines) != 2 || len(p.Lines[0].Marks) != 2 {
			t.Errorf("the search found %+v", p)
		}
		if at := l.At(q, begin.Add(time.Second).UnixMilli()); at != 4 {
			t.Errorf("the first match from the second second on is line %d", at)
		}
		h, counted := l.Histogram(q, 10), 0
		for _, level := range h.Levels {
			for _, n := range level {
				counted += n
			}
		}
		if len(h.Levels) != 4 || counted != 2 || h.From == nil {
			t.Errorf("histogram %+v", h)
		}
		if e := l.LastError(); e == nil || e.Text != "error line" {
			t.Errorf("last error %+v", e)
		}
		if all, late := l.Series(0, 10), l.Series(30, 10); len(all.At) != 2 || len(late.At) != 1 || *late.FPS[0] != 60 {
			t.Errorf("series %+v, of the last half minute %+v", all, late)
		}
		l.Clear()
		if p := l.Lines(Query{}); len(p.Lines) != 0 || p.Lines == nil || l.LastError() != nil {
			t.Errorf("cleared: %+v", p)
		}
	})
}

func TestTheLogIsSavedWhereTheUserSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, l, _ := newLog(t)
		if out, err := l.Export(Query{}); err != nil || out != (Exported{}) {
			t.Errorf("cancelled: %+v, %v", out, err)
		}
		if !strings.HasPrefix(w.named, "avatar-") || !strings.HasSuffix(w.named, ".log") {
			t.Errorf("the file is to be called %q", w.named)
		}
		w.path = filepath.Join(t.TempDir(), "mine.log")
		out, err := l.Export(Query{Level: "error"})
		text, readErr := os.ReadFile(w.path)
		if err != nil || readErr != nil || out != (Exported{w.path, 1}) || !strings.Contains(string(text), "error line") {
			t.Errorf("saved %+v, %v: %q, %v", out, err, text, readErr)
		}
		if i, err := os.Stat(w.path); err != nil || i.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("others may read it: %v, %v", i, err)
		}
		w.path = filepath.Join(t.TempDir(), "no", "folder")
		if out, err := l.Export(Query{}); err == nil || out.Path != "" {
			t.Errorf("a folder that is not there: %+v", out)
		}
		w.err = errors.New("no dialog")
		if _, err := l.Export(Query{}); !errors.Is(err, w.err) {
			t.Errorf("no dialog: %v", err)
		}
	})
}
