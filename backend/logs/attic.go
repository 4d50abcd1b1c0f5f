package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// DefaultOlderBytes bounds the files of older lines where Options names no bound.
const DefaultOlderBytes = 1 << 30

// atticFileBytes is the size of a file of older lines.
const atticFileBytes = 32 << 20

// attic keeps the lines that the bounds push out of memory in files of JSON lines, for Export. The oldest file goes
// where they take too much. They hold what the instance said: only the user may read them, and they go at the end.
type attic struct {
	dir   string
	max   int64
	file  int64         // how large a file grows before the next one is begun
	lost  atomic.Uint64 // lines that are in no file any more, or never were
	mu    sync.Mutex
	swept bool // what an earlier process left has been deleted
	files []atticFile
	out   *os.File
	w     *bufio.Writer
}

type atticFile struct {
	path  string
	bytes int64
	lines uint64
}

// put writes chunks behind those before. A failure loses their lines, and is returned.
func (a *attic) put(chunks []*chunk) error {
	var failed error
	for _, c := range chunks {
		if err := a.putChunk(c); err != nil {
			a.lost.Add(uint64(len(c.rows)))
			failed = err
		}
	}
	return failed
}

func (a *attic) putChunk(c *chunk) error {
	if a.out == nil || a.files[len(a.files)-1].bytes >= a.file {
		if err := a.next(); err != nil {
			return err
		}
	}
	f := &a.files[len(a.files)-1]
	before := f.bytes
	for i := range c.rows {
		data, err := json.Marshal(c.line(i))
		if err != nil {
			return err
		}
		n, err := a.w.Write(append(data, '\n'))
		f.bytes += int64(n)
		if err != nil {
			return a.cut(f, before, err)
		}
	}
	if err := a.w.Flush(); err != nil {
		return a.cut(f, before, err)
	}
	f.lines += uint64(len(c.rows))
	return nil
}

// cut takes back what was half written.
func (a *attic) cut(f *atticFile, size int64, err error) error {
	f.bytes = size
	err = errors.Join(err, a.out.Truncate(size), a.out.Close())
	a.out = nil
	return err
}

// next begins a file, and deletes the oldest where they would take too much.
func (a *attic) next() error {
	if err := a.sweep(); err != nil {
		return err
	}
	if a.out != nil {
		_ = a.out.Close()
		a.out = nil
	}
	total := a.file
	for _, f := range a.files {
		total += f.bytes
	}
	for len(a.files) > 0 && total > a.max {
		total -= a.files[0].bytes
		a.lost.Add(a.files[0].lines)
		_ = os.Remove(a.files[0].path)
		a.files = a.files[1:]
	}
	out, err := os.CreateTemp(a.dir, "older-*.jsonl") // mode 0600
	if err != nil {
		return err
	}
	a.out, a.w = out, bufio.NewWriterSize(out, 64<<10)
	a.files = append(a.files, atticFile{path: out.Name()})
	return nil
}

// sweep deletes what a process that was killed left behind.
func (a *attic) sweep() error {
	if a.swept {
		return nil
	}
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(a.dir, "older-*.jsonl"))
	for _, path := range old {
		_ = os.Remove(path)
	}
	a.swept = err == nil
	return err
}

// clear deletes all files.
func (a *attic) clear() {
	if a.out != nil {
		_ = a.out.Close()
		a.out = nil
	}
	for _, f := range a.files {
		_ = os.Remove(f.path)
	}
	a.files = nil
	a.lost.Store(0)
}

// open opens the files as they are now, so that they can be read while others are begun and deleted.
func (a *attic) open() (readers []io.ReadCloser, err error) {
	for _, f := range a.files {
		r, err := os.Open(f.path)
		if err != nil {
			for _, r := range readers {
				_ = r.Close()
			}
			return nil, err
		}
		readers = append(readers, struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r, f.bytes), r})
	}
	return readers, nil
}

// olderLines reads the older lines that open gave, oldest first, and closes what it gave.
func olderLines(readers []io.ReadCloser, fn func(Line) error) error {
	defer func() {
		for _, r := range readers {
			_ = r.Close()
		}
	}()
	for _, r := range readers {
		d := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
		for {
			var l Line
			if err := d.Decode(&l); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return fmt.Errorf("older lines: %w", err)
			}
			if err := fn(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// spill writes what the book's bounds have pushed out. It holds the attic's lock for it and not the book's, so that
// a slow disk holds up who appends and nobody who reads.
func (b *Book) spill() {
	if b.attic == nil {
		return
	}
	b.attic.mu.Lock()
	defer b.attic.mu.Unlock()
	b.mu.Lock()
	gone := b.store.gone
	b.store.gone = nil
	b.mu.Unlock()
	if err := b.attic.put(gone); err != nil {
		b.log.Warn("older lines could not be kept", "err", err)
	}
}

// Close deletes the files of older lines. Follow must have returned.
func (b *Book) Close() {
	if b.attic == nil {
		return
	}
	b.attic.mu.Lock()
	defer b.attic.mu.Unlock()
	b.attic.clear()
}
