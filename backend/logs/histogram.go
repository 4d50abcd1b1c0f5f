package logs

import (
	"slices"
	"time"
)

// Histogram counts lines by time and level.
type Histogram struct {
	From   time.Time `json:"from"`   // start of the first bucket
	Step   int64     `json:"step"`   // bucket size in milliseconds
	Levels [4][]int  `json:"levels"` // debug, info, warn, error
}

// steps are the possible bucket sizes, in milliseconds.
var steps = []int64{100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
	1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000}

// maxBuckets bounds the buckets of a histogram.
const maxBuckets = 500

// Histogram counts the lines that match a query, without its bounds, in at most most buckets. Lines far outside the
// usual times count in the first or last bucket.
func (s *Search) Histogram(q Query, most int) Histogram {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.setQuery(q)
	s.await(maxInt, false)
	return histogramOf(s.times(&v), min(max(most, 1), maxBuckets))
}

const maxInt = int(^uint(0) >> 1)

// lineTime is when a line was written, in milliseconds since 1970, and the rank of its level.
type lineTime struct {
	at   int64
	rank int8
}

// times returns the times of the lines that match. The caller must hold s.mu.
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

// eachMatch calls fn for each line that matches, oldest first, until fn returns false. The caller must hold s.mu.
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

// outlierShare is the share of lines, at each end, that may lie outside the buckets.
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

// At returns the number of the first line that matches a query, without its bounds, and was written at t or later. It
// returns the last match if all were written before, 0 if nothing matches.
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
