package ingest

import (
	"avatar-launcher/backend/logs"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// seqEntry is line n of a boot; different boots write different times.
func seqEntry(boot, n int) logs.Entry {
	return logs.Entry{
		InstanceID: mine, Level: levelInfo, Numbered: true, Number: uint64(n), Stamped: true,
		Text: fmt.Sprintf("%d.%d", boot, n),
		At:   arrival.Add(time.Duration(boot)*time.Hour + time.Duration(n)*time.Millisecond),
	}
}

func sequenced(q *Sequencer, in ...logs.Entry) ([]string, logs.Counts) {
	for _, e := range in {
		q.Add(e, arrival)
	}
	q.flush()
	var out []string
	entries, counts := q.Take()
	for _, e := range entries {
		if e.Gap > 0 {
			out = append(out, fmt.Sprintf("gap %d", e.Gap))
			continue
		}
		out = append(out, e.Text)
	}
	return out, counts
}

func TestSequencer(t *testing.T) {
	e := seqEntry
	plain := logs.Entry{InstanceID: mine, Text: "plain"}
	back := seqEntry(1, 2)
	back.At = arrival.Add(-24 * time.Hour) // the clock was set back
	tests := []struct {
		name string
		in   []logs.Entry
		want []string
	}{
		{"in order", []logs.Entry{e(0, 1), e(0, 2), e(0, 3)}, []string{"0.1", "0.2", "0.3"}},
		{"begins at 0", []logs.Entry{e(0, 0), e(0, 1)}, []string{"0.0", "0.1"}},
		{"attached midway", []logs.Entry{e(0, 90), e(0, 91)}, []string{"0.90", "0.91"}},
		{"attached midway, the one before late", []logs.Entry{e(0, 90), e(0, 89), e(0, 91)},
			[]string{"0.90", "0.89", "0.91"}},
		{"swapped", []logs.Entry{e(0, 1), e(0, 3), e(0, 2), e(0, 4)}, []string{"0.1", "0.2", "0.3", "0.4"}},
		{"twice", []logs.Entry{e(0, 1), e(0, 2), e(0, 2), e(0, 1), e(0, 3)}, []string{"0.1", "0.2", "0.3"}},
		{"twice while waiting", []logs.Entry{e(0, 1), e(0, 3), e(0, 3), e(0, 2)}, []string{"0.1", "0.2", "0.3"}},
		{"gap", []logs.Entry{e(0, 1), e(0, 5)}, []string{"0.1", "gap 3", "0.5"}},
		{"two gaps", []logs.Entry{e(0, 1), e(0, 5), e(0, 3)}, []string{"0.1", "gap 1", "0.3", "gap 1", "0.5"}},
		{"a new boot", []logs.Entry{e(0, 1), e(0, 2), e(1, 1), e(1, 2)}, []string{"0.1", "0.2", "1.1", "1.2"}},
		{"a new boot at 0", []logs.Entry{e(0, 1), e(0, 2), e(1, 0), e(1, 1)}, []string{"0.1", "0.2", "1.0", "1.1"}},
		{"a new boot, swapped", []logs.Entry{e(0, 1), e(0, 2), e(1, 2), e(1, 1), e(1, 3)},
			[]string{"0.1", "0.2", "1.1", "1.2", "1.3"}},
		{"a new boot, clock set back", []logs.Entry{e(0, 1), e(0, 2), back, e(1, 1)}, []string{"0.1", "0.2", "1.1", "1.2"}},
		{"a new boot while waiting", []logs.Entry{e(0, 1), e(0, 4), e(1, 1)}, []string{"0.1", "gap 2", "0.4", "1.1"}},
		{"unnumbered keep their place", []logs.Entry{e(0, 1), e(0, 3), plain, e(0, 2), plain},
			[]string{"0.1", "0.2", "0.3", "plain", "plain"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := sequenced(&Sequencer{}, tt.in...); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestSequencerRestartFarBehind(t *testing.T) {
	q := &Sequencer{}
	for i := 1; i <= 3*remembered; i++ {
		q.Add(seqEntry(0, i), arrival)
	}
	q.Take()
	got, counts := sequenced(q, seqEntry(0, 1), seqEntry(0, 7), seqEntry(1, 1), seqEntry(1, 2))
	if want := []string{"1.1", "1.2"}; !slices.Equal(got, want) || counts.Duplicates != 2 {
		t.Errorf("%q, %+v", got, counts)
	}
}

func TestSequencerExpiresWaitingLines(t *testing.T) {
	q := &Sequencer{Hold: 2 * time.Second}
	q.Add(seqEntry(0, 1), arrival)
	q.Add(seqEntry(0, 3), arrival)
	q.Add(seqEntry(0, 5), arrival.Add(time.Second))
	if d := q.Deadline(); !d.Equal(arrival.Add(2 * time.Second)) {
		t.Errorf("deadline %v", d)
	}
	q.Expire(arrival.Add(2 * time.Second))
	if got, _ := q.Take(); len(got) != 3 || got[2].Number != 3 {
		t.Errorf("%d shown", len(got))
	}
	q.Expire(arrival.Add(3 * time.Second))
	if got, _ := q.Take(); len(got) != 2 || got[1].Number != 5 || !q.Deadline().IsZero() {
		t.Errorf("%d shown, deadline %v", len(got), q.Deadline())
	}
}

// TestSequencerShowsEveryLineOrAGap loses, repeats and swaps lines of several boots, and checks that each that arrives
// is shown exactly once.
func TestSequencerShowsEveryLineOrAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in []logs.Entry
		came := map[string]bool{}
		for boot := range rapid.IntRange(1, 3).Draw(t, "boots") {
			lines := make([]logs.Entry, rapid.IntRange(1, 60).Draw(t, "lines"))
			for i := range lines {
				lines[i] = seqEntry(boot, i+1)
			}
			for range rapid.IntRange(0, 20).Draw(t, "swaps") {
				if i := rapid.IntRange(1, 60).Draw(t, "at"); i+1 < len(lines) {
					lines[i], lines[i+1] = lines[i+1], lines[i]
				}
			}
			for i, e := range lines {
				if i > 0 && rapid.IntRange(0, 9).Draw(t, "lost") == 0 {
					continue
				}
				for range rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "copies") {
					in = append(in, e)
				}
				came[e.Text] = true
			}
		}
		shown := map[string]bool{}
		got, _ := sequenced(&Sequencer{}, in...)
		for _, s := range got {
			if shown[s] && s[0] != 'g' {
				t.Fatalf("%s was shown twice", s)
			}
			shown[s] = true
		}
		for s := range came {
			if !shown[s] {
				t.Fatalf("%s came and was not shown", s)
			}
		}
	})
}
