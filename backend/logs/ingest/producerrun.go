package ingest

import (
	"slices"
	"time"

	"avatar-launcher/backend/logs"
)

// span is a range of numbers, both ends included.
type span struct{ low, high uint64 }

// remembered is how many of the newest numbers are kept with their fingerprint.
const remembered = 4096

// maxHoles bounds the missing ranges that are kept.
const maxHoles = 1024

// producerRun is one run of the producer: the numbers from low to next-1 have been shown, except the holes.
type producerRun struct {
	low, next    uint64
	holes        []span // rising
	fingerprints [remembered]struct{ seq, fingerprint uint64 }
	newest       time.Time // latest time in it
	first        uint64    // fingerprint of its first line
}

func newProducerRun(low uint64) *producerRun { return &producerRun{low: low, next: low} }

// placement is where a numbered line belongs.
type placement int

const (
	inOrder   placement = iota // the next, or ahead of it
	late                       // its number counted as lost
	duplicate                  // it has been shown
	restart                    // the producer restarted its numbers
)

// place returns where a line belongs. A repeated put has the same number and content; the same number with other
// content is another run of the producer. For numbers that are no longer remembered, the producer's clock decides. A
// jump of that clock can show a line twice but never lose a new one.
func (r *producerRun) place(e *logs.Entry) placement {
	if e.Number >= r.next {
		return inOrder
	}
	if p := r.fingerprints[e.Number%remembered]; p.seq == e.Number && p.fingerprint != 0 {
		if p.fingerprint == fingerprint(e) {
			return duplicate
		}
		return restart
	}
	if _, ok := r.findHole(e.Number); ok {
		return late
	}
	newer := e.At.After(r.newest)
	switch {
	case e.Number < r.low && newer && e.Number+1 < r.low:
		return restart
	case e.Number < r.low:
		return late
	case newer, e.Number <= 1 && fingerprint(e) != r.first:
		return restart
	}
	return duplicate
}

// remember stores the fingerprint of a line that is shown.
func (r *producerRun) remember(e *logs.Entry) {
	p := fingerprint(e)
	if r.first == 0 {
		r.first = p
	}
	m := &r.fingerprints[e.Number%remembered]
	if m.fingerprint == 0 || m.seq <= e.Number {
		m.seq, m.fingerprint = e.Number, p
	}
	if e.At.After(r.newest) {
		r.newest = e.At
	}
}

// addHole notes numbers as missing.
func (r *producerRun) addHole(low, high uint64) {
	if high < low {
		return
	}
	r.holes = append(r.holes, span{low, high})
	if len(r.holes) > maxHoles {
		r.holes = r.holes[len(r.holes)-maxHoles:]
	}
}

// findHole returns the index of the hole that contains seq.
func (r *producerRun) findHole(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(r.holes, seq, func(s span, seq uint64) int {
		switch {
		case s.high < seq:
			return -1
		case s.low > seq:
			return 1
		}
		return 0
	})
}

// fillHole removes a late line's number from the holes. A line from before the first one lowers low.
func (r *producerRun) fillHole(e *logs.Entry) {
	r.remember(e)
	i, ok := r.findHole(e.Number)
	if !ok {
		if e.Number+1 < r.low {
			r.holes = slices.Insert(r.holes, 0, span{e.Number + 1, r.low - 1})
		}
		r.low = e.Number
		return
	}
	s := r.holes[i]
	var rest []span
	if s.low < e.Number {
		rest = append(rest, span{s.low, e.Number - 1})
	}
	if e.Number < s.high {
		rest = append(rest, span{e.Number + 1, s.high})
	}
	r.holes = slices.Replace(r.holes, i, i+1, rest...)
}
