package logs

import (
	"slices"
	"time"
)

// Histogram is how many lines were written in each stretch of time, by level.
type Histogram struct {
	From   time.Time `json:"from"`   // where the first stretch begins
	Step   int64     `json:"step"`   // milliseconds of each
	Levels [4][]int  `json:"levels"` // debug, info, warn, error
}

// steps are the lengths of a stretch, in milliseconds, that people count in.
var steps = []int64{100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
	1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000}

// maxBuckets bounds a histogram.
const maxBuckets = 500

// Histogram counts the lines that match a query, bounds apart, in at most so many stretches of time. Lines whose
// clock is far from the others' are counted at the nearer end.
func (s *Search) Histogram(q Query, most int) Histogram {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.setQuery(q)
	s.await(maxInt, false)
	return histogramOf(s.times(&v), min(max(most, 1), maxBuckets))
}

const maxInt = int(^uint(0) >> 1)

// written is when a line of some rank was written, in milliseconds since 1970.
type lineTime struct {
	at   int64
	rank int8
}

// times are those of the lines that match.
func (s *Search) times(v *view) []lineTime {
	if s.matcher == nil {
		return nil
	}
	s.found.trim(v.first)
	out := make([]lineTime, 0, s.found.count)
	s.eachMatch(v, func(c *chunk, i int) bool {
		out = append(out, lineTime{c.rows[i].at / 1e6, int8(c.originOf(i).rank)})
		return true
	})
	return out
}

// each calls fn for each line that matches, oldest first, until it says no.
func (s *Search) eachMatch(v *view, fn func(c *chunk, i int) bool) {
	at := 0
	for _, block := range s.found.blocks {
		for _, seq := range block {
			for v.chunks[at].next() <= seq {
				at++
			}
			if c := v.chunks[at]; !fn(c, int(seq-c.first)) {
				return
			}
		}
	}
}

// outlierShare is the share of lines, at each end, that may lie outside of the stretches.
const outlierShare = 0.002

func histogramOf(lines []lineTime, most int) Histogram {
	var h Histogram
	if len(lines) == 0 {
		return h
	}
	sample := make([]int64, 0, 5000)
	for i := len(lines) - 1; i >= 0; i -= len(lines)/cap(sample) + 1 {
		sample = append(sample, lines[i].at)
	}
	slices.Sort(sample)
	skip := int(float64(len(sample)) * outlierShare)
	low, high := sample[skip], sample[len(sample)-1-skip]
	h.Step = steps[len(steps)-1]
	for _, s := range steps {
		if high/s-low/s < int64(most) {
			h.Step = s
			break
		}
	}
	from := low / h.Step
	n := min(high/h.Step-from+1, int64(most))
	h.From = time.UnixMilli(from * h.Step).UTC()
	for level := range h.Levels {
		h.Levels[level] = make([]int, n)
	}
	for _, w := range lines {
		h.Levels[w.rank-1][min(max(w.at/h.Step-from, 0), n-1)]++
	}
	return h
}

// At is the number of the first line that matches a query, bounds apart, and was written at t or later; the last
// that matches where none was, 0 if none matches.
func (s *Search) At(q Query, t time.Time) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.setQuery(q)
	s.await(maxInt, false)
	if s.matcher == nil {
		return 0
	}
	s.found.trim(v.first)
	want := t.UnixNano()
	var seq uint64
	s.eachMatch(&v, func(c *chunk, i int) bool {
		seq = c.first + uint64(i)
		return c.rows[i].at < want
	})
	return seq
}
