package logs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// TestMatcherAgreesWithPlainSearch compares the search of whole chunks with a test of each line.
func TestMatcherAgreesWithPlainSearch(t *testing.T) {
	word := rapid.StringOf(rapid.SampledFrom([]rune("abABkKxyz 12-ö漢K\n")))
	rapid.Check(t, func(t *rapid.T) {
		b := New(Options{MaxLines: rapid.SampledFrom([]int{5, 1000}).Draw(t, "max")})
		texts := rapid.SliceOfN(word, 0, 60).Draw(t, "lines")
		for i, s := range texts {
			b.append([]Entry{{At: arrival, Level: []string{LevelInfo, LevelError}[i%2], Source: "boot", Text: s}})
		}
		q := Query{
			Text: rapid.OneOf(rapid.Just(""), rapid.StringOfN(rapid.SampledFrom([]rune("abKx 12-ö")), 1, 4, -1)).Draw(t,
				"text"),
			Pattern: rapid.SampledFrom([]string{"", "a", "ab|x", "(?i)AB+", "[xy]z?", "^a", "b(ab)+", "ö", "(?i)k"}).Draw(t,
				"pattern"),
			Level: rapid.SampledFrom([]string{"", LevelError}).Draw(t, "level"),
			Limit: maxLimit,
		}
		var want []uint64
		re := regexp.MustCompile(q.Pattern)
		for i, s := range texts {
			seq := uint64(i + 1)
			if seq < b.store.first || q.Level != "" && i%2 == 0 || !re.MatchString(s) {
				continue
			}
			folded := strings.ToLower(s)
			if !strings.ContainsFunc(q.Text, func(r rune) bool { return r >= 0x80 }) { // an ASCII text is compared as ASCII
				folded = strings.Map(func(r rune) rune {
					if r < 0x80 {
						return unicode.ToLower(r)
					}
					return r
				}, s)
			}
			if strings.Contains(folded, strings.ToLower(q.Text)) {
				want = append(want, seq)
			}
		}
		p := b.Lines(q)
		if got := seqs(p); !slices.Equal(got, want) {
			t.Fatalf("%+v finds %d, want %d in %q", q, got, want, texts)
		}
	})
}

func TestMarksAreInUTF16(t *testing.T) {
	b := New(Options{})
	add(b, "info", "ö🎈 Größe größe 🎈x")
	for _, tt := range []struct {
		q    Query
		want []int
	}{
		{Query{Text: "GRÖSSE"}, nil},
		{Query{Text: "größe"}, []int{4, 9, 10, 15}},
		{Query{Text: "GRÖẞE"}, []int{4, 9, 10, 15}},
		{Query{Text: "X"}, []int{18, 19}},
		{Query{Pattern: "🎈."}, []int{1, 4, 16, 19}},
		{Query{Level: "info"}, nil},
	} {
		p := b.Lines(tt.q)
		var got []int
		if len(p.Lines) > 0 {
			got = p.Lines[0].Marks
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v marks %d, want %d", tt.q, got, tt.want)
		}
	}
}

func TestChunksHoldManyAndLargeLines(t *testing.T) {
	b := New(Options{MaxLines: 1 << 30, MaxBytes: 1 << 30})
	for i := range 3*chunkLines + 7 {
		add(b, "info", fmt.Sprint("line ", i+1))
	}
	for range 40 {
		add(b, "info", strings.Repeat("x", 64<<10))
	}
	n := uint64(3*chunkLines + 7 + 40)
	if b.Last() != n || len(b.store.chunks) != 6 {
		t.Errorf("%d lines in %d chunks", b.Last(), len(b.store.chunks))
	}
	for _, seq := range []uint64{1, chunkLines, chunkLines + 1, 3 * chunkLines, 3*chunkLines + 7} {
		p := b.Lines(Query{After: seq - 1, Limit: 1})
		if seq > 1 && (p.Lines[0].Seq != seq || p.Lines[0].Text != fmt.Sprint("line ", seq)) {
			t.Errorf("line %d is %+v", seq, p.Lines[0])
		}
	}
	if p := b.Lines(Query{Text: "XX", Limit: 100}); len(p.Lines) != 40 {
		t.Errorf("%d large lines", len(p.Lines))
	}
}
