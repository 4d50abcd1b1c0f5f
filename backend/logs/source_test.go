package logs_test

import (
	"context"
	"errors"
	"iter"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/ingest"
)

const mine = "i-0123456789abcdef0"

// recorded is a Source of records in a slice, as a place that isn't a stream would have them. It decodes and orders
// them by package ingest. Its Cursor is the number of records read.
type recorded struct {
	records []ingest.Record
	open    bool // more may come: Read ends with its context only
	from    []int
}

func (s *recorded) Read(ctx context.Context, r logs.Request) iter.Seq[logs.Batch] {
	return func(yield func(logs.Batch) bool) {
		next, _ := r.Cursor.(int)
		s.from = append(s.from, next)
		decoder := ingest.Decoder{InstanceID: r.InstanceID}
		order := ingest.Sequencer{InstanceID: r.InstanceID}
		for ; next < len(s.records); next++ {
			record := s.records[next]
			if record.Arrived.Before(r.Since) {
				continue
			}
			decoder.Decode(record)
			entries, counts := decoder.Take()
			for _, e := range entries {
				order.Add(e, time.Now())
			}
			order.Expire(time.Now()) // it waits for nothing
			entries, ordered := order.Take()
			counts.Add(ordered)
			if !yield(logs.Batch{Entries: entries, Counts: counts, Cursor: next + 1, ReadTo: record.Arrived}) {
				return
			}
		}
		if s.open {
			<-ctx.Done()
		}
	}
}

// TestAnotherSource reads a log from a place that packages logs and ingest have never heard of, through the public API.
func TestAnotherSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		written := begin.Add(30 * time.Second)
		record := func(after time.Duration, data string) ingest.Record {
			return ingest.Record{Arrived: begin.Add(after), InstanceID: mine, Source: "unreal", At: written, Data: []byte(data)}
		}
		s := &recorded{records: []ingest.Record{
			record(0, "of another session"),
			record(time.Minute, "LogInit: Warning: slow"),
			record(time.Minute, `{"v":1,"seq":1,"lvl":"info","src":"boot","msg":"one"}`),
			record(time.Minute, `{"v":1,"seq":2,"src":"metrics","cpu":12}`),
			record(time.Minute, `{"v":1,"seq":5,"lvl":"info","src":"boot","msg":"avatar ready"}`),
			{Arrived: begin.Add(time.Minute), InstanceID: "i-0fedcba9876543210", Data: []byte("of another instance")},
		}}
		time.Sleep(time.Minute)
		var ready []string
		b := logs.New(logs.Options{
			Source: s, ReadyPattern: regexp.MustCompile("avatar ready"),
			OnReady: func(id string) { ready = append(ready, id) },
		})
		since := begin.Add(time.Second)
		if err := b.Follow(t.Context(), mine, since); err != nil {
			t.Fatal(err)
		}
		var got []string
		lines := b.Lines(logs.Query{}).Lines
		for _, l := range lines {
			got = append(got, l.Level+" "+l.Source+" "+l.Text)
		}
		want := []string{
			"warn unreal LogInit: Warning: slow", "info boot one", "warn launcher 2 log lines are missing",
			"info boot avatar ready",
		}
		if !slices.Equal(got, want) || !lines[0].At.Equal(written) || lines[2].Gap != 2 {
			t.Errorf("%q at %v, gap %d", got, lines[0].At, lines[2].Gap)
		}
		if m, ok := b.Metrics(); !ok || *m.CPU != 12 || !slices.Equal(ready, []string{mine}) {
			t.Errorf("metrics %v, ready %q", ok, ready)
		}
		if c := b.Stats().Counts; c != (logs.Counts{Records: 5, Others: 1, Lost: 2}) {
			t.Errorf("counts %+v", c)
		}
		s.records, s.open = append(s.records, record(time.Minute, "later")), true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.Follow(ctx, mine, since); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Follow: %v", err)
		}
		p := b.Lines(logs.Query{Text: "later"})
		if len(p.Lines) != 1 || p.Last != 5 || !slices.Equal(s.from, []int{0, 6}) {
			t.Errorf("%d lines, %d of them later, read from %d", p.Last, len(p.Lines), s.from)
		}
	})
}

func TestFollowNeedsASource(t *testing.T) {
	if err := logs.New(logs.Options{}).Follow(t.Context(), mine, time.Time{}); err == nil {
		t.Error("a log without a source is followed")
	}
}
