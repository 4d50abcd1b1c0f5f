package logs

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// sequencer puts the numbered lines of one instance into their order, leaves out those that came before, and says
// where some never came. A line that is ahead of its turn waits for those before it, for PutRecords does not promise
// order; after hold, or with maxHeld lines waiting, the missing ones count as lost. One that still comes is shown
// late, for a gap has been shown in its place. It is for one goroutine.
type sequencer struct {
	iid  string
	hold time.Duration

	run     *run
	waiting map[uint64]*held
	lastIn  *held // the line that began to wait last
	out     []entry
	stats   Stats // Duplicates and Lost
}

// held is a line ahead of its turn, and the lines without a number that came right behind it.
type held struct {
	entry  entry
	came   time.Time
	behind []entry
}

// maxHeld bounds the lines that wait.
const maxHeld = 10_000

// add takes one line. What may be shown is in out afterwards.
func (q *sequencer) add(e entry, now time.Time) {
	if !e.sequenced {
		q.unnumbered(e)
		return
	}
	if q.run == nil {
		q.run = newRun(e.seq)
	}
	switch v := q.run.place(&e); v {
	case again:
		q.stats.Duplicates++
	case restart:
		q.flush()
		q.run = newRun(min(e.seq, 1))
		q.ahead(e, now)
	case late:
		q.run.fill(&e)
		q.out = append(q.out, e)
	case onward:
		q.ahead(e, now)
	}
	if len(q.waiting) > maxHeld {
		q.flush()
	}
}

func (q *sequencer) unnumbered(e entry) {
	if q.lastIn != nil {
		q.lastIn.behind = append(q.lastIn.behind, e)
		return
	}
	q.out = append(q.out, e)
}

// ahead takes a line whose number is the next or a later one.
func (q *sequencer) ahead(e entry, now time.Time) {
	if e.seq == q.run.next {
		q.pass(e)
		q.drain()
		return
	}
	if h := q.waiting[e.seq]; h != nil {
		q.stats.Duplicates++
		return
	}
	if q.waiting == nil {
		q.waiting = map[uint64]*held{}
	}
	q.lastIn = &held{entry: e, came: now}
	q.waiting[e.seq] = q.lastIn
}

func (q *sequencer) pass(e entry) {
	q.run.mark(&e)
	q.run.next = e.seq + 1
	q.out = append(q.out, e)
}

// drain passes those waiting whose turn has come.
func (q *sequencer) drain() {
	for {
		h := q.waiting[q.run.next]
		if h == nil {
			return
		}
		delete(q.waiting, h.entry.seq)
		q.pass(h.entry)
		q.out = append(q.out, h.behind...)
		if q.lastIn == h {
			q.lastIn = nil
		}
	}
}

// release gives up on what is missing before the last of those waiting that due says so of, and shows each gap.
func (q *sequencer) release(due func(*held) bool) {
	keys := slices.Sorted(maps.Keys(q.waiting))
	end := 0
	for i, k := range keys {
		if due(q.waiting[k]) {
			end = i + 1
		}
	}
	for _, k := range keys[:end] {
		if h := q.waiting[k]; h != nil {
			q.skip(&h.entry)
			q.drain()
		}
	}
}

// skip shows the gap before a line and makes that line the next.
func (q *sequencer) skip(e *entry) {
	n := e.seq - q.run.next
	q.run.miss(q.run.next, e.seq-1)
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
	q.release(func(h *held) bool { return now.Sub(h.came) >= q.hold })
}

// flush shows all that waits.
func (q *sequencer) flush() {
	q.release(func(*held) bool { return true })
}

// take returns what may be shown, and empties it.
func (q *sequencer) take() []entry {
	out := q.out
	q.out = nil
	return out
}

// span is a range of numbers, both ends in it.
type span struct{ low, high uint64 }

// marks is how many of the newest numbers of a run are remembered with what they said.
const marks = 4096

// maxHoles bounds the missing ranges that are remembered.
const maxHoles = 1024

// run is one life of the producer: its numbers from low to next-1 have been shown, but for the holes.
type run struct {
	low, next uint64
	holes     []span // rising
	prints    [marks]struct{ seq, print uint64 }
	newest    time.Time // latest time in it
	first     uint64    // print of its first line
}

func newRun(low uint64) *run { return &run{low: low, next: low} }

// verdict is where a numbered line belongs.
type verdict int

const (
	onward  verdict = iota // the next, or ahead of it
	late                   // its place was given up
	again                  // it has been shown
	restart                // the producer counts anew
)

// place says where a line belongs. A number that has been shown comes again when a put is repeated, and then says
// the same; one that says something else is another life of the producer. Beyond what is remembered the producer's
// own clock decides, and it only decides: a jump of it can at worst show a line twice, never lose one that is new.
func (r *run) place(e *entry) verdict {
	if e.seq >= r.next {
		return onward
	}
	if p := r.prints[e.seq%marks]; p.seq == e.seq && p.print != 0 {
		if p.print == e.print() {
			return again
		}
		return restart
	}
	if _, ok := r.hole(e.seq); ok {
		return late
	}
	newer := e.at.After(r.newest)
	switch {
	case e.seq < r.low && newer && e.seq+1 < r.low:
		return restart
	case e.seq < r.low:
		return late
	case newer, e.seq <= 1 && e.print() != r.first:
		return restart
	}
	return again
}

// mark remembers what a number said.
func (r *run) mark(e *entry) {
	p := e.print()
	if r.first == 0 {
		r.first = p
	}
	m := &r.prints[e.seq%marks]
	if m.print == 0 || m.seq <= e.seq {
		m.seq, m.print = e.seq, p
	}
	if e.at.After(r.newest) {
		r.newest = e.at
	}
}

// miss notes numbers as never come.
func (r *run) miss(low, high uint64) {
	if high < low {
		return
	}
	r.holes = append(r.holes, span{low, high})
	if len(r.holes) > maxHoles {
		r.holes = r.holes[len(r.holes)-maxHoles:]
	}
}

func (r *run) hole(seq uint64) (int, bool) {
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
func (r *run) fill(e *entry) {
	r.mark(e)
	i, ok := r.hole(e.seq)
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
