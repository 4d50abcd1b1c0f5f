package logs

import (
	"time"
	"unsafe"
)

// chunkLines is how many lines one allocation of the store holds.
const chunkLines = 4096

// origin is what many lines have in common; rows share it.
type origin struct {
	level, source, iid string
	rank               int
	gap                uint64
}

// row is a line as it is kept. Its number is its place.
type row struct {
	at   int64 // Unix nanoseconds
	from *origin
	text string
}

// rowBytes is what a row takes beside its text.
const rowBytes = int(unsafe.Sizeof(row{}))

// originCap bounds the table of origins against producers that invent sources.
const originCap = 4096

// store keeps rows in chunks of fixed size. Rows are written once, behind what any reader has been given, so that a
// view stays readable without a lock while the store goes on.
type store struct {
	maxLines, maxBytes int

	chunks  [][]row // every one has chunkLines rows of capacity; the last is being filled
	base    uint64  // number of the first row of chunks[0]
	first   uint64  // number of the oldest line kept; next where there is none
	next    uint64  // number of the next line
	bytes   int
	dropped uint64
	origins map[origin]*origin
}

func (s *store) len() int { return int(s.next - s.first) }

// add puts one line at the end, and lets the oldest go where a bound is passed.
func (s *store) add(e *entry) {
	n := len(s.chunks)
	if n == 0 {
		s.base = s.next
	}
	if n == 0 || len(s.chunks[n-1]) == chunkLines {
		s.chunks = append(s.chunks, make([]row, 0, chunkLines))
		n++
	}
	c := &s.chunks[n-1]
	*c = append(*c, row{at: e.at.UnixNano(), from: s.origin(e), text: e.text})
	s.next++
	s.bytes += rowBytes + len(e.text)
	for s.len() > s.maxLines || (s.bytes > s.maxBytes && s.len() > 1) {
		s.drop()
	}
}

// drop lets the oldest line go; its chunk follows when all of it has gone.
func (s *store) drop() {
	place := s.first - s.base
	s.bytes -= rowBytes + len(s.chunks[0][place].text)
	s.first++
	s.dropped++
	if place == chunkLines-1 {
		s.chunks[0] = nil
		s.chunks = s.chunks[1:]
		s.base += chunkLines
	}
}

func (s *store) clear() {
	s.chunks, s.first, s.bytes = nil, s.next, 0
}

func (s *store) origin(e *entry) *origin {
	key := origin{level: e.level, source: e.source, iid: e.iid, rank: rank(e.level), gap: e.gap}
	if o := s.origins[key]; o != nil {
		return o
	}
	o := &key
	if s.origins == nil {
		s.origins = map[origin]*origin{}
	}
	if e.gap == 0 && len(s.origins) < originCap {
		s.origins[key] = o
	}
	return o
}

// view is the store as it was at one moment; it can be read without a lock.
type view struct {
	chunks      [][]row
	base        uint64
	first, next uint64
	dropped     uint64
}

// view must be called under the lock of the book.
func (s *store) view() view {
	return view{
		chunks: append([][]row(nil), s.chunks...),
		base:   s.base, first: s.first, next: s.next, dropped: s.dropped,
	}
}

// row returns the row of a number within first ≤ seq < next.
func (v *view) row(seq uint64) *row {
	place := seq - v.base
	return &v.chunks[place/chunkLines][place%chunkLines]
}

// line is the row as others see it.
func (v *view) line(seq uint64) Line {
	r := v.row(seq)
	return Line{
		Seq: seq, At: time.Unix(0, r.at).UTC(), Level: r.from.level, Source: r.from.source, Text: r.text,
		InstanceID: r.from.iid, Gap: r.from.gap,
	}
}
