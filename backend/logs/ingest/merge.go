package ingest

import (
	"slices"
	"time"

	"avatar-launcher/backend/logs"
)

// maxQueued bounds the lines that wait for a slower part.
const maxQueued = 50_000

// Merger orders the lines of several parts of a source, such as shards, by arrival. A part that is behind holds back
// lines that arrived after its own last one. A part that has caught up or cannot be read holds back nothing. The zero
// value is ready to use. A Merger is for one goroutine.
type Merger struct {
	queues map[string]*queue
}

// queue holds the lines of one part that wait.
type queue struct {
	entries  []logs.Entry
	readTo   time.Time // arrival of the last record read
	caughtUp bool      // holds nothing back
}

// Open adds a part. It holds back all lines until it is read for the first time.
func (m *Merger) Open(part string) {
	if m.queues == nil {
		m.queues = map[string]*queue{}
	}
	if m.queues[part] == nil {
		m.queues[part] = &queue{}
	}
}

// Add takes the result of one read of a part: its lines, and the arrival of the last record. caughtUp is set if there
// is nothing more to read, or nothing can be read. Lines of a part that is not open are dropped.
func (m *Merger) Add(part string, entries []logs.Entry, readTo time.Time, caughtUp bool) {
	q := m.queues[part]
	if q == nil {
		return
	}
	q.entries = append(q.entries, entries...)
	q.readTo, q.caughtUp = readTo, caughtUp
}

// Take returns the lines that no part holds back. It removes parts without lines that are done.
func (m *Merger) Take(done func(part string) bool) []logs.Entry {
	out := m.ready()
	for part, q := range m.queues {
		if len(q.entries) == 0 && done(part) {
			delete(m.queues, part)
		}
	}
	return out
}

func (m *Merger) ready() []logs.Entry {
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
		return m.All()
	}
	var out []logs.Entry
	for _, q := range m.queues {
		n := 0
		for n < len(q.entries) && !q.entries[n].Arrived.After(horizon) {
			n++
		}
		out = append(out, q.entries[:n]...)
		q.entries = q.entries[n:]
	}
	return byArrival(out)
}

// All returns every waiting line.
func (m *Merger) All() []logs.Entry {
	var out []logs.Entry
	for _, q := range m.queues {
		out = append(out, q.entries...)
		q.entries = nil
	}
	return byArrival(out)
}

func byArrival(entries []logs.Entry) []logs.Entry {
	slices.SortStableFunc(entries, func(a, b logs.Entry) int { return a.Arrived.Compare(b.Arrived) })
	return entries
}
