package logs

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// seqEntry is line n of a boot; different boots write different times.
func seqEntry(boot, n int) entry {
	return entry{
		iid: mine, level: levelInfo, sequenced: true, seq: uint64(n), stamped: true, text: fmt.Sprintf("%d.%d", boot, n),
		at: arrival.Add(time.Duration(boot)*time.Hour + time.Duration(n)*time.Millisecond),
	}
}

func sequenced(q *sequencer, entries ...entry) []string {
	for _, e := range entries {
		q.add(e, arrival)
	}
	q.flush()
	var out []string
	for _, e := range q.take() {
		if e.gap > 0 {
			out = append(out, fmt.Sprintf("gap %d", e.gap))
			continue
		}
		out = append(out, e.text)
	}
	return out
}

func TestSequencer(t *testing.T) {
	e := seqEntry
	plain := entry{iid: mine, text: "plain"}
	back := seqEntry(1, 2)
	back.at = arrival.Add(-24 * time.Hour) // the clock was set back
	tests := []struct {
		name string
		in   []entry
		want []string
	}{
		{"in order", []entry{e(0, 1), e(0, 2), e(0, 3)}, []string{"0.1", "0.2", "0.3"}},
		{"begins at 0", []entry{e(0, 0), e(0, 1)}, []string{"0.0", "0.1"}},
		{"attached midway", []entry{e(0, 90), e(0, 91)}, []string{"0.90", "0.91"}},
		{"attached midway, the one before late", []entry{e(0, 90), e(0, 89), e(0, 91)}, []string{"0.90", "0.89", "0.91"}},
		{"swapped", []entry{e(0, 1), e(0, 3), e(0, 2), e(0, 4)}, []string{"0.1", "0.2", "0.3", "0.4"}},
		{"twice", []entry{e(0, 1), e(0, 2), e(0, 2), e(0, 1), e(0, 3)}, []string{"0.1", "0.2", "0.3"}},
		{"twice while waiting", []entry{e(0, 1), e(0, 3), e(0, 3), e(0, 2)}, []string{"0.1", "0.2", "0.3"}},
		{"gap", []entry{e(0, 1), e(0, 5)}, []string{"0.1", "gap 3", "0.5"}},
		{"two gaps", []entry{e(0, 1), e(0, 5), e(0, 3)}, []string{"0.1", "gap 1", "0.3", "gap 1", "0.5"}},
		{"a new boot", []entry{e(0, 1), e(0, 2), e(1, 1), e(1, 2)}, []string{"0.1", "0.2", "1.1", "1.2"}},
		{"a new boot at 0", []entry{e(0, 1), e(0, 2), e(1, 0), e(1, 1)}, []string{"0.1", "0.2", "1.0", "1.1"}},
		{"a new boot, swapped", []entry{e(0, 1), e(0, 2), e(1, 2), e(1, 1), e(1, 3)}, []string{"0.1", "0.2", "1.1", "1.2", "1.3"}},
		{"a new boot, clock set back", []entry{e(0, 1), e(0, 2), back, e(1, 1)}, []string{"0.1", "0.2", "1.1", "1.2"}},
		{"a new boot while waiting", []entry{e(0, 1), e(0, 4), e(1, 1)}, []string{"0.1", "gap 2", "0.4", "1.1"}},
		{"unnumbered keep their place", []entry{e(0, 1), e(0, 3), plain, e(0, 2), plain}, []string{"0.1", "0.2", "0.3", "plain", "plain"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sequenced(&sequencer{}, tt.in...); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestSequencerRestartFarBehind(t *testing.T) {
	q := &sequencer{}
	for i := 1; i <= 3*remembered; i++ {
		q.add(seqEntry(0, i), arrival)
	}
	q.take()
	got := sequenced(q, seqEntry(0, 1), seqEntry(0, 7), seqEntry(1, 1), seqEntry(1, 2))
	if want := []string{"1.1", "1.2"}; !slices.Equal(got, want) || q.stats.Duplicates != 2 {
		t.Errorf("%q, %+v", got, q.stats)
	}
}

func TestSequencerExpiresWaitingLines(t *testing.T) {
	q := &sequencer{hold: 2 * time.Second}
	q.add(seqEntry(0, 1), arrival)
	q.add(seqEntry(0, 3), arrival)
	q.add(seqEntry(0, 5), arrival.Add(time.Second))
	if d := q.deadline(); !d.Equal(arrival.Add(2 * time.Second)) {
		t.Errorf("deadline %v", d)
	}
	q.expire(arrival.Add(2 * time.Second))
	if got := q.take(); len(got) != 3 || got[2].seq != 3 {
		t.Errorf("%d shown", len(got))
	}
	q.expire(arrival.Add(3 * time.Second))
	if got := q.take(); len(got) != 2 || got[1].seq != 5 || !q.deadline().IsZero() {
		t.Errorf("%d shown, deadline %v", len(got), q.deadline())
	}
}

// TestSequencerShowsEveryLineOrAGap loses, repeats and swaps lines of several boots, and checks that each that arrives is
// shown exactly once.
func TestSequencerShowsEveryLineOrAGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in []entry
		came := map[string]bool{}
		for boot := range rapid.IntRange(1, 3).Draw(t, "boots") {
			lines := make([]entry, rapid.IntRange(1, 60).Draw(t, "lines"))
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
				came[e.text] = true
			}
		}
		shown := map[string]bool{}
		for _, s := range sequenced(&sequencer{}, in...) {
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
