package simulate

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestMetricsAreTheJSONOfTheirSchema: what is written by hand is what encoding/json writes.
func TestMetricsAreTheJSONOfTheirSchema(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		figure := rapid.Custom(func(t *rapid.T) float64 { return round(rapid.Float64Range(0, 100).Draw(t, "figure")) })
		r := record{
			V: 1, Seq: rapid.Int64().Draw(t, "seq"), IID: "i-0123456789abcdef0", Epoch: rapid.Int64().Draw(t, "epoch"),
			Level: "info", Src: "metrics",
			TS: time.Unix(0, rapid.Int64Range(0, math.MaxInt64).Draw(t, "at")).UTC(),
			metrics: &metrics{
				CPU: figure.Draw(t, "cpu"), GPU: figure.Draw(t, "gpu"), Mem: figure.Draw(t, "mem"),
				NetOut: rapid.Int64().Draw(t, "net"), FPS: figure.Draw(t, "fps"),
				Players: rapid.IntRange(0, mostPlayers).Draw(t, "players"),
			},
		}
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.encode(); string(got) != string(want) {
			t.Fatalf("%s\ninstead of %s", got, want)
		}
	})
}
