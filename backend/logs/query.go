package logs

import (
	"context"
	"slices"
)

// The bounds of Query.Limit.
const (
	defaultLimit = 1000
	maxLimit     = 5000
)

// Lines answers a query.
func (b *Book) Lines(q Query) Page {
	p, _ := b.Find(context.Background(), q)
	return p
}

// Find answers a query and can be cancelled. Its only error is ctx's. It does not block appending.
func (b *Book) Find(ctx context.Context, q Query) (Page, error) {
	v := b.snapshot()
	p := b.page(&v)
	m, err := newMatcher(q, &v)
	if err != nil {
		p.Problem = problemOf(err)
		return p, nil
	}
	lo, hi := bounds(q, &v)
	found, err := m.scan(ctx, &v, lo, hi, limitOf(q), q.forward())
	if err != nil {
		return p, err
	}
	p.Lines = m.lines(&v, found)
	return p, nil
}

// snapshot returns a view of the log as it is now.
func (b *Book) snapshot() view {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.store.view()
}

// page returns an answer without lines.
func (b *Book) page(v *view) Page {
	p := Page{Lines: []Line{}, Last: v.next - 1, Dropped: v.dropped, Sources: v.sources}
	if v.first < v.next {
		p.First = v.first
	}
	if b.spill != nil {
		p.Dropped = min(b.spill.lost.Load(), v.dropped)
		p.Older = v.dropped - p.Dropped
	}
	return p
}

func (q *Query) forward() bool { return !q.Newest && (q.After > 0 || q.Oldest) }

func problemOf(err error) string { return "The pattern cannot be used: " + err.Error() + "." }

func limitOf(q Query) int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return min(q.Limit, maxLimit)
}

// bounds returns the range of numbers that a query may find: lo ≤ seq < hi.
func bounds(q Query, v *view) (lo, hi uint64) {
	lo, hi = v.first, v.next
	if q.After >= lo {
		lo = q.After + 1
	}
	if q.Before > 0 && q.Before < hi {
		hi = q.Before
	}
	return lo, max(lo, hi)
}

// sample returns some of the log's text, from which matchers learn which bytes are rare.
func (v *view) sample() []byte {
	if n := len(v.chunks); n > 0 {
		return v.chunks[n-1].text
	}
	return nil
}

// scan returns the numbers of at most limit matching rows in rising order: the oldest if forward is set, else the
// newest. It checks ctx between chunks.
func (m *matcher) scan(ctx context.Context, v *view, lo, hi uint64, limit int, forward bool) ([]uint64, error) {
	var blocks [][]uint64
	n := 0
	v.spans(lo, hi, !forward, func(c *chunk, i, j int) bool {
		if ctx.Err() != nil {
			return false
		}
		found := m.matchChunk(c, i, j, nil)
		blocks = append(blocks, found)
		n += len(found)
		return n < limit
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !forward {
		slices.Reverse(blocks)
	}
	found := slices.Concat(blocks...)
	switch {
	case n <= limit:
		return found, nil
	case forward:
		return found[:limit], nil
	}
	return found[n-limit:], nil
}

// lines returns the lines with the given numbers, with the query's matches marked.
func (m *matcher) lines(v *view, found []uint64) []Line {
	lines := make([]Line, 0, len(found))
	for _, seq := range found {
		l := v.line(seq)
		l.Marks = m.text.Marks(l.Text)
		lines = append(lines, l)
	}
	return lines
}
