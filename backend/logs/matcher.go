package logs

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"sort"
	"strings"
	"unicode/utf16"
)

// matcher decides which rows match a query. It is for one goroutine.
type matcher struct {
	rank      int
	source    string
	literal   literal
	prefilter literal // contained in every match: the literal, or a text that the pattern requires
	pattern   *regexp.Regexp
	since     int64 // Unix nanoseconds; 0 for all

	originOK []bool // which origins of the current chunk match
	scratch  []byte
}

// newMatcher compiles a query. sample is text of the log, from which it learns which bytes are rare.
func newMatcher(q Query, sample []byte) (*matcher, error) {
	m := &matcher{rank: rank(strings.ToLower(q.Level)), source: q.Source, literal: newLiteral(q.Text, sample)}
	if !q.Since.IsZero() {
		m.since = q.Since.UnixNano()
	}
	if q.Pattern != "" {
		var err error
		if m.pattern, err = regexp.Compile(q.Pattern); err != nil {
			return nil, err
		}
	}
	m.prefilter = m.literal
	if q.Text == "" {
		m.prefilter = newLiteral(rarest(required(q.Pattern), sample), sample)
	}
	return m, nil
}

// required returns texts that every match of a pattern contains, ignoring case.
func required(pattern string) []string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	return requiredLiterals(re.Simplify())
}

// requiredLiterals returns the literals of re that every match contains.
func requiredLiterals(re *syntax.Regexp) (all []string) {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			all = append(all, requiredLiterals(sub)...)
		}
	}
	return all
}

// rarest returns the text that is least frequent in sample, the longest of equals, "" if texts is empty.
func rarest(texts []string, sample []byte) (best string) {
	folded := appendFold(nil, string(sample[:min(len(sample), 64<<10)]))
	least := len(folded) + 1
	for _, s := range texts {
		n := bytes.Count(folded, appendFold(nil, s))
		if n < least || n == least && len(s) > len(best) {
			best, least = s, n
		}
	}
	return best
}

// matchChunk appends the numbers of the matching rows i ≤ row < j of a chunk, in rising order.
func (m *matcher) matchChunk(c *chunk, i, j int, found []uint64) []uint64 {
	if !m.selectOrigins(c) {
		return found
	}
	if len(m.prefilter.folded) > 0 && m.prefilter.ascii {
		return m.matchPrefiltered(c, i, j, found)
	}
	for ; i < j; i++ {
		if m.matchRow(c, i) && m.matchText(c.textOf(i)) {
			found = append(found, c.first+uint64(i))
		}
	}
	return found
}

// selectOrigins notes which origins of a chunk match. It returns false if none does.
func (m *matcher) selectOrigins(c *chunk) bool {
	m.originOK = m.originOK[:0]
	some := false
	for k := range c.origins {
		o := &c.origins[k]
		ok := o.rank >= m.rank && (m.source == "" || o.source == m.source)
		m.originOK = append(m.originOK, ok)
		some = some || ok
	}
	return some
}

// matchPrefiltered searches the text of all rows for the prefilter at once, and tests only the rows that contain it.
func (m *matcher) matchPrefiltered(c *chunk, i, j int, found []uint64) []uint64 {
	from := c.start(i)
	h := m.prefilter.scan(c.text[:c.rows[j-1].end], from)
	for {
		at := h.nextFrom(from)
		if at < 0 {
			return found
		}
		i += sort.Search(j-i, func(k int) bool { return int(c.rows[i+k].end) > at })
		end := int(c.rows[i].end)
		if at+len(m.prefilter.folded) > end { // spans two lines
			from = at + 1
			continue
		}
		if m.matchRow(c, i) && (m.pattern == nil || m.pattern.Match(c.textOf(i))) {
			found = append(found, c.first+uint64(i))
		}
		if i++; i == j {
			return found
		}
		from = end
	}
}

// matchRow reports whether a row matches apart from its text. selectOrigins must have been called for its chunk.
func (m *matcher) matchRow(c *chunk, i int) bool {
	r := &c.rows[i]
	return m.originOK[r.from] && (m.since == 0 || r.at >= m.since)
}

// matchText reports whether text satisfies the query.
func (m *matcher) matchText(text []byte) (ok bool) {
	if len(m.literal.folded) > 0 {
		if ok, m.scratch = m.literal.isIn(text, m.scratch); !ok {
			return false
		}
	}
	return m.pattern == nil || m.pattern.Match(text)
}

// matchLine reports whether a line that is in no chunk matches.
func (m *matcher) matchLine(l *Line) bool {
	return rank(l.Level) >= m.rank && (m.source == "" || l.Source == m.source) &&
		(m.since == 0 || l.At.UnixNano() >= m.since) && m.matchText([]byte(l.Text))
}

// maxMarks bounds the matches that are marked in one line.
const maxMarks = 100

// marks returns where the query matches text, as pairs of start and end in UTF-16 units, which JavaScript uses. It
// returns nil if the query has no text.
func (m *matcher) marks(text string) []int {
	var at [][]int
	switch {
	case m.pattern != nil:
		at = m.pattern.FindAllStringIndex(text, maxMarks)
	case len(m.literal.folded) > 0 && m.literal.ascii:
		b := []byte(text)
		h := m.literal.scan(b, 0)
		for from := 0; len(at) < maxMarks; {
			i := h.nextFrom(from)
			if i < 0 {
				break
			}
			from = i + len(m.literal.folded)
			at = append(at, []int{i, from})
		}
	case len(m.literal.folded) > 0:
		at = regexp.MustCompile("(?i)"+regexp.QuoteMeta(string(m.literal.folded))).FindAllStringIndex(text, maxMarks)
	}
	var marks []int
	units, done := 0, 0
	for _, a := range at {
		for _, place := range a {
			units += utf16Length(text[done:place])
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
