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
	v := b.look()
	m, err := newMatcher(q, v.sample())
	if err != nil {
		return fmt.Errorf("logs: the pattern cannot be used: %w", err)
	}
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
	var err error
	v.spans(lo, hi, false, func(c *chunk, i, j int) bool {
		for _, seq := range m.chunk(c, i, j, nil) {
			i := int(seq - c.first)
			o := c.originOf(i)
			buf = time.Unix(0, c.rows[i].at).UTC().AppendFormat(buf[:0], exportTime)
			buf = fmt.Appendf(buf, " %-5s %-10s %s\n", o.level, o.source, c.textOf(i))
			if _, err = out.Write(buf); err != nil {
				return false
			}
		}
		return true
	})
	return err
}
