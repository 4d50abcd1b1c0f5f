package logs

import (
	"slices"
	"sort"
	"time"
	"unsafe"
)

// A chunk is full when it holds this many lines, or this many bytes of text.
const (
	chunkLines = 4096
	chunkBytes = 1 << 20
)

// origin holds the properties that many rows of a chunk share.
type origin struct {
	level, source, iid, style string
	rank                      int
	gap                       uint64
}

// row is a stored line. It has no pointers, so that the garbage collector need not scan a million of them.
type row struct {
	at   int64  // Unix nanoseconds
	end  uint32 // where its text ends in the chunk's; it begins where the one before ends
	from uint16 // index of its origin in the chunk
}

// rowBytes is the size of a row without its text.
const rowBytes = int(unsafe.Sizeof(row{}))

// chunk is a range of the log. Whatever part of it a view has is never written again.
type chunk struct {
	first   uint64 // number of its first row
	rows    []row
	text    []byte // of all rows, concatenated
	origins []origin
	remarks []remarkRow       // rising
	index   map[origin]uint16 // into origins; nil once the chunk is full
}

func (c *chunk) next() uint64 { return c.first + uint64(len(c.rows)) }

// start returns where the text of row i begins.
func (c *chunk) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(c.rows[i-1].end)
}

func (c *chunk) textOf(i int) []byte { return c.text[c.start(i):c.rows[i].end:c.rows[i].end] }

func (c *chunk) originOf(i int) *origin { return &c.origins[c.rows[i].from] }

func (c *chunk) full(more int) bool {
	return len(c.rows) == chunkLines || len(c.rows) > 0 && len(c.text)+more > chunkBytes
}

func (c *chunk) add(e *Entry) {
	if e.Remark != nil {
		c.remarks = append(c.remarks, remarkRow{len(c.rows), e.Remark})
	}
	c.text = append(c.text, e.Text...)
	c.rows = append(c.rows, row{at: e.At.UnixNano(), end: uint32(len(c.text)), from: c.origin(e)})
}

func (c *chunk) origin(e *Entry) uint16 {
	key := origin{level: e.Level, source: e.Source, iid: e.InstanceID, style: e.Style, rank: rank(e.Level), gap: e.Gap}
	n, ok := c.index[key]
	if !ok {
		n = uint16(len(c.origins)) // at most one a row
		c.origins = append(c.origins, key)
		c.index[key] = n
	}
	return n
}

// seal releases the memory that the full chunk does not need.
func (c *chunk) seal() {
	c.index = nil
	if cap(c.text)-len(c.text) > len(c.text)/8 {
		c.text = append(make([]byte, 0, len(c.text)), c.text...)
	}
}

// bytes returns how much row i counts towards the bound of the store.
func (c *chunk) bytes(i int) int {
	n := rowBytes + len(c.textOf(i))
	if m := c.remark(i); m != nil {
		n += remarkBytes(m)
	}
	return n
}

// shown returns the text of row i, with a remark put into words.
func (c *chunk) shown(i int, say words) []byte {
	if m := c.remark(i); m != nil {
		return []byte(say(*m))
	}
	return c.textOf(i)
}

// line returns row i as a Line, with a remark put into words.
func (c *chunk) line(i int, say words) Line {
	o := c.originOf(i)
	return Line{
		Seq: c.first + uint64(i), At: time.Unix(0, c.rows[i].at).UTC(), Level: o.level, Source: o.source,
		Text: string(c.shown(i, say)), InstanceID: o.iid, Gap: o.gap, Style: o.style,
	}
}

// store holds the log in chunks. The book's lock guards it; a view is read without the lock.
type store struct {
	maxLines, maxBytes int
	keepEvicted        bool // keep evicted chunks for the spill
	say                words

	chunks  []*chunk // the last is being filled
	evicted []*chunk // not yet written to the spill
	first   uint64   // number of the oldest line kept; next if there is none
	next    uint64   // number of the next line
	bytes   int
	dropped uint64
	sources []string // that have occurred, sorted; views share it, so it is replaced, not changed
}

// maxSources bounds the sources that can be selected.
const maxSources = 64

// addSource adds a source to the sorted list unless it is there.
func (s *store) addSource(source string) {
	i, known := slices.BinarySearch(s.sources, source)
	if !known && len(s.sources) < maxSources {
		s.sources = slices.Insert(slices.Clone(s.sources), i, source)
	}
}

func (s *store) len() int { return int(s.next - s.first) }

// add appends a line, and evicts the oldest ones if a bound is exceeded.
func (s *store) add(e *Entry) {
	n := len(s.chunks)
	if n > 0 && s.chunks[n-1].full(len(e.Text)) {
		s.chunks[n-1].seal()
	}
	if n == 0 || s.chunks[n-1].index == nil {
		c := &chunk{first: s.next, rows: make([]row, 0, chunkLines), index: map[origin]uint16{}}
		if n > 0 { // lines are about as long as those before
			c.text = make([]byte, 0, len(s.chunks[n-1].text)*17/16)
		}
		s.chunks = append(s.chunks, c)
		n++
	}
	c := s.chunks[n-1]
	origins := len(c.origins)
	c.add(e)
	if len(c.origins) > origins {
		s.addSource(e.Source)
	}
	s.next++
	s.bytes += c.bytes(len(c.rows) - 1)
	for s.len() > s.maxLines || (s.bytes > s.maxBytes && s.len() > 1) {
		s.drop()
	}
}

// drop evicts the oldest line, and its chunk if it was the chunk's last.
func (s *store) drop() {
	c := s.chunks[0]
	i := int(s.first - c.first)
	s.bytes -= c.bytes(i)
	s.first++
	s.dropped++
	if s.first == c.next() {
		if s.keepEvicted {
			s.evicted = append(s.evicted, c)
		}
		s.chunks[0] = nil
		s.chunks = s.chunks[1:]
	}
}

func (s *store) clear() {
	s.chunks, s.evicted, s.first, s.bytes, s.dropped = nil, nil, s.next, 0, 0
}

// view is the store at one moment. It can be read without a lock.
type view struct {
	chunks      []*chunk
	first, next uint64
	dropped     uint64
	sources     []string
	say         words
}

// view returns a view of the store. The caller must hold the book's lock. The last chunk, which still grows, is copied
// by its slice headers.
func (s *store) view() view {
	v := view{
		chunks: append([]*chunk(nil), s.chunks...), first: s.first, next: s.next, dropped: s.dropped, sources: s.sources,
		say: s.say,
	}
	if n := len(v.chunks); n > 0 && v.chunks[n-1].index != nil {
		last := *v.chunks[n-1]
		last.index = nil
		v.chunks[n-1] = &last
	}
	return v
}

// place returns the chunk that holds a number, or the first one after it, and the row.
func (v *view) place(seq uint64) (at, i int) {
	at = sort.Search(len(v.chunks), func(k int) bool { return v.chunks[k].next() > seq })
	if at < len(v.chunks) && seq > v.chunks[at].first {
		i = int(seq - v.chunks[at].first)
	}
	return at, i
}

// line returns the line with a number of the view.
func (v *view) line(seq uint64) Line {
	at, i := v.place(seq)
	return v.chunks[at].line(i, v.say)
}

// spans calls fn with each chunk that has numbers lo ≤ seq < hi, and its rows i ≤ row < j of that range, newest chunk
// first if back is set. It ends if fn returns false.
func (v *view) spans(lo, hi uint64, back bool, fn func(c *chunk, i, j int) bool) {
	from, _ := v.place(lo)
	var part []*chunk
	for _, c := range v.chunks[from:] {
		if c.first >= hi {
			break
		}
		part = append(part, c)
	}
	for k := range part {
		if back {
			k = len(part) - 1 - k
		}
		c := part[k]
		i, j := 0, len(c.rows)
		if lo > c.first {
			i = int(lo - c.first)
		}
		if hi < c.next() {
			j = int(hi - c.first)
		}
		if i < j && !fn(c, i, j) {
			return
		}
	}
}
