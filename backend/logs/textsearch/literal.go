package textsearch

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// literal finds a text, ignoring case. An ASCII text is searched for by its rarest part, and then the rest is compared.
type literal struct {
	folded []byte // in lower case
	ascii  bool
	rare   int      // offset of the rarest part
	second int      // offset of a rare byte, which is compared first
	cases  [][]byte // the rarest part in lower case, and in upper case if that differs
}

// multiByteCost is the price of bytes.Index over bytes.IndexByte, expressed as one false positive per 64 bytes (see
// BenchmarkScan).
const multiByteCost = 64

// newLiteral prepares the search for text. sample is text of the lines, from which it learns which bytes are rare.
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

// Scan finds the occurrences of a literal in a text one after another.
type Scan struct {
	n    *literal
	text []byte
	next [2]int // next offset of the rarest part by case; len(text) if there is none
}

func (n *literal) scan(text []byte, from int) *Scan {
	h := &Scan{n: n, text: text}
	for k := range n.cases {
		h.next[k] = h.find(k, from)
	}
	return h
}

// find returns the next place of case k at from or later, len(h.text) if there is none.
func (h *Scan) find(k, from int) int {
	if from < len(h.text) {
		if i := bytes.Index(h.text[from:], h.n.cases[k]); i >= 0 {
			return from + i
		}
	}
	return len(h.text)
}

// Next returns the start of the next occurrence at from or later, -1 if there is none. from must not decrease.
func (h *Scan) Next(from int) int {
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

// all returns the start and end of each occurrence in text, at most the given number.
func (n *literal) all(text []byte, most int) (at [][]int) {
	h := n.scan(text, 0)
	for from := 0; len(at) < most; {
		i := h.Next(from)
		if i < 0 {
			break
		}
		from = i + len(n.folded)
		at = append(at, []int{i, from})
	}
	return at
}

// isIn reports whether text contains the literal. It returns the scratch buffer for the next call.
func (n *literal) isIn(text, scratch []byte) (bool, []byte) {
	if n.ascii {
		return n.scan(text, 0).Next(0) >= 0, scratch
	}
	scratch = appendFold(scratch[:0], string(text))
	return bytes.Contains(scratch, n.folded), scratch
}
