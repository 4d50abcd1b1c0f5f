package logs

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// literal finds a text whatever its case. Where it is ASCII it is looked for in the texts of a whole chunk at once: by
// its rarest part, which package bytes finds many bytes at a time, and then by the rest of it.
type literal struct {
	folded []byte // in lower case
	ascii  bool
	rare   int      // place of the rarest part
	second int      // place of a rare byte, which is looked at before the others
	cases  [][]byte // the part in lower case, and in upper case where that is another
}

// multiByteCost is how multiByteCost it is to look for several bytes rather than for one: as multiByteCost as a place that is found in every 64th
// byte. Measured with bytes.Index and bytes.IndexByte over a chunk's text.
const multiByteCost = 64

func newLiteral(text string, sample []byte) literal {
	n := literal{folded: appendFold(nil, text), ascii: true}
	for i := range len(text) {
		n.ascii = n.ascii && text[i] < utf8.RuneSelf
	}
	if !n.ascii || text == "" {
		return n
	}
	sample = sample[:min(len(sample), 64<<10)]
	var often [256]int
	for _, c := range sample {
		often[c]++
	}
	frequency := func(i int) int { return often[n.folded[i]] + often[upper(n.folded[i])] }
	places := make([]int, len(n.folded))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int { return cmp.Compare(frequency(i), frequency(j)) })
	n.rare, n.second = places[0], places[min(1, len(places)-1)]
	n.cases = [][]byte{n.folded[n.rare : n.rare+1]}
	if c := n.folded[n.rare]; upper(c) != c {
		n.cases = append(n.cases, []byte{upper(c)})
	}
	least := frequency(n.rare)
	for _, run := range caseless(n.folded) {
		part := n.folded[run[0]:run[1]]
		if count := bytes.Count(sample, part) + len(sample)/multiByteCost; count < least {
			n.rare, n.second, n.cases, least = run[0], places[0], [][]byte{part}, count
		}
	}
	return n
}

// caseless are the stretches of two and more bytes that have no case: digits, spaces, punctuation.
func caseless(text []byte) (all [][2]int) {
	for i := 0; i < len(text); i++ {
		from := i
		for i < len(text) && upper(text[i]) == text[i] {
			i++
		}
		if i-from > 1 {
			all = append(all, [2]int{from, i})
		}
	}
	return all
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// at reports whether text has the literal at its beginning.
func (n *literal) isPrefixOf(text []byte) bool {
	if len(text) < len(n.folded) || lower(text[n.second]) != n.folded[n.second] {
		return false
	}
	for i, c := range n.folded {
		if lower(text[i]) != c {
			return false
		}
	}
	return true
}

// hits is a walk through a text from one place of the literal to the next.
type literalScan struct {
	n    *literal
	text []byte
	next [2]int // of each case, the next place of the rarest part; len(text) where there is none
}

func (n *literal) scan(text []byte, from int) *literalScan {
	h := &literalScan{n: n, text: text}
	for k := range n.cases {
		h.next[k] = h.find(k, from)
	}
	return h
}

func (h *literalScan) find(k, from int) int {
	if from < len(h.text) {
		if i := bytes.Index(h.text[from:], h.n.cases[k]); i >= 0 {
			return from + i
		}
	}
	return len(h.text)
}

// after is the place of the next literal that begins at from or later, -1 where there is none.
func (h *literalScan) nextFrom(from int) int {
	for {
		k := 0
		if len(h.n.cases) == 2 && h.next[1] < h.next[0] {
			k = 1
		}
		place := h.next[k]
		if place == len(h.text) {
			return -1
		}
		if start := place - h.n.rare; start < from {
			h.next[k] = h.find(k, max(place+1, from+h.n.rare))
			continue
		} else if h.n.isPrefixOf(h.text[start:]) {
			return start
		}
		h.next[k] = h.find(k, place+1)
	}
}

// in reports whether a text has the literal. The scratch is returned for the next call.
func (n *literal) isIn(text, scratch []byte) (bool, []byte) {
	if n.ascii {
		return n.scan(text, 0).nextFrom(0) >= 0, scratch
	}
	scratch = appendFold(scratch[:0], string(text))
	return bytes.Contains(scratch, n.folded), scratch
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
		b[i] = lower(c)
	}
	if seen&highBits != 0 {
		return append(dst[:start], strings.ToLower(s)...)
	}
	return dst
}
