package logs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"avatar-launcher/backend/messages"

	"pgregory.net/rapid"
)

// gap is the remark of n missing records.
func gap(n int) messages.Message { return messages.New("logs.recordsInstanceNeverCame", n) }

// TestRemarksAreInTheLanguageInUse changes the language while the log has remarks: in memory, in files, and found by a
// search.
func TestRemarksAreInTheLanguageInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		language := "en"
		b := New(Options{MaxLines: 2*chunkLines + 3, OlderDir: t.TempDir(), Translate: func(m messages.Message) string {
			if language == "en" {
				return m.String()
			}
			return fmt.Sprintf("%s: %s %v", language, m.ID, m.Args[0])
		}})
		defer b.Close()
		b.append([]Entry{Remark(LevelWarn, gap(2))})
		for range 3 * chunkLines {
			add(b, LevelInfo, "never said by the launcher")
		}
		b.append([]Entry{Remark(LevelError, gap(1)), {At: arrival, Level: LevelInfo, Source: "boot", Text: "after"}})
		s := b.NewSearch()
		found := func(text string) (texts []string) {
			for _, l := range settled(t, s, Query{Text: text, Source: LauncherSource}).Lines {
				texts = append(texts, l.Text)
			}
			return texts
		}
		exported := func() string {
			return strings.Join(exported(t, b, Query{Source: LauncherSource}), "\n")
		}
		check := func(one, two, text, other string) {
			t.Helper()
			if got := found(text); !slices.Equal(got, []string{one}) {
				t.Errorf("%s: the search finds %q", language, got)
			}
			if got := found(other); len(got) > 0 {
				t.Errorf("%s: the search for other words finds %q", language, got)
			}
			found(text)
			p := b.Lines(Query{Pattern: regexp.QuoteMeta(text)})
			if len(p.Lines) != 1 || p.Lines[0].Text != one || len(p.Lines[0].Marks) != 2 {
				t.Errorf("%s: the log says %+v", language, p.Lines)
			}
			if l, ok := b.LastError(); !ok || l.Text != one {
				t.Errorf("%s: the last error is %q", language, l.Text)
			}
			if got := exported(); !strings.Contains(got, one) || !strings.Contains(got, two) {
				t.Errorf("%s: the export says\n%s", language, got)
			}
		}
		english, german := "log line is missing", "de: logs.records"
		check("1 log line is missing", "2 log lines are missing", english, german)
		language = "de"
		b.LanguageChanged()
		check("de: logs.recordsInstanceNeverCame 1", "de: logs.recordsInstanceNeverCame 2", german, english)
	})
}

// TestRemarksAreSearchedLikeLines puts remarks between lines and compares the search with a plain one.
func TestRemarksAreSearchedLikeLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := New(Options{MaxLines: rapid.SampledFrom([]int{5, 1000}).Draw(t, "max")})
		texts := rapid.SliceOfN(rapid.StringOf(rapid.SampledFrom([]rune("abAB 1ö"))), 0, 40).Draw(t, "lines")
		for i, text := range texts {
			if rapid.Bool().Draw(t, "remark") {
				texts[i] = gap(i).String()
				b.append([]Entry{Remark(LevelInfo, gap(i))})
				continue
			}
			add(b, LevelInfo, text)
		}
		q := Query{
			Text:    rapid.SampledFrom([]string{"", "a", "ab", "1 ", "Record", "missing", "ö"}).Draw(t, "text"),
			Pattern: rapid.SampledFrom([]string{"", "a", "^1", "came$", "(?i)RECORD"}).Draw(t, "pattern"),
		}
		var want []uint64
		for i, text := range texts {
			seq := uint64(i + 1)
			if seq >= b.store.first && strings.Contains(strings.ToLower(text), strings.ToLower(q.Text)) &&
				regexp.MustCompile(q.Pattern).MatchString(text) {
				want = append(want, seq)
			}
		}
		if got := seqs(b.Lines(q)); !slices.Equal(got, want) {
			t.Fatalf("%+v finds %d, want %d in %q", q, got, want, texts)
		}
	})
}

// TestRemarksCountTowardsTheBound fills the log with remarks only, as a producer of malformed records does.
func TestRemarksCountTowardsTheBound(t *testing.T) {
	b := New(Options{MaxBytes: 100_000})
	sample := strings.Repeat("x", 800)
	for range 1000 {
		b.append([]Entry{Remark(LevelWarn, messages.New("logs.malformedRecordBytes", 900, "not text", sample))})
	}
	if s := b.Stats(); s.Lines > 100 || s.Lines < 80 || s.Bytes > 100_000 {
		t.Errorf("%+v", s)
	}
	for range 10_000 {
		add(b, LevelInfo, "")
	}
	if s := b.Stats(); s.Bytes != s.Lines*rowBytes {
		t.Errorf("without remarks %+v", s)
	}
}
