package logs

import (
	"fmt"
	"testing"
)

const benchText = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second, ICE candidate " +
	"%d of player 12"

// BenchmarkFilter looks for a word that no line has in 1,000,000 lines.
func BenchmarkFilter(b *testing.B) {
	const n = 1_000_000
	book := New(Options{MaxLines: n, MaxBytes: 1 << 30})
	for i := range n {
		book.append([]Entry{{At: arrival, Level: LevelInfo, Source: "unreal", InstanceID: mine,
			Text: fmt.Sprintf(benchText, i)}})
	}
	for name, q := range map[string]Query{
		"text":    {Text: "Candidate of nobody"},
		"pattern": {Pattern: "candidate of nobody"},
		"level":   {Level: LevelError},
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
