package logs

import "testing"

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
