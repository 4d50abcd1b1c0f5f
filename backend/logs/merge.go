package logs

import (
	"slices"
	"time"
)

// maxQueued bounds the lines that wait for a slower shard.
const maxQueued = 50_000

// merger brings the lines of several shards into the order of their arrival. A shard that is behind holds the lines
// back that arrived after its last one; a shard that has caught up, or cannot be read, holds nothing back.
type merger struct {
	queues map[string]*shardQueue
}

// lane is one shard's place in the merger.
type shardQueue struct {
	entries  []entry
	readTo   time.Time // all that arrived before has been read
	caughtUp bool      // holds nothing back
}

// open lets a shard take part; until its first batch it holds everything back.
func (m *merger) open(shard string) {
	if m.queues == nil {
		m.queues = map[string]*shardQueue{}
	}
	if m.queues[shard] == nil {
		m.queues[shard] = &shardQueue{}
	}
}

// add takes what a read of a shard brought.
func (m *merger) add(b *batch) {
	q := m.queues[b.shard]
	if q == nil {
		return
	}
	q.entries = append(q.entries, b.entries...)
	q.caughtUp = b.behind == 0 || b.err != nil || b.gone || b.pos.ended
	q.readTo = b.pos.arrived
}

// take returns the lines that nothing holds back. Lanes that are done leave.
func (m *merger) take(done func(shard string) bool) []entry {
	out := m.ready()
	for shard, q := range m.queues {
		if len(q.entries) == 0 && done(shard) {
			delete(m.queues, shard)
		}
	}
	return out
}

func (m *merger) ready() []entry {
	if len(m.queues) == 1 {
		for _, q := range m.queues {
			out := q.entries
			q.entries = nil
			return out
		}
	}
	var horizon time.Time
	bound, queued := false, 0
	for _, q := range m.queues {
		queued += len(q.entries)
		if !q.caughtUp && (!bound || q.readTo.Before(horizon)) {
			bound, horizon = true, q.readTo
		}
	}
	if !bound || queued > maxQueued {
		return m.all()
	}
	var out []entry
	for _, q := range m.queues {
		n := 0
		for n < len(q.entries) && !q.entries[n].arrived.After(horizon) {
			n++
		}
		out = append(out, q.entries[:n]...)
		q.entries = q.entries[n:]
	}
	return byArrival(out)
}

// all returns every line.
func (m *merger) all() []entry {
	var out []entry
	for _, q := range m.queues {
		out = append(out, q.entries...)
		q.entries = nil
	}
	return byArrival(out)
}

func byArrival(entries []entry) []entry {
	slices.SortStableFunc(entries, func(a, b entry) int { return a.arrived.Compare(b.arrived) })
	return entries
}
