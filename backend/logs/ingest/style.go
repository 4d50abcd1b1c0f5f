package ingest

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
)

// style is the effect of SGR control functions (ECMA-48 8.3.117) on the text after them.
type style struct {
	bold, dim, italic, underline bool
	colour                       int8 // 1 to 16: index of colours plus one; 0 for the default
}

var colours = []string{
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow",
	"bright-blue", "bright-magenta", "bright-cyan", "bright-white",
}

func (s style) words() string {
	var w []string
	for _, f := range []struct {
		on   bool
		word string
	}{{s.bold, "bold"}, {s.dim, "dim"}, {s.italic, "italic"}, {s.underline, "underline"}} {
		if f.on {
			w = append(w, f.word)
		}
	}
	if s.colour > 0 {
		w = append(w, colours[s.colour-1])
	}
	return strings.Join(w, " ")
}

// maxRuns bounds the styled runs of one line.
const maxRuns = 64

// styleRuns collects the styled runs of a line while it is cleaned.
type styleRuns struct {
	runs  []string
	now   style
	begun int // start of the current run, in UTF-16 units
	units int // of the clean text so far
}

// advance counts a character of the clean text.
func (s *styleRuns) advance(r rune) { s.units += max(1, utf16.RuneLen(r)) }

// apply changes the style by a control function. Functions other than SGR change nothing.
func (s *styleRuns) apply(control []byte) {
	if len(control) < 3 || control[1] != '[' || control[len(control)-1] != 'm' {
		return
	}
	next, ok := s.now.with(control[2 : len(control)-1])
	if ok && next != s.now {
		s.close()
		s.now = next
	}
}

// close ends the current run.
func (s *styleRuns) close() {
	if s.units > s.begun && s.now != (style{}) && len(s.runs) < maxRuns {
		s.runs = append(s.runs, strconv.Itoa(s.begun)+"-"+strconv.Itoa(s.units)+" "+s.now.words())
	}
	s.begun = s.units
}

func (s *styleRuns) String() string {
	s.close()
	return strings.Join(s.runs, ";")
}

// with returns the style after SGR parameters. It returns false if they are invalid.
func (s style) with(parameters []byte) (style, bool) {
	var codes []int
	for p := range bytes.SplitSeq(bytes.ReplaceAll(parameters, []byte{':'}, []byte{';'}), []byte{';'}) {
		n, err := strconv.Atoi(string(p))
		if len(p) > 0 && err != nil {
			return s, false
		}
		codes = append(codes, n)
	}
	for len(codes) > 0 {
		n := codes[0]
		codes = codes[1:]
		switch {
		case n == 0:
			s = style{}
		case n == 1:
			s.bold = true
		case n == 2:
			s.dim = true
		case n == 3:
			s.italic = true
		case n == 4, n == 21:
			s.underline = true
		case n == 22:
			s.bold, s.dim = false, false
		case n == 23:
			s.italic = false
		case n == 24:
			s.underline = false
		case n >= 30 && n <= 37:
			s.colour = int8(n - 30 + 1)
		case n >= 90 && n <= 97:
			s.colour = int8(n - 90 + 9)
		case n == 39:
			s.colour = 0
		case n == 38:
			s.colour, codes = extended(codes)
		case n == 48, n == 58:
			_, codes = extended(codes) // backgrounds are not shown
		}
	}
	return s, true
}

// extended reads the parameters after 38 or 48: 5 and an index of the 256 colours, or 2 and red, green and blue.
func extended(codes []int) (colour int8, rest []int) {
	switch {
	case len(codes) >= 2 && codes[0] == 5:
		return indexed(codes[1]), codes[2:]
	case len(codes) >= 4 && codes[0] == 2:
		return nearest(codes[1], codes[2], codes[3]), codes[4:]
	}
	return 0, nil
}

// indexed returns the nearest of the sixteen colours for an index of xterm's 256: 16 base colours, a cube of 6×6×6, 24
// greys.
func indexed(n int) int8 {
	switch {
	case n < 0 || n > 255:
		return 0
	case n < 16:
		return int8(n + 1)
	case n < 232:
		n -= 16
		cube := [6]int{0, 95, 135, 175, 215, 255}
		return nearest(cube[n/36], cube[n/6%6], cube[n%6])
	}
	grey := 8 + 10*(n-232)
	return nearest(grey, grey, grey)
}

// palette is xterm's sixteen base colours.
var palette = [16][3]int{
	{0, 0, 0}, {205, 0, 0}, {0, 205, 0}, {205, 205, 0}, {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
	{127, 127, 127}, {255, 0, 0}, {0, 255, 0}, {255, 255, 0}, {92, 92, 255}, {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
}

// nearest returns the number of the nearest base colour.
func nearest(red, green, blue int) int8 {
	best, least := 0, 1<<62
	for i, p := range palette {
		far := (p[0]-red)*(p[0]-red) + (p[1]-green)*(p[1]-green) + (p[2]-blue)*(p[2]-blue)
		if far < least {
			best, least = i, far
		}
	}
	return int8(best + 1)
}
