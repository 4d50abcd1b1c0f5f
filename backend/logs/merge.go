package logs

import (
	"slices"
	"time"
)

// maxQueued bounds the lines that wait for a slower shard.
const maxQueued = 50_000

// merger orders the lines of several shards by arrival. A shard that is behind holds back lines that arrived after its
// own last one. A shard that has caught up or cannot be read holds back nothing.
type merger struct {
	queues map[string]*shardQueue
}

// shardQueue holds the lines of one shard that wait.
type shardQueue struct {
	entries  []entry
	readTo   time.Time // arrival of the last record read
	caughtUp bool      // holds nothing back
}

// open adds a shard. It holds back all lines until its first batch.
func (m *merger) open(shard string) {
	if m.queues == nil {
		m.queues = map[string]*shardQueue{}
	}
	if m.queues[shard] == nil {
		m.queues[shard] = &shardQueue{}
	}
}

// add takes the result of one read.
func (m *merger) add(b *batch) {
	q := m.queues[b.shard]
	if q == nil {
		return
	}
	q.entries = append(q.entries, b.entries...)
	q.caughtUp = b.behind == 0 || b.err != nil || b.gone || b.pos.ended
	q.readTo = b.pos.arrived
}

// take returns the lines that no shard holds back. It removes empty queues of shards that are done.
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

// all returns every waiting line.
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
