package logs

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const benchText = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second, ICE candidate %d of player 12"

// BenchmarkAppend is the way of a line from a Kinesis record to the log: decoded, put in order, stored.
func BenchmarkAppend(b *testing.B) {
	const n = 1000
	book := New(Options{})
	q := sequencer{iid: mine}
	records := make([]types.Record, n)
	seq, bytes := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for i := range records {
			seq++
			data := fmt.Appendf(nil, `{"v":1,"ts":"2026-01-02T03:04:05.678Z","seq":%d,"iid":%q,"epoch":1,"lvl":"info","src":"unreal","msg":%q}`,
				seq, mine, fmt.Sprintf(benchText, seq))
			records[i] = types.Record{Data: data, PartitionKey: aws.String(mine), ApproximateArrivalTimestamp: &arrival}
			bytes += len(data)
		}
		b.StartTimer()
		d := decoder{iid: mine}
		for _, r := range records {
			d.record(r)
		}
		for _, e := range d.entries {
			q.add(e, arrival)
		}
		book.append(q.take())
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

// BenchmarkFilter looks for a word that no line has in 1,000,000 lines.
func BenchmarkFilter(b *testing.B) {
	const n = 1_000_000
	book := New(Options{MaxLines: n, MaxBytes: 1 << 30})
	for i := range n {
		book.append([]entry{{at: arrival, level: levelInfo, source: "unreal", iid: mine, text: fmt.Sprintf(benchText, i)}})
	}
	for name, q := range map[string]Query{
		"text":    {Text: "Candidate of nobody"},
		"pattern": {Pattern: "candidate of nobody"},
		"level":   {Level: levelError},
		"first":   {Text: "negotiated", Limit: 1},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				book.Lines(q)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
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
