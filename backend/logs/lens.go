package logs

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Lens is the log seen through a query that changes as it is typed. It keeps the numbers of the lines that match:
// found from the newest on in the background, so that the first are there at once; looked for among those found
// where a query only narrows the one before; given up where another query comes; and added to as lines arrive. It is
// safe for concurrent use.
type Lens struct {
	book *Book

	mu      sync.Mutex
	query   Query    // without its bounds
	matcher *matcher // nil before the first query
	problem string
	found   matches
	hi      uint64             // looked at below this
	search  *search            // under way, else nil
	cancel  context.CancelFunc // of search
}

// search is one search under way.
type search struct {
	step chan struct{} // has a token when there is something new
}

// Lens makes a lens on the log.
func (b *Book) Lens() *Lens {
	l := &Lens{book: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lenses = append(b.lenses, l)
	return l
}

// forget gives the search up, and drops its query and what it found.
func (l *Lens) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.search != nil {
		l.cancel()
	}
	l.query, l.matcher, l.problem, l.found, l.hi, l.search = Query{}, nil, "", matches{}, 0, nil
}

// patienceOfView is how long View waits for a search to find what fills its answer.
const patienceOfView = 25 * time.Millisecond

// View answers a query like Book.Lines and says how many lines match it in all. While the search is still under way
// its answer is what has been found, and Searching is set: ask again when subscribers are told. Context asks for the
// lines around the matches too.
func (l *Lens) View(q Query) Page {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.focus(q)
	l.await(limitOf(q), q.Context)
	p := l.book.page(&v)
	p.Problem = l.problem
	if l.matcher == nil {
		return p
	}
	p.Searching = l.search != nil
	l.found.trim(v.first)
	p.Matches = l.found.count
	lo, hi := bounds(q, &v)
	if q.Context {
		p.Lines = l.context(q, &v, lo, hi)
	} else {
		p.Lines = l.matcher.lines(&v, l.found.within(lo, min(hi, l.hi), limitOf(q), q.forward()))
	}
	if len(p.Lines) > 0 {
		p.Before = l.found.below(p.Lines[0].Seq)
	}
	return p
}

// context finds the lines of the query's level and source, whatever their text, and marks the matches.
func (l *Lens) context(q Query, v *view, lo, hi uint64) []Line {
	around, _ := newMatcher(Query{Level: q.Level, Source: q.Source, Since: q.Since}, nil) // no pattern, no error
	found, _ := around.scan(context.Background(), v, lo, hi, limitOf(q), q.forward())
	return l.matcher.lines(v, found)
}

// focus makes q the query of the lens, and looks at the lines that have come since.
func (l *Lens) focus(q Query) view {
	q = Query{Level: q.Level, Source: q.Source, Text: q.Text, Pattern: q.Pattern, Since: q.Since} // no bounds
	v := l.book.look()
	if l.matcher == nil && l.problem == "" || q != l.query {
		l.change(q, &v)
	}
	if l.matcher != nil && v.next > l.hi {
		v.spans(max(l.hi, v.first), v.next, false, func(c *chunk, i, j int) bool {
			l.found.append(l.matcher.chunk(c, i, j, nil))
			return true
		})
		l.hi = v.next
	}
	return v
}

// change begins the search for another query.
func (l *Lens) change(q Query, v *view) {
	old, among := l.query, l.found
	narrows := l.matcher != nil && l.search == nil && narrower(old, q)
	if l.search != nil {
		l.cancel()
		l.search = nil
	}
	if !narrows {
		l.hi = v.next // among covers what is below the present one
	}
	l.query, l.found, l.problem = q, matches{}, ""
	m, err := newMatcher(q, v.sample())
	if l.matcher = m; err != nil {
		l.matcher, l.problem = nil, problemOf(err)
		return
	}
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	l.search = &search{step: make(chan struct{}, 1)}
	team := make([]*matcher, min(runtime.GOMAXPROCS(0), searchers)) // a matcher is for one goroutine
	for k := range team {
		team[k], _ = newMatcher(q, v.sample())
	}
	look := func(take func([]uint64) bool) { backward(team, v, take) }
	if narrows {
		look = func(take func([]uint64) bool) { team[0].among(v, &among, take) }
	}
	go l.run(ctx, l.search, look)
}

// run adds what a search finds, newest first, until there is nothing more or the search is given up.
func (l *Lens) run(ctx context.Context, s *search, look func(func([]uint64) bool)) {
	rung := time.Now()
	look(func(found []uint64) bool {
		if ctx.Err() != nil {
			return false
		}
		if len(found) == 0 {
			return true
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.search != s {
			return false
		}
		l.found.prepend(found)
		s.tell()
		if time.Since(rung) > quiet {
			rung = time.Now()
			l.book.found.ring(1, 1)
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.search == s {
		l.search = nil
		l.cancel()
		s.tell()
		l.book.found.ring(1, 1)
	}
}

func (s *search) tell() {
	select {
	case s.step <- struct{}{}:
	default:
	}
}

// await gives a search a moment to find enough. It lets go of the lock meanwhile.
func (l *Lens) await(enough int, context bool) {
	s := l.search
	timer := time.NewTimer(patienceOfView)
	defer timer.Stop()
	for s != nil && l.search == s && (context || l.found.count < enough) {
		l.mu.Unlock()
		late := false
		select {
		case <-s.step:
		case <-timer.C:
			late = true
		}
		l.mu.Lock()
		if late {
			return
		}
	}
}

// narrower reports whether every line that matches q matches old too.
func narrower(old, q Query) bool {
	return rank(strings.ToLower(q.Level)) >= rank(strings.ToLower(old.Level)) &&
		(old.Source == "" || old.Source == q.Source) && !q.Since.Before(old.Since) &&
		(old.Pattern == "" || old.Pattern == q.Pattern) &&
		strings.Contains(string(appendFold(nil, q.Text)), string(appendFold(nil, old.Text)))
}

// searchers bounds how many chunks are looked at side by side.
const searchers = 8

// backward looks at a whole view, from the newest chunk on, at as many chunks side by side as there are matchers.
func backward(team []*matcher, v *view, take func([]uint64) bool) {
	var all []func(*matcher) []uint64
	v.spans(v.first, v.next, true, func(c *chunk, i, j int) bool {
		all = append(all, func(m *matcher) []uint64 { return m.chunk(c, i, j, nil) })
		return true
	})
	for some := range slices.Chunk(all, len(team)) {
		found := make([][]uint64, len(some))
		var looking sync.WaitGroup
		for k, look := range some {
			looking.Go(func() { found[k] = look(team[k]) })
		}
		looking.Wait()
		if slices.ContainsFunc(found, func(f []uint64) bool { return !take(f) }) {
			return
		}
	}
}

// among looks at the lines that matched before, from the newest on.
func (m *matcher) among(v *view, before *matches, take func([]uint64) bool) {
	for k := len(before.blocks) - 1; k >= 0; k-- {
		var found []uint64
		var at *chunk
		some := false
		for _, seq := range before.blocks[k] {
			if seq < v.first {
				continue
			}
			n, i := v.place(seq)
			if c := v.chunks[n]; c != at {
				at, some = c, m.begin(c)
			}
			if some && m.row(at, i) && m.says(at.textOf(i)) {
				found = append(found, seq)
			}
		}
		if !take(found) {
			return
		}
	}
}
