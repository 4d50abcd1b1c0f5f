package ingest

import (
	"avatar-launcher/backend/logs"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestMerger(t *testing.T) {
	at := func(s int) logs.Entry {
		return logs.Entry{Arrived: arrival.Add(time.Duration(s) * time.Second), Text: fmt.Sprint(s)}
	}
	type read struct {
		part     string
		caughtUp bool
		entries  []logs.Entry
	}
	lines := func(seconds ...int) (all []logs.Entry) {
		for _, s := range seconds {
			all = append(all, at(s))
		}
		return all
	}
	var m Merger
	m.Open("a")
	m.Open("b")
	m.Open("c")
	steps := []struct {
		in   read
		want []string
	}{
		{read{"a", false, lines(1, 4)}, nil}, // b and c have not been read
		{read{"b", true, lines(3, 7)}, nil},
		{read{"c", true, nil}, []string{"1", "3", "4"}}, // c cannot be read; a is behind
		{read{"a", true, lines(5, 8)}, []string{"5", "7", "8"}},
		{read{"x", true, lines(9)}, nil}, // a part that is not open
		{read{"b", true, nil}, nil},
		{read{"c", true, lines(6)}, []string{"6"}}, // late, and shown all the same
	}
	for i, s := range steps {
		var readTo time.Time
		if n := len(s.in.entries); n > 0 {
			readTo = s.in.entries[n-1].Arrived
		}
		m.Add(s.in.part, s.in.entries, readTo, s.in.caughtUp)
		var got []string
		for _, e := range m.Take(func(part string) bool { return part == "b" && i >= 5 }) {
			got = append(got, e.Text)
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("step %d: %q, want %q", i, got, s.want)
		}
	}
}
