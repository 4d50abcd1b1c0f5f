package logs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// exportTime is the layout of times: RFC 3339 with milliseconds, in UTC.
const exportTime = "2006-01-02T15:04:05.000Z"

// Export writes the lines that match a query as text, oldest first: time, level, source, text. Spilled lines come
// first. If Query.Limit is set, only lines in memory count. It returns the number of lines written. Its error is of the
// writer, the files or the pattern.
func (b *Book) Export(w io.Writer, q Query) (lines int, err error) {
	older, v, err := b.all()
	if err != nil {
		return 0, fmt.Errorf("logs: export: %w", err)
	}
	m, err := newMatcher(q, &v)
	if err != nil {
		_ = olderLines(older, v.say, func(Line) error { return io.EOF }) // closes them
		return 0, fmt.Errorf("logs: the pattern cannot be used: %w", err)
	}
	x := exporter{out: bufio.NewWriterSize(w, 64<<10), m: m}
	if err := x.export(older, &v, q); err != nil {
		return 0, fmt.Errorf("logs: export: %w", err)
	}
	if err := x.out.Flush(); err != nil {
		return 0, fmt.Errorf("logs: export: %w", err)
	}
	return x.lines, nil
}

// all returns the whole log at one moment: the spill files, and a view of the rest. A chunk that is evicted in part is
// in the view whole.
func (b *Book) all() (older []io.ReadCloser, v view, err error) {
	if b.spill == nil {
		return nil, b.snapshot(), nil
	}
	b.flushEvicted()
	b.spill.mu.Lock()
	defer b.spill.mu.Unlock()
	b.mu.Lock()
	v, evicted := b.store.view(), b.store.evicted
	b.mu.Unlock()
	v.chunks = append(append([]*chunk(nil), evicted...), v.chunks...) // evicted since flushEvicted
	if len(v.chunks) > 0 {
		v.first = v.chunks[0].first
	}
	v.dropped = b.spill.lost.Load()
	older, err = b.spill.open()
	return older, v, err
}

type exporter struct {
	out *bufio.Writer
	m   *matcher
	buf []byte

	lines int // written
}

func (x *exporter) export(older []io.ReadCloser, v *view, q Query) error {
	lo, hi := bounds(q, v)
	if q.Limit > 0 {
		_ = olderLines(older, v.say, func(Line) error { return io.EOF }) // closes them
		found, err := x.m.scan(context.Background(), v, lo, hi, q.Limit, q.forward())
		if err != nil || len(found) == 0 {
			return err
		}
		lo, hi, older = found[0], found[len(found)-1]+1, nil
	}
	if lo == v.first && v.dropped > 0 {
		if _, err := fmt.Fprintf(x.out, "# %d older lines are no longer kept\n", v.dropped); err != nil {
			return err
		}
	}
	err := olderLines(older, v.say, func(l Line) error {
		if l.Seq <= q.After || q.Before > 0 && l.Seq >= q.Before || !x.m.matchLine(&l) {
			return nil
		}
		return x.write(l.At, l.Level, l.Source, l.Text)
	})
	if err != nil {
		return err
	}
	v.spans(lo, hi, false, func(c *chunk, i, j int) bool {
		for _, seq := range x.m.matchChunk(c, i, j, nil) {
			i := int(seq - c.first)
			o := c.originOf(i)
			if err = x.write(time.Unix(0, c.rows[i].at), o.level, o.source, string(c.shown(i, v.say))); err != nil {
				return false
			}
		}
		return true
	})
	return err
}

func (x *exporter) write(at time.Time, level, source, text string) error {
	x.buf = at.UTC().AppendFormat(x.buf[:0], exportTime)
	x.buf = fmt.Appendf(x.buf, " %-5s %-10s %s\n", level, source, OneLine(text))
	x.lines++
	_, err := x.out.Write(x.buf)
	return err
}

// OneLine returns text with its newlines made visible, for output with one line an entry.
func OneLine(text string) string { return strings.ReplaceAll(text, "\n", "␊") }
