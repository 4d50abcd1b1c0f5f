package textsearch

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestMatchAgreesWithPlainSearch compares Match, and Scan with Confirm, with a plain search of each line.
func TestMatchAgreesWithPlainSearch(t *testing.T) {
	word := rapid.StringOf(rapid.SampledFrom([]rune("abABkKsSxyz 12-ö漢\u017f\u212a\n")))
	patterns := []string{"", "a", "ab|x", "(?i)AB+", "[xy]z?", "^a", "b(ab)+", "ö", "(?i)k", "(?i)xs+"}
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(word, 0, 60).Draw(t, "lines")
		text := rapid.OneOf(rapid.Just(""), rapid.StringOfN(rapid.SampledFrom([]rune("abKx 12-ö")), 1, 4, -1)).Draw(t, "text")
		pattern := rapid.SampledFrom(patterns).Draw(t, "pattern")
		all := strings.Join(lines, "")
		m, err := Compile(text, pattern, []byte(all)[:rapid.IntRange(0, len(all)).Draw(t, "sample")])
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		re := regexp.MustCompile(pattern)
		for i, line := range lines {
			if re.MatchString(line) && strings.Contains(foldLike(line, text), strings.ToLower(text)) {
				want = append(want, i)
			}
		}
		var matched []int
		for i, line := range lines {
			if m.Match([]byte(line)) {
				matched = append(matched, i)
			}
		}
		if !slices.Equal(matched, want) {
			t.Fatalf("%q and %q match %d, want %d in %q", text, pattern, matched, want, lines)
		}
		if !m.CanScan() {
			return
		}
		if got := scanned(m, lines); !slices.Equal(got, want) {
			t.Fatalf("%q and %q: the scan finds %d, want %d in %q", text, pattern, got, want, lines)
		}
	})
}

// foldLike returns line in lower case. An ASCII text is compared as ASCII: a Kelvin sign does not become a k.
func foldLike(line, text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		return strings.ToLower(line)
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return rune(lower(byte(r)))
		}
		return r
	}, line)
}

// scanned returns the lines that Scan and Confirm find.
func scanned(m *Matcher, lines []string) (found []int) {
	var block []byte
	var ends []int
	for _, line := range lines {
		block = append(block, line...)
		ends = append(ends, len(block))
	}
	s := m.Scan(block, 0)
	for i, from := 0, 0; i < len(ends); {
		at := s.Next(from)
		if at < 0 {
			return found
		}
		for ends[i] <= at {
			i++
		}
		if at+m.PrefilterLen() > ends[i] {
			from = at + 1
			continue
		}
		if m.Confirm([]byte(lines[i])) {
			found = append(found, i)
		}
		from = ends[i]
		i++
	}
	return found
}

func TestRequired(t *testing.T) {
	sample := []byte("LogNet: fast, LogNet: fast, abc bcd bcd")
	for pattern, want := range map[string]string{
		"abc": "abc", "a(bcd)+e": "bcd", "abc|d": "", "(?i)abc": "ABC", "a?bc*": "b", `\d+ frames`: " frames", "(": "",
		"^LogNet: .*slow$": "slow",
	} {
		if got := rarest(required(pattern), sample); got != want {
			t.Errorf("%s requires %q, want %q", pattern, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "ABCdefGHI", "[]@`{Z", "ÄÖÜ grün", "İ", "abcdefgHÄ", "\xff\xc3ABCDEFGH"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := string(appendFold([]byte("x"), s)); got != "x"+strings.ToLower(s) {
			t.Errorf("%q folds to %q", s, got)
		}
	})
}

func ExampleMatcher() {
	m, err := Compile("candidate", `player \d+$`, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range []string{"ICE Candidate of player 12", "ICE candidate of nobody"} {
		fmt.Println(m.Match([]byte(line)), m.Marks(line))
	}
	// Output:
	// true [17 26]
	// false []
}

// BenchmarkScan compares the prefilter with simpler searches of the same lines: by a byte that is frequent, and of one
// line after another.
func BenchmarkScan(b *testing.B) {
	const line = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second, ICE candidate %d " +
		"of player 12"
	var block []byte
	var ends []int
	for i := range 10_000 {
		block = fmt.Appendf(block, line, i)
		ends = append(ends, len(block))
	}
	for name, sample := range map[string][]byte{"rarest part": block, "no sample": nil} {
		b.Run(name, func(b *testing.B) {
			m, _ := Compile("Candidate of nobody", "", sample)
			b.SetBytes(int64(len(block)))
			for b.Loop() {
				m.Scan(block, 0).Next(0)
			}
		})
	}
	b.Run("line by line", func(b *testing.B) {
		m, _ := Compile("Candidate of nobody", "", block)
		b.SetBytes(int64(len(block)))
		for b.Loop() {
			from := 0
			for _, end := range ends {
				m.Match(block[from:end])
				from = end
			}
		}
	})
	b.Run("lower case copy", func(b *testing.B) {
		want := []byte("candidate of nobody")
		b.SetBytes(int64(len(block)))
		for b.Loop() {
			bytes.Contains(bytes.ToLower(block), want)
		}
	})
}
