package logs

import (
	"math"
	"testing"
	"time"
)

// TestSentIsTheSumOfTheRates: gaps, records that come again, impossible rates and other instances' records count
// nothing.
func TestSentIsTheSumOfTheRates(t *testing.T) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	told := []int64{}
	b := New(Options{OnSent: func(_ string, bytes int64) { told = append(told, bytes) }})
	record := func(iid string, after time.Duration, rate float64) Entry {
		return Entry{InstanceID: iid, At: began.Add(after), Metrics: &Metrics{NetOut: &rate}}
	}
	read := func(now time.Duration, entries ...Entry) { b.matchPatterns("i-1", entries, began.Add(now)) }

	read(0, record("i-1", 0, 1000)) // how long this rate has lasted is not known
	read(5*time.Second, record("i-1", 5*time.Second, 1000), record("i-2", 5*time.Second, 1000))
	read(6*time.Second, record("i-1", 5*time.Second, 1000)) // again
	if len(told) != 1 || told[0] != 5000 {
		t.Fatalf("told %v", told)
	}
	read(10*time.Second, record("i-1", 10*time.Second, 2000))
	if len(told) != 1 {
		t.Errorf("told again within a minute: %v", told)
	}
	read(70*time.Second, record("i-1", 15*time.Second, math.NaN()), record("i-1", 20*time.Second, 1e18),
		record("i-1", 25*time.Second, -1), record("i-1", 30*time.Second, 1000))
	if len(told) != 2 || told[1] != 5000+10_000+5000 {
		t.Errorf("told %v", told)
	}
	read(time.Hour, record("i-1", time.Hour, 1000)) // nothing came for an hour
	if len(told) != 3 || told[2] != 20_000+60_000 {
		t.Errorf("told %v", told)
	}
	b.Forget()
	read(2*time.Hour, record("i-1", 2*time.Hour, 1000), record("i-1", 2*time.Hour+time.Second, 1000))
	if len(told) != 4 || told[3] != 1000 {
		t.Errorf("after Forget: %v", told)
	}
}
