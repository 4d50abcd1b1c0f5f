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

	"avatar-launcher/backend/messages"
)

// DefaultOlderBytes bounds the spill files if Options.OlderBytes is 0.
const DefaultOlderBytes = 1 << 30

// spillFileBytes is the size at which a spill file is full, in bytes.
const spillFileBytes = 32 << 20

// spill stores evicted lines as JSON lines in files, which Export reads. It deletes the oldest file if they exceed max.
// The files have mode 0600, since they hold what the instance said; Book.Close deletes them.
type spill struct {
	dir     string
	max     int64
	file    int64         // size at which the next file is begun
	lost    atomic.Uint64 // lines that could not be written, or whose file was deleted
	mu      sync.Mutex
	cleaned bool // removeLeftovers has succeeded
	files   []spillFile
	out     *os.File
	w       *bufio.Writer
}

type spillFile struct {
	path  string
	bytes int64
	lines uint64
}

// write appends chunks. If one cannot be written, its lines count as lost and the error is returned.
func (s *spill) write(chunks []*chunk) error {
	var failed error
	for _, c := range chunks {
		if err := s.writeChunk(c); err != nil {
			s.lost.Add(uint64(len(c.rows)))
			failed = err
		}
	}
	return failed
}

func (s *spill) writeChunk(c *chunk) error {
	if s.out == nil || s.files[len(s.files)-1].bytes >= s.file {
		if err := s.nextFile(); err != nil {
			return err
		}
	}
	f := &s.files[len(s.files)-1]
	before := f.bytes
	for i := range c.rows {
		data, err := json.Marshal(c.spilled(i))
		if err != nil {
			return err
		}
		n, err := s.w.Write(append(data, '\n'))
		f.bytes += int64(n)
		if err != nil {
			return s.truncate(f, before, err)
		}
	}
	if err := s.w.Flush(); err != nil {
		return s.truncate(f, before, err)
	}
	f.lines += uint64(len(c.rows))
	return nil
}

// spilledLine is a line in a file.
type spilledLine struct {
	Line
	Remark string `json:"remark,omitempty"` // the encoded message of a remark, whose Text is in English
}

// spilled returns row i as it is written to a file.
func (c *chunk) spilled(i int) spilledLine {
	s := spilledLine{Line: c.line(i, messages.Message.String)}
	if m := c.remark(i); m != nil {
		s.Remark = m.Encode()
	}
	return s
}

// read returns the line with a remark put into words.
func (s *spilledLine) read(say words) Line {
	if s.Remark != "" {
		s.Text = say(messages.Decode(s.Remark, s.Text))
	}
	return s.Line
}

// truncate removes a partly written chunk and closes the file. It returns err joined with its own errors.
func (s *spill) truncate(f *spillFile, size int64, err error) error {
	f.bytes = size
	err = errors.Join(err, s.out.Truncate(size), s.out.Close())
	s.out = nil
	return err
}

// nextFile begins a file. It deletes the oldest ones if the files would exceed max.
func (s *spill) nextFile() error {
	if err := s.removeLeftovers(); err != nil {
		return err
	}
	if s.out != nil {
		_ = s.out.Close()
		s.out = nil
	}
	total := s.file
	for _, f := range s.files {
		total += f.bytes
	}
	for len(s.files) > 0 && total > s.max {
		total -= s.files[0].bytes
		s.lost.Add(s.files[0].lines)
		_ = os.Remove(s.files[0].path)
		s.files = s.files[1:]
	}
	out, err := os.CreateTemp(s.dir, "older-*.jsonl") // mode 0600
	if err != nil {
		return err
	}
	s.out, s.w = out, bufio.NewWriterSize(out, 64<<10)
	s.files = append(s.files, spillFile{path: out.Name()})
	return nil
}

// removeLeftovers deletes the files of a process that was killed.
func (s *spill) removeLeftovers() error {
	if s.cleaned {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(s.dir, "older-*.jsonl"))
	for _, path := range old {
		_ = os.Remove(path)
	}
	s.cleaned = err == nil
	return err
}

// clear deletes all files and resets the count of lost lines.
func (s *spill) clear() {
	if s.out != nil {
		_ = s.out.Close()
		s.out = nil
	}
	for _, f := range s.files {
		_ = os.Remove(f.path)
	}
	s.files = nil
	s.lost.Store(0)
}

// open opens the files at their present size, so that they can be read while others are begun and deleted.
func (s *spill) open() (readers []io.ReadCloser, err error) {
	for _, f := range s.files {
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

// olderLines calls fn for each line of the files that open returned, oldest first, with remarks put into words. It
// closes the files, also on an error.
func olderLines(readers []io.ReadCloser, say words, fn func(Line) error) error {
	defer func() {
		for _, r := range readers {
			_ = r.Close()
		}
	}()
	for _, r := range readers {
		d := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
		for {
			var s spilledLine
			if err := d.Decode(&s); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return fmt.Errorf("older lines: %w", err)
			}
			if err := fn(s.read(say)); err != nil {
				return err
			}
		}
	}
	return nil
}

// flushEvicted writes the chunks that the store has evicted. It does so under the spill's lock only, so that a slow
// disk delays appending but not reading.
func (b *Book) flushEvicted() {
	if b.spill == nil {
		return
	}
	b.spill.mu.Lock()
	defer b.spill.mu.Unlock()
	b.mu.Lock()
	evicted := b.store.evicted
	b.store.evicted = nil
	b.mu.Unlock()
	if err := b.spill.write(evicted); err != nil {
		b.log.Warn("older lines could not be kept", "err", err)
	}
}

// Close ends all searches and deletes the spill files. Follow must have returned, and the Book must not be used again.
func (b *Book) Close() {
	b.mu.Lock()
	searches := b.searches
	b.mu.Unlock()
	for _, s := range searches {
		s.stop()
	}
	if b.spill == nil {
		return
	}
	b.spill.mu.Lock()
	defer b.spill.mu.Unlock()
	b.spill.clear()
}
