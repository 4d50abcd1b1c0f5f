package textsearch

import (
	"encoding/binary"
	"strings"
)

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// Fold returns s in lower case, as a text is compared.
func Fold(s string) string { return string(appendFold(nil, s)) }

const (
	highBits = 0x8080808080808080
	ones     = 0x0101010101010101
)

// appendFold appends s in lower case. It folds eight ASCII bytes at a time: adding 0x80-'A' sets the high bit of every
// byte from 'A' on, adding 0x80-'Z'-1 that of every byte above 'Z', and the letters are where the two differ.
func appendFold(dst []byte, s string) []byte {
	start := len(dst)
	dst = append(dst, s...)
	b := dst[start:]
	var seen uint64
	for len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		seen |= w
		low := w &^ highBits
		upper := ((low + (0x80-'A')*ones) ^ (low + (0x7f-'Z')*ones)) &^ w & highBits
		binary.LittleEndian.PutUint64(b, w|upper>>2)
		b = b[8:]
	}
	for i, c := range b {
		seen |= uint64(c)
		b[i] = lower(c)
	}
	if seen&highBits != 0 {
		return append(dst[:start], strings.ToLower(s)...)
	}
	return dst
}
