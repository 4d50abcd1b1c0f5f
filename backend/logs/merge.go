package logs

import (
	"slices"
	"time"
)

// maxPiled bounds the lines that wait for a slower shard.
const maxPiled = 50_000

// merger brings the lines of several shards into the order of their arrival. A shard that is behind holds the lines
// back that arrived after its last one; a shard that has caught up, or cannot be read, holds nothing back.
type merger struct {
	lanes map[string]*lane
}

// lane is one shard's place in the merger.
type lane struct {
	entries []entry
	mark    time.Time // all that arrived before has been read
	free    bool      // holds nothing back
}

// open lets a shard take part; until its first batch it holds everything back.
func (m *merger) open(shard string) {
	if m.lanes == nil {
		m.lanes = map[string]*lane{}
	}
	if m.lanes[shard] == nil {
		m.lanes[shard] = &lane{}
	}
}

// add takes what a read of a shard brought.
func (m *merger) add(b *batch) {
	l := m.lanes[b.shard]
	if l == nil {
		return
	}
	l.entries = append(l.entries, b.entries...)
	l.free = b.behind == 0 || b.err != nil || b.gone || b.pos.ended
	l.mark = b.pos.arrived
}

// take returns the lines that nothing holds back. Lanes that are done leave.
func (m *merger) take(done func(shard string) bool) []entry {
	out := m.ready()
	for shard, l := range m.lanes {
		if len(l.entries) == 0 && done(shard) {
			delete(m.lanes, shard)
		}
	}
	return out
}

func (m *merger) ready() []entry {
	if len(m.lanes) == 1 {
		for _, l := range m.lanes {
			out := l.entries
			l.entries = nil
			return out
		}
	}
	var horizon time.Time
	bound, piled := false, 0
	for _, l := range m.lanes {
		piled += len(l.entries)
		if !l.free && (!bound || l.mark.Before(horizon)) {
			bound, horizon = true, l.mark
		}
	}
	if !bound || piled > maxPiled {
		return m.all()
	}
	var out []entry
	for _, l := range m.lanes {
		n := 0
		for n < len(l.entries) && !l.entries[n].arrived.After(horizon) {
			n++
		}
		out = append(out, l.entries[:n]...)
		l.entries = l.entries[n:]
	}
	return byArrival(out)
}

// all returns every line.
func (m *merger) all() []entry {
	var out []entry
	for _, l := range m.lanes {
		out = append(out, l.entries...)
		l.entries = nil
	}
	return byArrival(out)
}

func byArrival(entries []entry) []entry {
	slices.SortStableFunc(entries, func(a, b entry) int { return a.arrived.Compare(b.arrived) })
	return entries
}
