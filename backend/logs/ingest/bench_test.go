package ingest

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"avatar-launcher/backend/logs"
)

const benchText = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second, ICE candidate " +
	"%d of player 12"

// benchSource yields batches of lines as fast as they are taken.
type benchSource struct {
	b     *testing.B
	batch func() []Record
}

func (s *benchSource) Read(_ context.Context, r logs.Request) iter.Seq[logs.Batch] {
	return func(yield func(logs.Batch) bool) {
		order := Sequencer{InstanceID: r.InstanceID}
		for s.b.Loop() {
			s.b.StopTimer()
			records := s.batch()
			s.b.StartTimer()
			d := Decoder{InstanceID: r.InstanceID}
			for _, rec := range records {
				d.Decode(rec)
			}
			entries, _ := d.Take()
			for _, e := range entries {
				order.Add(e, arrival)
			}
			entries, counts := order.Take()
			if !yield(logs.Batch{Entries: entries, Counts: counts}) {
				return
			}
		}
	}
}

// BenchmarkAppend is the way of a line from a record to the log: decoded, put in order, stored.
func BenchmarkAppend(b *testing.B) {
	const n = 1000
	seq, bytes := 0, 0
	records := make([]Record, n)
	source := &benchSource{b: b, batch: func() []Record {
		for i := range records {
			seq++
			data := fmt.Appendf(nil, `{"v":1,"ts":"2026-01-02T03:04:05.678Z","seq":%d,"iid":%q,"epoch":1,"lvl":"info",`+
				`"src":"unreal","msg":%q}`, seq, mine, fmt.Sprintf(benchText, seq))
			records[i] = Record{Key: mine, Arrived: arrival, Data: data}
			bytes += len(data)
		}
		return records
	}}
	b.ReportAllocs()
	if err := logs.New(logs.Options{Source: source}).Follow(b.Context(), mine, time.Time{}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

// BenchmarkTextLevel reads the level of lines that name none, which takes longest.
func BenchmarkTextLevel(b *testing.B) {
	const message = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second"
	for name, line := range map[string]string{
		"plain":  message,
		"unreal": "[2026.01.02-03.04.05:678][  0]" + message,
		"time":   "2026-01-02T03:04:05.678Z " + message,
		"logfmt": `time=2026-01-02T03:04:05.678Z msg="` + message + `" player=12`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				textLevel(line)
			}
		})
	}
}
