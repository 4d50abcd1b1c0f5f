package logs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"
)

// exportTime is how a time is written: RFC 3339 to the millisecond, in UTC.
const exportTime = "2006-01-02T15:04:05.000Z"

// Export writes every kept line that a query asks for, one to a row of text: time, level, source, text. Query.Limit
// counts only where it is set, without the bound of Lines. Its error is the writer's, or says what is wrong with
// the pattern.
func (b *Book) Export(w io.Writer, q Query) error {
	m, err := newMatcher(q)
	if err != nil {
		return fmt.Errorf("logs: the pattern cannot be used: %w", err)
	}
	b.mu.Lock()
	v := b.store.view()
	b.mu.Unlock()
	lo, hi := bounds(q, &v)
	if q.Limit > 0 {
		found, err := m.scan(context.Background(), &v, lo, hi, q.Limit, q.After > 0)
		if err != nil || len(found) == 0 {
			return err
		}
		lo, hi = found[0], found[len(found)-1]+1
	}
	out := bufio.NewWriterSize(w, 64<<10)
	if err := exportRows(out, m, &v, lo, hi); err != nil {
		return fmt.Errorf("logs: export: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("logs: export: %w", err)
	}
	return nil
}

func exportRows(out *bufio.Writer, m *matcher, v *view, lo, hi uint64) error {
	if lo == v.first && v.dropped > 0 {
		if _, err := fmt.Fprintf(out, "# %d older lines are no longer kept\n", v.dropped); err != nil {
			return err
		}
	}
	var buf []byte
	for seq := lo; seq < hi; seq++ {
		r := v.row(seq)
		if !m.match(r) {
			continue
		}
		buf = time.Unix(0, r.at).UTC().AppendFormat(buf[:0], exportTime)
		buf = fmt.Appendf(buf, " %-5s %-10s %s\n", r.from.level, r.from.source, r.text)
		if _, err := out.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
