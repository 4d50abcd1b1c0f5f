package logs

import (
	"slices"
	"sort"
	"strings"

	"avatar-launcher/backend/logs/textsearch"
)

// matcher decides which rows match a query. It is for one goroutine.
type matcher struct {
	rank   int
	source string
	since  int64 // Unix nanoseconds; 0 for all
	text   *textsearch.Matcher
	say    words

	originOK []bool // which origins of the current chunk match
}

// newMatcher compiles a query for a view.
func newMatcher(q Query, v *view) (*matcher, error) {
	m := &matcher{rank: rank(strings.ToLower(q.Level)), source: q.Source, say: v.say}
	if !q.Since.IsZero() {
		m.since = q.Since.UnixNano()
	}
	var err error
	if m.text, err = textsearch.Compile(q.Text, q.Pattern, v.sample()); err != nil {
		return nil, err
	}
	return m, nil
}

// matchChunk appends the numbers of the matching rows i ≤ row < j of a chunk, in rising order.
func (m *matcher) matchChunk(c *chunk, i, j int, found []uint64) []uint64 {
	if !m.selectOrigins(c) {
		return found
	}
	if m.text.CanScan() {
		n := len(found)
		found = m.matchPrefiltered(c, i, j, found)
		return m.matchRemarks(c, i, j, found, n)
	}
	for ; i < j; i++ {
		if m.matchRow(c, i) && m.text.Match(c.shown(i, m.say)) {
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
	h := m.text.Scan(c.text[:c.rows[j-1].end], from)
	for {
		at := h.Next(from)
		if at < 0 {
			return found
		}
		i += sort.Search(j-i, func(k int) bool { return int(c.rows[i+k].end) > at })
		end := int(c.rows[i].end)
		if at+m.text.PrefilterLen() > end { // spans two lines
			from = at + 1
			continue
		}
		if m.matchRow(c, i) && m.text.Confirm(c.textOf(i)) {
			found = append(found, c.first+uint64(i))
		}
		if i++; i == j {
			return found
		}
		from = end
	}
}

// matchRemarks adds the remarks among the rows i ≤ row < j that match to found[n:], which is in rising order. Their
// text is not in the chunk's, which matchPrefiltered searches.
func (m *matcher) matchRemarks(c *chunk, i, j int, found []uint64, n int) []uint64 {
	others := len(found)
	for _, r := range c.remarksIn(i, j) {
		if m.matchRow(c, r.row) && m.text.Match([]byte(m.say(*r.message))) {
			found = append(found, c.first+uint64(r.row))
		}
	}
	if len(found) > others && others > n {
		slices.Sort(found[n:])
	}
	return found
}

// matchRow reports whether a row matches apart from its text. selectOrigins must have been called for its chunk.
func (m *matcher) matchRow(c *chunk, i int) bool {
	r := &c.rows[i]
	return m.originOK[r.from] && (m.since == 0 || r.at >= m.since)
}

// matchLine reports whether a line that is in no chunk matches.
func (m *matcher) matchLine(l *Line) bool {
	return rank(l.Level) >= m.rank && (m.source == "" || l.Source == m.source) &&
		(m.since == 0 || l.At.UnixNano() >= m.since) && m.text.Match([]byte(l.Text))
}
