package logs

import (
	"bytes"
	"context"
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
		"LastError": last, "Export": export.String(), "Metrics": b.MetricsSince(time.Time{}), "sources": b.Lines(Query{}).Sources,
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
		var entries []entry
		for i := range 3*chunkLines + 10 {
			entries = append(entries, entry{at: arrival, level: levelError, source: mark, text: fmt.Sprint(mark, " ", i), iid: mark})
		}
		b.append(append(entries, entry{at: arrival, metrics: &Metrics{At: arrival}}))
		b.count(0, Stats{Records: 7})
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
		b.Remark(levelInfo, "bob's")
		if p := b.Lines(Query{}); len(p.Lines) != 1 || p.Lines[0].Seq != last+1 || p.Older != 0 || p.Dropped != 0 {
			t.Errorf("afterwards %+v", p)
		}
	})
}

// TestForgetDropsUnpublishedRecords checks that records read for the earlier owner never appear, and the next owner's do.
func TestForgetDropsUnpublishedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stream{}
		b := newBook(s, nil)
		since := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Follow(ctx, mine, since) }()
		time.Sleep(time.Second)
		putNumbered(s, 1, 3)
		time.Sleep(5 * time.Second)
		putNumbered(s, 5, 6) // these wait for line 4: the follower holds them back, and publishes them at its end
		time.Sleep(300 * time.Millisecond)
		before := len(b.Lines(Query{}).Lines)
		b.Forget()
		cancel()
		<-ended
		if p := b.Lines(Query{}); before < 3 || len(p.Lines) > 0 || b.Stats() != (Stats{}) {
			t.Errorf("%d lines before, afterwards %+v, %+v", before, p.Lines, b.Stats())
		}
		time.Sleep(time.Minute)
		later := time.Now()
		putNumbered(s, 7, 9)
		follow(t, b, later, time.Minute)
		var texts []string
		for _, line := range b.Lines(Query{Source: "boot"}).Lines {
			texts = append(texts, line.Text)
		}
		if len(texts) != 3 {
			t.Errorf("the next owner reads %q", texts)
		}
	})
}
