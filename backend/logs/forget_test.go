package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

const mark = "MARK-of-alice"

// leftOf returns the parts of a book that still contain text.
func leftOf(t *testing.T, b *Book, l *Search, dir, text string) (places []string) {
	t.Helper()
	var export bytes.Buffer
	if _, err := b.Export(&export, Query{}); err != nil {
		t.Fatal(err)
	}
	last, _ := b.LastError()
	found := map[string]any{
		"Lines": b.Lines(Query{Limit: maxLimit}), "View": settled(t, l, Query{}), "Search": settled(t, l, Query{Text: text}),
		"LastError": last, "Export": export.String(), "Metrics": b.MetricsSince(time.Time{}),
		"sources": b.Lines(Query{}).Sources,
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files {
		data, _ := os.ReadFile(path)
		found[path] = string(data)
	}
	for place, v := range found {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			places = append(places, place)
		}
	}
	return places
}

func TestForgetDropsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		b := New(Options{MaxLines: 1000, OlderDir: dir})
		defer b.Close()
		l := b.NewSearch()
		var entries []Entry
		for i := range 3*chunkLines + 10 {
			entries = append(entries, Entry{At: arrival, Level: LevelError, Source: mark, Text: fmt.Sprint(mark, " ", i),
				InstanceID: mark})
		}
		b.append(append(entries, Entry{At: arrival, Metrics: &Metrics{At: arrival}}))
		b.count(0, Counts{Records: 7})
		settled(t, l, Query{Text: mark})
		if places := leftOf(t, b, l, dir, mark); len(places) < 7 {
			t.Fatalf("the test sees the marks in %q only", places)
		}
		settled(t, l, Query{Text: mark}) // the search that is on the page when its user leaves
		last := b.Last()
		b.Forget()
		if l.query != (Query{}) || l.matcher != nil || l.found.count != 0 || len(l.found.blocks) != 0 {
			t.Errorf("the search is still there: %+v", l.query)
		}
		if places := leftOf(t, b, l, dir, mark); len(places) > 0 {
			t.Errorf("left in %q", places)
		}
		if _, any := b.Metrics(); any || b.Stats() != (Stats{}) || len(b.followStates) > 0 {
			t.Errorf("left: metrics %v, %+v, %d followStates", any, b.Stats(), len(b.followStates))
		}
		remark(b, LevelInfo, "bob's")
		if p := b.Lines(Query{}); len(p.Lines) != 1 || p.Lines[0].Seq != last+1 || p.Older != 0 || p.Dropped != 0 {
			t.Errorf("afterwards %+v", p)
		}
	})
}
