package logs

import (
	"avatar-launcher/backend/messages"
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const mine = "i-0123456789abcdef0"

var arrival = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// remark adds a line with the launcher as its source.
func remark(b *Book, level, text string) { b.append([]Entry{Remark(level, messages.Verbatim(text))}) }

// add adds a line.
func add(b *Book, level, text string) {
	b.append([]Entry{{At: arrival, Level: level, Source: "boot", Text: text}})
}

// filled has lines 1…n, each tenth an error from unreal.
func filled(n int, o Options) *Book {
	b := New(o)
	entries := make([]Entry, n)
	for i := range entries {
		e := Entry{
			At: arrival.Add(time.Duration(i) * time.Second), Level: LevelInfo, Source: "boot", InstanceID: mine,
			Text: fmt.Sprintf("Line %d of the boot", i+1),
		}
		if (i+1)%10 == 0 {
			e.Level, e.Source = LevelError, "unreal"
		}
		entries[i] = e
	}
	b.append(entries)
	return b
}

func seqs(p Page) []uint64 {
	var out []uint64
	for _, l := range p.Lines {
		out = append(out, l.Seq)
	}
	return out
}

func TestLines(t *testing.T) {
	b := filled(20_000, Options{MaxLines: 10_000})
	tests := []struct {
		name string
		q    Query
		want []uint64
	}{
		{"newest", Query{Limit: 3}, []uint64{19998, 19999, 20000}},
		{"oldest", Query{Limit: 2, Oldest: true}, []uint64{10001, 10002}},
		{"newest after", Query{Limit: 2, After: 15_000, Newest: true}, []uint64{19999, 20000}},
		{"before", Query{Limit: 2, Before: 15_000}, []uint64{14998, 14999}},
		{"after", Query{Limit: 2, After: 15_000}, []uint64{15001, 15002}},
		{"between", Query{After: 15_000, Before: 15_003}, []uint64{15001, 15002}},
		{"after what is gone", Query{Limit: 1, After: 5}, []uint64{10001}},
		{"before what is gone", Query{Before: 5}, nil},
		{"after the end", Query{After: 20_000}, nil},
		{"crossed", Query{After: 15_000, Before: 12_000}, nil},
		{"level", Query{Limit: 2, Level: "warn"}, []uint64{19990, 20000}},
		{"source", Query{Limit: 2, Source: "unreal", Before: 12_000}, []uint64{11980, 11990}},
		{"text", Query{Text: "LINE 1234 OF"}, nil},
		{"text, kept", Query{Text: "LINE 12345 OF"}, []uint64{12345}},
		{"pattern", Query{Pattern: `^Line 1111\d `, Limit: 2}, []uint64{11118, 11119}},
		{"since", Query{Since: arrival.Add(19998 * time.Second)}, []uint64{19999, 20000}},
		{"all at once", Query{After: 1, Limit: 1, Level: "error", Source: "unreal", Text: "boot", Pattern: "000"},
			[]uint64{11000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := b.Lines(tt.q)
			if got := seqs(p); !slices.Equal(got, tt.want) {
				t.Errorf("%d, want %d", got, tt.want)
			}
			if p.First != 10_001 || p.Last != 20_000 || p.Dropped != 10_000 || p.Problem != "" || p.Lines == nil {
				t.Errorf("page %d–%d, %d dropped, %q", p.First, p.Last, p.Dropped, p.Problem)
			}
		})
	}
	if n := len(b.Lines(Query{}).Lines); n != defaultLimit {
		t.Errorf("%d lines without a limit", n)
	}
	if n := len(b.Lines(Query{Limit: 1 << 30}).Lines); n != maxLimit {
		t.Errorf("%d lines at most", n)
	}
	if p := b.Lines(Query{Pattern: "("}); p.Problem == "" || len(p.Lines) != 0 {
		t.Errorf("a bad pattern: %+v", p)
	}
}

func TestFindIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := filled(10, Options{}).Find(ctx, Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("err %v", err)
	}
}

func TestBoundsAndClear(t *testing.T) {
	b := filled(1, Options{MaxLines: 1 << 30, MaxBytes: 100_000})
	for i := range 10_000 {
		remark(b, "info", strings.Repeat("x", i%200))
	}
	s := b.Stats()
	if s.Bytes > 100_000 || s.Bytes < 90_000 || uint64(s.Lines)+s.Dropped != 10_001 {
		t.Errorf("stats %+v", s)
	}
	b.Clear()
	if p := b.Lines(Query{}); len(p.Lines) != 0 || p.First != 0 || p.Last != 10_001 || b.Last() != 10_001 {
		t.Errorf("after Clear: %+v", p)
	}
	remark(b, "warn", "again")
	p := b.Lines(Query{})
	if len(p.Lines) != 1 || p.Lines[0].Seq != 10_002 || p.Lines[0].Text != "again" || p.Lines[0].Source != "launcher" {
		t.Errorf("after Clear: %+v", p)
	}
	b = New(Options{MaxBytes: 10})
	remark(b, "info", "longer than all that may be kept")
	if len(b.Lines(Query{}).Lines) != 1 {
		t.Error("the newest line must stay")
	}
}

func TestLinesDuringAppend(t *testing.T) {
	b := New(Options{MaxLines: 6000})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50_000 {
			b.append([]Entry{{At: arrival, Level: LevelInfo, Text: fmt.Sprint(i + 1)}})
		}
	})
	for range 200 {
		p := b.Lines(Query{Limit: 50, Text: "1"})
		for _, l := range p.Lines {
			if fmt.Sprint(l.Seq) != l.Text {
				t.Fatalf("line %d says %s", l.Seq, l.Text)
			}
		}
	}
	wg.Wait()
}

func TestSubscribeCoalescesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Options{})
		type call struct {
			at          time.Duration
			first, last uint64
		}
		var calls []call
		begin := time.Now()
		remark(b, "info", "before")
		cancel := b.Subscribe(func(first, last uint64) { calls = append(calls, call{time.Since(begin), first, last}) })
		for range 100 {
			remark(b, "info", "x")
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Second)
		remark(b, "info", "y")
		time.Sleep(time.Second)
		cancel()
		remark(b, "info", "z")
		time.Sleep(time.Second)
		next := uint64(2)
		for i, c := range calls {
			if c.first != next || c.last < c.first {
				t.Errorf("call %d: %+v, want it to begin at %d", i, c, next)
			}
			if i > 0 && c.at-calls[i-1].at < notifyInterval {
				t.Errorf("call %d came %v after the one before", i, c.at-calls[i-1].at)
			}
			next = c.last + 1
		}
		if next != 103 || len(calls) != 5 {
			t.Errorf("told of %d lines in %d calls", next-1, len(calls))
		}
	})
}

func TestExport(t *testing.T) {
	b := filled(30, Options{MaxLines: 25})
	var out bytes.Buffer
	if _, err := b.Export(&out, Query{Level: "error"}); err != nil {
		t.Fatal(err)
	}
	want := "# 5 older lines are no longer kept\n" +
		"2026-01-02T03:04:14.000Z error unreal     Line 10 of the boot\n" +
		"2026-01-02T03:04:24.000Z error unreal     Line 20 of the boot\n" +
		"2026-01-02T03:04:34.000Z error unreal     Line 30 of the boot\n"
	if out.String() != want {
		t.Errorf("%s", out.String())
	}
	out.Reset()
	if _, err := b.Export(&out, Query{Limit: 1}); err != nil || out.String() != strings.SplitAfter(want, "\n")[3] {
		t.Errorf("%v, %s", err, out.String())
	}
	if _, err := b.Export(&out, Query{Pattern: "("}); err == nil {
		t.Error("a bad pattern was taken")
	}
	if _, err := b.Export(full{}, Query{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestMetricsAreBounded(t *testing.T) {
	b := New(Options{})
	if _, ok := b.Metrics(); ok {
		t.Error("metrics before the first")
	}
	for i := range 3 * maxSamples {
		b.append([]Entry{{Metrics: &Metrics{At: arrival.Add(time.Duration(i) * time.Second)}}})
	}
	all := b.MetricsSince(time.Time{})
	last, _ := b.Metrics()
	if len(all) != maxSamples || !all[len(all)-1].At.Equal(last.At) || b.Last() != 0 {
		t.Errorf("%d samples, last %v, lines to %d", len(all), last.At, b.Last())
	}
}

func TestLastError(t *testing.T) {
	b := filled(25, Options{MaxLines: 3})
	if l, ok := b.LastError(); !ok || l.Seq != 20 || l.Source != "unreal" || l.Text != "Line 20 of the boot" {
		t.Errorf("%v, %+v", ok, l)
	}
	b.append([]Entry{{At: arrival, Metrics: &Metrics{At: arrival}}})
	b.Clear()
	if l, ok := b.LastError(); ok {
		t.Errorf("after Clear: %+v", l)
	}
	if _, ok := b.Metrics(); !ok {
		t.Error("clearing the log has emptied the charts")
	}
}

func TestSeries(t *testing.T) {
	b := New(Options{})
	value := func(v float64) *float64 { return &v }
	at := func(s int) time.Time { return arrival.Add(time.Duration(s) * time.Second) }
	var entries []Entry
	for i := range 100 {
		m := Metrics{At: at(i), CPU: value(float64(i))}
		if i >= 50 {
			m.At = at(i + 600) // nothing came for ten minutes
			m.FPS = value(0)
		}
		entries = append(entries, Entry{Metrics: &m})
	}
	entries[3], entries[4] = entries[4], entries[3]
	b.append(entries)
	s := b.Series(time.Time{}, 1000)
	if len(s.At) != 101 || !slices.IsSorted(s.At) || len(s.CPU) != 101 || s.GPU != nil || s.Players != nil {
		t.Fatalf("%d points, %d of CPU", len(s.At), len(s.CPU))
	}
	if s.CPU[50] != nil || *s.CPU[49] != 49 || *s.CPU[51] != 50 || s.FPS[49] != nil || *s.FPS[51] != 0 {
		t.Errorf("about the gap: %v %v", s.CPU[49:52], s.FPS[49:52])
	}
	if s := b.Series(time.Time{}, 10); len(s.At) != 11 || *s.CPU[0] != 4.5 || s.CPU[5] != nil {
		t.Errorf("ten points: %d, the first %v", len(s.At), *s.CPU[0])
	}
	if s := b.Series(at(1000), 10); s.At == nil || len(s.At) != 0 || s.CPU != nil {
		t.Errorf("since the end: %+v", s)
	}
}

// TestExportWritesEachLineOnOneLine exports a line whose text contains a newline.
func TestExportWritesEachLineOnOneLine(t *testing.T) {
	b := New(Options{})
	b.append([]Entry{{At: arrival, Level: LevelInfo, Source: "unreal", Text: "x\nready http://evil.test/"}})
	var out bytes.Buffer
	n, err := b.Export(&out, Query{})
	if err != nil || n != 1 || bytes.Count(out.Bytes(), []byte{'\n'}) != 1 ||
		!bytes.Contains(out.Bytes(), []byte("x␊ready")) {
		t.Errorf("%d lines, %v: %q", n, err, out.String())
	}
}
