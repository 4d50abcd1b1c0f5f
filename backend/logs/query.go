package logs

import (
	"bytes"
	"context"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf8"
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

// Find answers a query and can be cancelled, for a query that changes while it is typed. Its only error is that of
// ctx. Appending is not held up meanwhile.
func (b *Book) Find(ctx context.Context, q Query) (Page, error) {
	b.mu.Lock()
	v := b.store.view()
	b.mu.Unlock()

	p := Page{Lines: []Line{}, Last: v.next - 1, Dropped: v.dropped}
	if v.first < v.next {
		p.First = v.first
	}
	m, err := newMatcher(q)
	if err != nil {
		p.Problem = "The pattern cannot be used: " + err.Error() + "."
		return p, nil
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)

	lo, hi := bounds(q, &v)
	found, err := m.scan(ctx, &v, lo, hi, limit, q.After > 0)
	if err != nil {
		return p, err
	}
	for _, seq := range found {
		p.Lines = append(p.Lines, v.line(seq))
	}
	return p, nil
}

// bounds are the numbers that a query may find: lo ≤ seq < hi.
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

// matcher decides whether a row is one that a query asks for. It is for one goroutine.
type matcher struct {
	rank    int
	source  string
	needle  []byte // folded
	pattern *regexp.Regexp
	since   int64
	scratch []byte
}

func newMatcher(q Query) (*matcher, error) {
	m := &matcher{rank: rank(strings.ToLower(q.Level)), source: q.Source, needle: appendFold(nil, q.Text)}
	if !q.Since.IsZero() {
		m.since = q.Since.UnixNano()
	}
	if q.Pattern == "" {
		return m, nil
	}
	var err error
	m.pattern, err = regexp.Compile(q.Pattern)
	return m, err
}

// stride is how many rows are looked at between two looks at the context.
const stride = 1 << 14

// scan returns the numbers of at most limit matching rows in rising order: the oldest of them where forward is set,
// else the newest.
func (m *matcher) scan(ctx context.Context, v *view, lo, hi uint64, limit int, forward bool) ([]uint64, error) {
	var found []uint64
	for i := range hi - lo {
		if i%stride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		seq := lo + i
		if !forward {
			seq = hi - 1 - i
		}
		if !m.match(v.row(seq)) {
			continue
		}
		if found = append(found, seq); len(found) == limit {
			break
		}
	}
	if !forward {
		for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
			found[i], found[j] = found[j], found[i]
		}
	}
	return found, nil
}

func (m *matcher) match(r *row) bool {
	if r.from.rank < m.rank || (m.source != "" && r.from.source != m.source) {
		return false
	}
	if m.since != 0 && r.at < m.since {
		return false
	}
	if len(m.needle) > 0 {
		if len(r.text) < len(m.needle)/utf8.UTFMax {
			return false
		}
		m.scratch = appendFold(m.scratch[:0], r.text)
		if !bytes.Contains(m.scratch, m.needle) {
			return false
		}
	}
	return m.pattern == nil || m.pattern.MatchString(r.text)
}

const (
	highBits = 0x8080808080808080
	ones     = 0x0101010101010101
)

// appendFold appends s in lower case. Eight ASCII bytes are folded at a time: adding 0x80-'A' sets the high bit of
// every byte from 'A' on, adding 0x80-'Z'-1 that of every byte above 'Z', and the letters are where the two differ.
func appendFold(dst []byte, s string) []byte {
	start := len(dst)
	dst = append(dst, s...)
	b := dst[start:]
	var seen uint64
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		seen |= w
		low := w &^ highBits
		upper := ((low + (0x80-'A')*ones) ^ (low + (0x7f-'Z')*ones)) &^ w & highBits
		binary.LittleEndian.PutUint64(b, w|upper>>2)
		b = b[8:]
	}
	for i, c := range b {
		seen |= uint64(c)
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	if seen&highBits != 0 {
		return append(dst[:start], strings.ToLower(s)...)
	}
	return dst
}
