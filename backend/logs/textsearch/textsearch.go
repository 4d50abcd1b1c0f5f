// Package textsearch finds the lines that contain a text, ignoring case, or that a regular expression matches. It is
// made for megabytes of short lines which follow one another in one buffer:
//
//  1. A search has a prefilter: a text that every match contains. It is the text itself or, for a regular expression, a
//     literal that the expression requires.
//  2. Scan finds the prefilter in the whole buffer at once, rather than in one line after another. Package bytes, which
//     uses vector instructions, finds its rarest part; then the rest is compared.
//  3. Confirm tests the lines that contain the prefilter, which are few.
//
// Which part is rarest is learned from a sample of the lines. BenchmarkScan shows what each step is worth.
package textsearch

import (
	"regexp"
	"unicode/utf16"
)

// Matcher matches the text of lines. It is for one goroutine.
type Matcher struct {
	text      literal
	pattern   *regexp.Regexp // nil if there is none
	prefilter literal        // empty if there is none
	scratch   []byte
}

// Compile returns a Matcher for the lines that contain text, ignoring case, and that pattern (RE2) matches. An empty
// one matches all lines. sample is text of the lines. It returns an error if pattern is invalid.
func Compile(text, pattern string, sample []byte) (*Matcher, error) {
	m := &Matcher{text: newLiteral(text, sample)}
	if pattern != "" {
		var err error
		if m.pattern, err = regexp.Compile(pattern); err != nil {
			return nil, err
		}
	}
	m.prefilter = m.text
	if text == "" {
		m.prefilter = newLiteral(rarest(required(pattern), sample), sample)
	}
	return m, nil
}

// Match reports whether a line matches.
func (m *Matcher) Match(line []byte) (ok bool) {
	if len(m.text.folded) > 0 {
		if ok, m.scratch = m.text.isIn(line, m.scratch); !ok {
			return false
		}
	}
	return m.pattern == nil || m.pattern.Match(line)
}

// CanScan reports whether there is a prefilter that Scan can find. If not, Match must test each line.
func (m *Matcher) CanScan() bool { return len(m.prefilter.folded) > 0 && m.prefilter.ascii }

// Scan returns a Scan for the prefilter in lines that follow one another in a buffer, from the given offset on.
func (m *Matcher) Scan(lines []byte, from int) *Scan { return m.prefilter.scan(lines, from) }

// PrefilterLen returns the length of what Scan finds, in bytes.
func (m *Matcher) PrefilterLen() int { return len(m.prefilter.folded) }

// Confirm reports whether a line matches that contains the prefilter.
func (m *Matcher) Confirm(line []byte) bool { return m.pattern == nil || m.pattern.Match(line) }

// maxMarks bounds the matches that are marked in one line.
const maxMarks = 100

// Marks returns where line matches, as pairs of start and end in UTF-16 units, which JavaScript uses. It returns nil if
// there is neither a text nor a pattern.
func (m *Matcher) Marks(line string) []int {
	var at [][]int
	switch {
	case m.pattern != nil:
		at = m.pattern.FindAllStringIndex(line, maxMarks)
	case len(m.text.folded) > 0 && m.text.ascii:
		at = m.text.all([]byte(line), maxMarks)
	case len(m.text.folded) > 0:
		folds := regexp.MustCompile("(?i)" + regexp.QuoteMeta(string(m.text.folded)))
		at = folds.FindAllStringIndex(line, maxMarks)
	}
	var marks []int
	units, done := 0, 0
	for _, a := range at {
		for _, place := range a {
			units += utf16Length(line[done:place])
			done = place
			marks = append(marks, units)
		}
	}
	return marks
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
