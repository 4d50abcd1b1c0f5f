package kinesis

import "time"

// window admits at most limit calls in any second.
type window struct {
	limit int
	calls []time.Time
}

func (w *window) take(now time.Time) bool {
	old := 0
	for old < len(w.calls) && now.Sub(w.calls[old]) >= time.Second {
		old++
	}
	w.calls = append(w.calls[:0], w.calls[old:]...)
	if len(w.calls) >= w.limit {
		return false
	}
	w.calls = append(w.calls, now)
	return true
}

// bucket is a token bucket: capacity tokens, refilled by rate a second. Its zero time means full.
type bucket struct {
	capacity, rate float64
	tokens         float64
	at             time.Time
}

func (b *bucket) refill(now time.Time) {
	if b.at.IsZero() {
		b.tokens = b.capacity
	} else if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.capacity, b.tokens+d.Seconds()*b.rate)
	}
	if now.After(b.at) {
		b.at = now
	}
}

// take removes n tokens, or none and answers false. More than the bucket's capacity is given by a full bucket, on
// credit, so that one record of the largest size passes.
func (b *bucket) take(now time.Time, n float64) bool {
	b.refill(now)
	if b.tokens < min(n, b.capacity) {
		return false
	}
	b.tokens -= n
	return true
}

// inCredit reports whether the bucket owes nothing.
func (b *bucket) inCredit(now time.Time) bool {
	b.refill(now)
	return b.tokens >= 0
}

// spend removes n tokens that were already used. A read of more than the capacity is paid from zero: 10 MiB at
// 2 MiB/s block for the 5 s that AWS documents for GetRecords.
func (b *bucket) spend(n float64) {
	if n > b.capacity {
		b.tokens = -n
		return
	}
	b.tokens -= n
}
