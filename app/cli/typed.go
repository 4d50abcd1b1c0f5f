package cli

import (
	"bufio"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// typed reads at most so many bytes of an input as UTF-8. An input that begins with a byte order mark may be UTF-16, as
// Windows PowerShell writes files; the mark itself is left out. It reads nothing before it is read.
func typed(in io.Reader, most int64) io.Reader {
	return &typedInput{in: bufio.NewReader(io.LimitReader(in, most))}
}

type typedInput struct {
	in   *bufio.Reader
	text io.Reader // nil before the first byte has been seen
}

func (t *typedInput) Read(p []byte) (int, error) {
	if t.text == nil {
		t.text = t.in
		// A reader of marks waits for three bytes, which an answer such as "y" and its line end do not have.
		if first, _ := t.in.Peek(1); len(first) == 1 && first[0] >= 0xef {
			t.text = transform.NewReader(t.in, unicode.BOMOverride(transform.Nop))
		}
	}
	return t.text.Read(p)
}
