package logs

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// literal finds a text, ignoring case. An ASCII text is searched for in a whole chunk at once: package bytes finds its
// rarest part, and then the rest is compared.
type literal struct {
	folded []byte // in lower case
	ascii  bool
	rare   int      // offset of the rarest part
	second int      // offset of a rare byte, which is compared first
	cases  [][]byte // the rarest part in lower case, and in upper case if that differs
}

// multiByteCost is the price of bytes.Index over bytes.IndexByte, expressed as one false positive per 64 bytes (see
// BenchmarkFilter).
const multiByteCost = 64

// newLiteral prepares the search for text. sample is text of the log, from which it learns which bytes are rare.
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

// caseless returns the ranges of two or more bytes that have no case: digits, spaces, punctuation.
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

// isPrefixOf reports whether text starts with the literal.
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

// literalScan finds the occurrences of a literal in a text one after another.
type literalScan struct {
	n    *literal
	text []byte
	next [2]int // next offset of the rarest part by case; len(text) if there is none
}

func (n *literal) scan(text []byte, from int) *literalScan {
	h := &literalScan{n: n, text: text}
	for k := range n.cases {
		h.next[k] = h.find(k, from)
	}
	return h
}

// find returns the next place of case k at from or later, len(h.text) if there is none.
func (h *literalScan) find(k, from int) int {
	if from < len(h.text) {
		if i := bytes.Index(h.text[from:], h.n.cases[k]); i >= 0 {
			return from + i
		}
	}
	return len(h.text)
}

// nextFrom returns the start of the next occurrence at from or later, -1 if there is none. from must not decrease.
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

// isIn reports whether text contains the literal. It returns the scratch buffer for the next call.
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

// appendFold appends s in lower case. It folds eight ASCII bytes at a time: adding 0x80-'A' sets the high bit of every
// byte from 'A' on, adding 0x80-'Z'-1 that of every byte above 'Z', and the letters are where the two differ.
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
