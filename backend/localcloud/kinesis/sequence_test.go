package kinesis

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSequenceNumbersFollowTheirRecords: 56 digits that say their place, in the order of the places.
func TestSequenceNumbersFollowTheirRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shard, n := rapid.IntRange(0, 1<<30).Draw(t, "shard"), rapid.Uint64Range(0, 1<<62).Draw(t, "n")
		created := time.Unix(rapid.Int64Range(1_600_000_000, 4_000_000_000).Draw(t, "created"), 0)
		s := formatSequence(shard, created, n)
		digits := fmt.Sprintf("2%010x%01x%016x0%09x%08x2", created.Unix(), shard&0xf, n, created.Unix(), shard)
		if v, _ := new(big.Int).SetString(digits, 16); s != v.String() || len(s) != 56 {
			t.Fatalf("%s, instead of the hexadecimal %s", s, digits)
		}
		if got, ok := parseSequence(s, shard, created); !ok || got != n {
			t.Fatalf("%s is read as %d, %v", s, got, ok)
		}
		between := continuation(shard, created, n)
		if got, ok := parseSequence(between, shard, created); !ok || got != n || between <= s ||
			between >= formatSequence(shard, created, n+1) {
			t.Fatalf("the continuation %s of %s is read as %d, %v", between, s, got, ok)
		}
		if later := formatSequence(shard, created, n+1); later <= s {
			t.Fatalf("%s comes before %s", later, s)
		}
	})
}
