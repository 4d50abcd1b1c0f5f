package logs

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// sequencer orders the numbered lines of one instance, drops duplicates and marks gaps. PutRecords promises no order,
// so a line that is ahead waits for its predecessors. After hold, or with maxWaiting lines waiting, the missing ones
// count as lost. One that arrives later still is shown late, since a gap has been shown in its place. It is for one
// goroutine.
type sequencer struct {
	iid  string
	hold time.Duration

	run         *producerRun
	waiting     map[uint64]*waitingLine
	lastWaiting *waitingLine // the last line that began to wait
	out         []entry
	stats       Stats // Duplicates and Lost
}

// waitingLine is a line that is ahead, and the unnumbered lines that came right after it.
type waitingLine struct {
	entry    entry
	came     time.Time
	trailing []entry
}

// maxWaiting bounds the lines that wait.
const maxWaiting = 10_000

// add takes one line. The lines that can be shown are in out afterwards.
func (q *sequencer) add(e entry, now time.Time) {
	if !e.sequenced {
		q.unnumbered(e)
		return
	}
	if q.run == nil {
		q.run = newProducerRun(e.seq)
	}
	switch v := q.run.place(&e); v {
	case duplicate:
		q.stats.Duplicates++
	case restart:
		q.flush()
		q.run = newProducerRun(min(e.seq, 1))
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
func (q *sequencer) unnumbered(e entry) {
	if q.lastWaiting != nil {
		q.lastWaiting.trailing = append(q.lastWaiting.trailing, e)
		return
	}
	q.out = append(q.out, e)
}

// accept takes a line whose number is the next one or a later one.
func (q *sequencer) accept(e entry, now time.Time) {
	if e.seq == q.run.next {
		q.emit(e)
		q.emitWaiting()
		return
	}
	if h := q.waiting[e.seq]; h != nil {
		q.stats.Duplicates++
		return
	}
	if q.waiting == nil {
		q.waiting = map[uint64]*waitingLine{}
	}
	q.lastWaiting = &waitingLine{entry: e, came: now}
	q.waiting[e.seq] = q.lastWaiting
}

// emit outputs the next line.
func (q *sequencer) emit(e entry) {
	q.run.remember(&e)
	q.run.next = e.seq + 1
	q.out = append(q.out, e)
}

// emitWaiting emits the waiting lines whose turn has come.
func (q *sequencer) emitWaiting() {
	for {
		h := q.waiting[q.run.next]
		if h == nil {
			return
		}
		delete(q.waiting, h.entry.seq)
		q.emit(h.entry)
		q.out = append(q.out, h.trailing...)
		if q.lastWaiting == h {
			q.lastWaiting = nil
		}
	}
}

// flushThrough emits held lines up to the last one for which due is true, and a gap for every range still missing.
func (q *sequencer) flushThrough(due func(*waitingLine) bool) {
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
func (q *sequencer) emitGap(e *entry) {
	n := e.seq - q.run.next
	q.run.addHole(q.run.next, e.seq-1)
	q.stats.Lost += n
	gap := remark(levelWarn, gapText(n), q.iid, n)
	gap.at, gap.arrived = e.at, e.arrived
	q.out = append(q.out, gap)
	q.run.next = e.seq
}

func gapText(n uint64) string {
	if n == 1 {
		return "1 record of the instance never came"
	}
	return fmt.Sprintf("%d records of the instance never came", n)
}

// deadline returns when expire will emit something, zero if no line waits.
func (q *sequencer) deadline() time.Time {
	var d time.Time
	for _, h := range q.waiting {
		if d.IsZero() || h.came.Before(d) {
			d = h.came
		}
	}
	if d.IsZero() {
		return d
	}
	return d.Add(q.hold)
}

// expire emits the lines that have waited for hold.
func (q *sequencer) expire(now time.Time) {
	q.flushThrough(func(h *waitingLine) bool { return now.Sub(h.came) >= q.hold })
}

// flush emits all waiting lines.
func (q *sequencer) flush() {
	q.flushThrough(func(*waitingLine) bool { return true })
}

// take returns out and empties it.
func (q *sequencer) take() []entry {
	out := q.out
	q.out = nil
	return out
}

// span is a range of numbers, both ends included.
type span struct{ low, high uint64 }

// remembered is how many of the newest numbers are kept with their fingerprint.
const remembered = 4096

// maxHoles bounds the missing ranges that are kept.
const maxHoles = 1024

// producerRun is one run of the producer: the numbers from low to next-1 have been shown, except the holes.
type producerRun struct {
	low, next    uint64
	holes        []span // rising
	fingerprints [remembered]struct{ seq, fingerprint uint64 }
	newest       time.Time // latest time in it
	first        uint64    // fingerprint of its first line
}

func newProducerRun(low uint64) *producerRun { return &producerRun{low: low, next: low} }

// placement is where a numbered line belongs.
type placement int

const (
	inOrder   placement = iota // the next, or ahead of it
	late                       // its number counted as lost
	duplicate                  // it has been shown
	restart                    // the producer restarted its numbers
)

// place returns where a line belongs. A repeated put has the same number and content; the same number with other
// content is another run of the producer. For numbers that are no longer remembered, the producer's clock decides. A
// jump of that clock can show a line twice but never lose a new one.
func (r *producerRun) place(e *entry) placement {
	if e.seq >= r.next {
		return inOrder
	}
	if p := r.fingerprints[e.seq%remembered]; p.seq == e.seq && p.fingerprint != 0 {
		if p.fingerprint == e.fingerprint() {
			return duplicate
		}
		return restart
	}
	if _, ok := r.findHole(e.seq); ok {
		return late
	}
	newer := e.at.After(r.newest)
	switch {
	case e.seq < r.low && newer && e.seq+1 < r.low:
		return restart
	case e.seq < r.low:
		return late
	case newer, e.seq <= 1 && e.fingerprint() != r.first:
		return restart
	}
	return duplicate
}

// remember stores the fingerprint of a line that is shown.
func (r *producerRun) remember(e *entry) {
	p := e.fingerprint()
	if r.first == 0 {
		r.first = p
	}
	m := &r.fingerprints[e.seq%remembered]
	if m.fingerprint == 0 || m.seq <= e.seq {
		m.seq, m.fingerprint = e.seq, p
	}
	if e.at.After(r.newest) {
		r.newest = e.at
	}
}

// addHole notes numbers as missing.
func (r *producerRun) addHole(low, high uint64) {
	if high < low {
		return
	}
	r.holes = append(r.holes, span{low, high})
	if len(r.holes) > maxHoles {
		r.holes = r.holes[len(r.holes)-maxHoles:]
	}
}

// findHole returns the index of the hole that contains seq.
func (r *producerRun) findHole(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(r.holes, seq, func(s span, seq uint64) int {
		switch {
		case s.high < seq:
			return -1
		case s.low > seq:
			return 1
		}
		return 0
	})
}

// fillHole removes a late line's number from the holes. A line from before the first one lowers low.
func (r *producerRun) fillHole(e *entry) {
	r.remember(e)
	i, ok := r.findHole(e.seq)
	if !ok {
		if e.seq+1 < r.low {
			r.holes = slices.Insert(r.holes, 0, span{e.seq + 1, r.low - 1})
		}
		r.low = e.seq
		return
	}
	s := r.holes[i]
	var rest []span
	if s.low < e.seq {
		rest = append(rest, span{s.low, e.seq - 1})
	}
	if e.seq < s.high {
		rest = append(rest, span{e.seq + 1, s.high})
	}
	r.holes = slices.Replace(r.holes, i, i+1, rest...)
}
