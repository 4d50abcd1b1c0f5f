package cli

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// TestInputWithAByteOrderMark reads a password as different shells hand it over.
func TestInputWithAByteOrderMark(t *testing.T) {
	const password = "Pässword-1"
	utf16 := func(order func(byte, byte) string) string {
		s := order(0xfe, 0xff)
		for _, r := range password + "\r\n" {
			s += order(byte(r>>8), byte(r))
		}
		return s
	}
	for name, input := range map[string]string{
		"plain":                 password + "\n",
		"Windows' line end":     password + "\r\n",
		"no line end":           password,
		"UTF-8 with a mark":     "\ufeff" + password + "\n",
		"UTF-16, little endian": utf16(func(high, low byte) string { return string([]byte{low, high}) }),
		"UTF-16, big endian":    utf16(func(high, low byte) string { return string([]byte{high, low}) }),
	} {
		line, err := bufio.NewReader(typed(strings.NewReader(input), 4096)).ReadString('\n')
		if got := strings.TrimRight(line, "\r\n"); got != password || err != nil && err != io.EOF {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestShortAnswersAreNotWaitedFor reads a line while the input stays open.
func TestShortAnswersAreNotWaitedFor(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	go func() { _, _ = out.Write([]byte("y\n")) }()
	if line, err := bufio.NewReader(typed(in, 1024)).ReadString('\n'); line != "y\n" || err != nil {
		t.Errorf("%q, %v", line, err)
	}
}
