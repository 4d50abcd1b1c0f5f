package logs

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// sequencer puts the numbered lines of one instance into their order, leaves out those that came before, and says
// where some never came. A line that is ahead of its turn waits for those before it, for PutRecords does not promise
// order; after hold, or with maxWaiting lines waiting, the missing ones count as lost. One that still comes is shown
// late, for a gap has been shown in its place. It is for one goroutine.
type sequencer struct {
	iid  string
	hold time.Duration

	run         *producerRun
	waiting     map[uint64]*waitingLine
	lastWaiting *waitingLine // the line that began to wait last
	out         []entry
	stats       Stats // Duplicates and Lost
}

// waitingLine is a line ahead of its turn, and the lines without a number that came right trailing it.
type waitingLine struct {
	entry    entry
	came     time.Time
	trailing []entry
}

// maxWaiting bounds the lines that wait.
const maxWaiting = 10_000

// add takes one line. What may be shown is in out afterwards.
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

func (q *sequencer) unnumbered(e entry) {
	if q.lastWaiting != nil {
		q.lastWaiting.trailing = append(q.lastWaiting.trailing, e)
		return
	}
	q.out = append(q.out, e)
}

// ahead takes a line whose number is the next or a later one.
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

func (q *sequencer) emit(e entry) {
	q.run.remember(&e)
	q.run.next = e.seq + 1
	q.out = append(q.out, e)
}

// drain passes those waiting whose turn has come.
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

// release gives up on what is missing before the last of those waiting that due says so of, and shows each gap.
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

// skip shows the gap before a line and makes that line the next.
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

// deadline is when some of the lines that wait are to be shown whatever is missing; zero if none waits.
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

// expire shows those that have waited long enough.
func (q *sequencer) expire(now time.Time) {
	q.flushThrough(func(h *waitingLine) bool { return now.Sub(h.came) >= q.hold })
}

// flush shows all that waits.
func (q *sequencer) flush() {
	q.flushThrough(func(*waitingLine) bool { return true })
}

// take returns what may be shown, and empties it.
func (q *sequencer) take() []entry {
	out := q.out
	q.out = nil
	return out
}

// span is a range of numbers, both ends in it.
type span struct{ low, high uint64 }

// remembered is how many of the newest numbers of a run are remembered with what they said.
const remembered = 4096

// maxHoles bounds the missing ranges that are remembered.
const maxHoles = 1024

// run is one life of the producer: its numbers from low to next-1 have been shown, but for the holes.
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
	late                       // its place was given up
	duplicate                  // it has been shown
	restart                    // the producer counts anew
)

// place says where a line belongs. A number that has been shown comes duplicate when a put is repeated, and then says
// the same; one that says something else is another life of the producer. Beyond what is remembered the producer's
// own clock decides, and it only decides: a jump of it can at worst show a line twice, never lose one that is new.
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

// mark remembers what a number said.
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

// miss notes numbers as never come.
func (r *producerRun) addHole(low, high uint64) {
	if high < low {
		return
	}
	r.holes = append(r.holes, span{low, high})
	if len(r.holes) > maxHoles {
		r.holes = r.holes[len(r.holes)-maxHoles:]
	}
}

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

// fill takes a late line's number out of the holes. One from before the run's first line lowers that.
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
