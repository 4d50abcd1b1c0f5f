package ingest

import (
	"maps"
	"slices"
	"time"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// Sequencer orders the numbered lines of one instance, drops duplicates and marks gaps. Sources promise no order, so a
// line that is ahead waits for its predecessors. After Hold, or with maxWaiting lines waiting, the missing ones count
// as lost. One that arrives later still is shown late, since a gap has been shown in its place. A Sequencer is for one
// goroutine.
type Sequencer struct {
	InstanceID string        // of the gaps
	Hold       time.Duration // how long a line waits for those before it

	run         *producerRun
	waiting     map[uint64]*waitingLine
	lastWaiting *waitingLine // the last line that began to wait
	out         []logs.Entry
	counts      logs.Counts // Duplicates and Lost
}

// waitingLine is a line that is ahead, and the unnumbered lines that came right after it.
type waitingLine struct {
	entry    logs.Entry
	came     time.Time
	trailing []logs.Entry
}

// maxWaiting bounds the lines that wait.
const maxWaiting = 10_000

// Grow makes room for n more lines.
func (q *Sequencer) Grow(n int) { q.out = slices.Grow(q.out, n) }

// Add takes one line that came now.
func (q *Sequencer) Add(e logs.Entry, now time.Time) {
	if !e.Numbered {
		q.unnumbered(e)
		return
	}
	if q.run == nil {
		q.run = newProducerRun(e.Number)
	}
	switch v := q.run.place(&e); v {
	case duplicate:
		q.counts.Duplicates++
	case restart:
		q.flush()
		q.run = newProducerRun(min(e.Number, 1))
		q.accept(e, now)
	case late:
		q.run.fillHole(&e)
		q.out = append(q.out, e)
	case inOrder:
		q.accept(e, now)
	}
	if len(q.waiting) > maxWaiting {
		q.flush()
	}
}

// unnumbered takes a line without a number. It stays behind the line that came before it.
func (q *Sequencer) unnumbered(e logs.Entry) {
	if q.lastWaiting != nil {
		q.lastWaiting.trailing = append(q.lastWaiting.trailing, e)
		return
	}
	q.out = append(q.out, e)
}

// accept takes a line whose number is the next one or a later one.
func (q *Sequencer) accept(e logs.Entry, now time.Time) {
	if e.Number == q.run.next {
		q.emit(e)
		q.emitWaiting()
		return
	}
	if h := q.waiting[e.Number]; h != nil {
		q.counts.Duplicates++
		return
	}
	if q.waiting == nil {
		q.waiting = map[uint64]*waitingLine{}
	}
	q.lastWaiting = &waitingLine{entry: e, came: now}
	q.waiting[e.Number] = q.lastWaiting
}

// emit outputs the next line.
func (q *Sequencer) emit(e logs.Entry) {
	q.run.remember(&e)
	q.run.next = e.Number + 1
	q.out = append(q.out, e)
}

// emitWaiting emits the waiting lines whose turn has come.
func (q *Sequencer) emitWaiting() {
	for {
		h := q.waiting[q.run.next]
		if h == nil {
			return
		}
		delete(q.waiting, h.entry.Number)
		q.emit(h.entry)
		q.out = append(q.out, h.trailing...)
		if q.lastWaiting == h {
			q.lastWaiting = nil
		}
	}
}

// flushThrough emits held lines up to the last one for which due is true, and a gap for every range still missing.
func (q *Sequencer) flushThrough(due func(*waitingLine) bool) {
	keys := slices.Sorted(maps.Keys(q.waiting))
	end := 0
	for i, k := range keys {
		if due(q.waiting[k]) {
			end = i + 1
		}
	}
	for _, k := range keys[:end] {
		if h := q.waiting[k]; h != nil {
			q.emitGap(&h.entry)
			q.emitWaiting()
		}
	}
}

// emitGap emits a gap before a line and makes that line the next.
func (q *Sequencer) emitGap(e *logs.Entry) {
	n := e.Number - q.run.next
	q.run.addHole(q.run.next, e.Number-1)
	q.counts.Lost += n
	gap := messages.New("logs.recordsInstanceNeverCame", int(n))
	q.out = append(q.out, logs.Entry{
		At: e.At, Arrived: e.Arrived, Level: levelWarn, Source: logs.LauncherSource, InstanceID: q.InstanceID, Gap: n,
		Remark: &gap,
	})
	q.run.next = e.Number
}

// Deadline returns when Expire will emit something, zero if no line waits.
func (q *Sequencer) Deadline() time.Time {
	var d time.Time
	for _, h := range q.waiting {
		if d.IsZero() || h.came.Before(d) {
			d = h.came
		}
	}
	if d.IsZero() {
		return d
	}
	return d.Add(q.Hold)
}

// Expire emits the lines that have waited for Hold, and gaps before them.
func (q *Sequencer) Expire(now time.Time) {
	q.flushThrough(func(h *waitingLine) bool { return now.Sub(h.came) >= q.Hold })
}

// flush emits all waiting lines.
func (q *Sequencer) flush() {
	q.flushThrough(func(*waitingLine) bool { return true })
}

// Take returns the lines that can be shown, in order, and what was counted, since the last Take.
func (q *Sequencer) Take() ([]logs.Entry, logs.Counts) {
	out, counts := q.out, q.counts
	q.out, q.counts = nil, logs.Counts{}
	return out, counts
}
