package logs

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// settled calls View until the search has ended, as the page does.
func settled(t interface{ Fatalf(string, ...any) }, l *Search, q Query) Page {
	for range 1000 {
		if p := l.View(q); !p.Searching {
			return p
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("the search does not end")
	return Page{}
}

// TestSearchFindsWhatLinesFinds compares Search.View with Book.Lines while the query changes and the log grows, evicts
// lines or is cleared.
func TestSearchFindsWhatLinesFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := New(Options{MaxLines: rapid.SampledFrom([]int{3000, 1 << 30}).Draw(t, "max")})
		l := b.NewSearch()
		n := 0
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "do") {
			case 0, 1, 2, 3:
				var entries []Entry
				for range rapid.SampledFrom([]int{1, 1, 50, 50, 50, 4500}).Draw(t, "more") {
					n++
					entries = append(entries, Entry{
						At: arrival, Level: []string{LevelInfo, LevelError}[n%2], Source: "boot", Text: fmt.Sprint("line ", n),
					})
				}
				b.append(entries)
			case 4:
				b.Clear()
			default:
				q := Query{
					Text:    rapid.SampledFrom([]string{"", "1", "12", "Line 1", "none"}).Draw(t, "text"),
					Level:   rapid.SampledFrom([]string{"", "error"}).Draw(t, "level"),
					Pattern: rapid.SampledFrom([]string{"", "9$"}).Draw(t, "pattern"),
					After:   rapid.SampledFrom([]uint64{0, 30, 4300}).Draw(t, "after"),
					Before:  rapid.SampledFrom([]uint64{0, 4700}).Draw(t, "before"),
					Limit:   rapid.SampledFrom([]int{1, 10, 5000}).Draw(t, "limit"),
				}
				got, want := settled(t, l, q), b.Lines(q)
				if !slices.Equal(seqs(got), seqs(want)) {
					t.Fatalf("%+v sees %d, want %d", q, seqs(got), seqs(want))
				}
				all := q
				all.After, all.Before, all.Limit = 0, 0, maxLimit
				if count := len(b.Lines(all).Lines); count < maxLimit && got.Matches != count {
					t.Fatalf("%+v counts %d, want %d", q, got.Matches, count)
				}
				if len(got.Lines) > 0 {
					all.Before = got.Lines[0].Seq
					if before := len(b.Lines(all).Lines); before < maxLimit && got.Before != before && got.Lines[0].Seq > 1 {
						t.Fatalf("%+v has %d before, want %d", q, got.Before, before)
					}
				}
			}
		}
	})
}

func TestSearchContext(t *testing.T) {
	b := filled(40, Options{})
	p := settled(t, b.NewSearch(), Query{Text: "line 2", Context: true, Limit: 30})
	var marked []uint64
	for _, l := range p.Lines {
		if len(l.Marks) > 0 {
			marked = append(marked, l.Seq)
		}
	}
	if len(p.Lines) != 30 || p.Matches != 11 || p.Before != 1 ||
		!slices.Equal(marked, []uint64{20, 21, 22, 23, 24, 25, 26, 27, 28, 29}) {
		t.Errorf("%d lines, %d matches, %d before, marked %d", len(p.Lines), p.Matches, p.Before, marked)
	}
	if !slices.Equal(p.Sources, []string{"boot", "unreal"}) {
		t.Errorf("sources %q", p.Sources)
	}
	if p := b.NewSearch().View(Query{Pattern: "("}); p.Problem == "" || p.Lines == nil {
		t.Errorf("a bad pattern: %+v", p)
	}
}

func TestSearchNotifiesWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := filled(10_000, Options{})
		var told atomic.Int64
		defer b.SubscribeFound(func() { told.Add(1) })()
		l := b.NewSearch()
		for _, text := range []string{"l", "li", "lin", "line 77"} {
			l.View(Query{Text: text})
		}
		time.Sleep(time.Second)
		if p := l.View(Query{Text: "line 77"}); told.Load() == 0 || p.Searching || p.Matches != 111 {
			t.Errorf("told %d times, %d matches", told.Load(), p.Matches)
		}
	})
}

// TestCloseEndsSearches checks that Close cancels a search and waits for its goroutine.
func TestCloseEndsSearches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := filled(10_000, Options{})
		s := b.NewSearch()
		s.running, s.cancel = &searchRun{}, func() { go s.runs.Done() }
		s.runs.Add(2)
		var closed atomic.Bool
		go func() { b.Close(); closed.Store(true) }()
		synctest.Wait()
		s.mu.Lock()
		running := s.running
		s.mu.Unlock()
		if closed.Load() || running != nil {
			t.Errorf("closed %v, running %v, while a goroutine has not ended", closed.Load(), running)
		}
		s.runs.Done()
		synctest.Wait()
		if !closed.Load() {
			t.Error("Close waits for searches that have ended")
		}
	})
}

// In virtual time, here and below, a search ends before viewTimeout.
func TestHistogram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := filled(600, Options{}) // one a second, each tenth an error
		l := b.NewSearch()
		h := l.Histogram(Query{}, 100)
		sum := func(h Histogram) (n [4]int) {
			for level, counts := range h.Levels {
				for _, c := range counts {
					n[level] += c
				}
			}
			return n
		}
		if h.Step != 10_000 || !h.From.Equal(arrival.Truncate(10*time.Second)) || sum(h) != [4]int{0, 540, 0, 60} ||
			len(h.Levels[0]) != 61 {
			t.Errorf("%+v", h)
		}
		if h.Levels[3][1] != 1 || h.Levels[1][1] != 9 {
			t.Errorf("the second stretch: %d, %d", h.Levels[1][1], h.Levels[3][1])
		}
		if h := l.Histogram(Query{Level: "error"}, 100); sum(h) != [4]int{0, 0, 0, 60} {
			t.Errorf("errors: %v", sum(h))
		}
		if h := l.Histogram(Query{Text: "none"}, 100); len(h.Levels[0]) != 0 {
			t.Errorf("none: %+v", h)
		}
		// One line of a clock that is far off does not squeeze the others into one stretch.
		b.append([]Entry{{At: time.Unix(0, 0), Level: LevelInfo, Source: "boot", Text: "1970"}})
		if h := l.Histogram(Query{}, 100); h.Step != 10_000 || sum(h) != [4]int{0, 541, 0, 60} {
			t.Errorf("with a stray clock: step %d, %v", h.Step, sum(h))
		}
	})
}

func TestAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := filled(100, Options{MaxLines: 50})
		l := b.NewSearch()
		for _, tt := range []struct {
			q    Query
			at   time.Duration
			want uint64
		}{
			{Query{}, 69 * time.Second, 70}, {Query{}, 68*time.Second + 1, 70}, {Query{}, 0, 51}, {Query{}, time.Hour, 100},
			{Query{Level: "error"}, 61 * time.Second, 70}, {Query{Text: "none"}, 0, 0}, {Query{Pattern: "("}, 0, 0},
		} {
			if got := l.At(tt.q, arrival.Add(tt.at)); got != tt.want {
				t.Errorf("%+v at %v is %d, want %d", tt.q, tt.at, got, tt.want)
			}
		}
	})
}
