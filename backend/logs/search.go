package logs

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/logs/textsearch"
)

// Search holds the numbers of the lines that match a query which changes as it is typed. A change cancels the search
// that is running and starts another in the background, newest lines first; a query that only narrows the one before
// searches its matches. New lines are added as they arrive. A Search is safe for concurrent use.
type Search struct {
	book *Book

	mu      sync.Mutex
	query   Query    // without After, Before and Limit
	matcher *matcher // nil before the first query and for an invalid pattern
	problem string
	found   matches
	hi      uint64             // every line below has been searched or is being searched
	running *searchRun         // nil if none is
	cancel  context.CancelFunc // of running
	runs    sync.WaitGroup
}

// searchRun is one search in the background.
type searchRun struct {
	step chan struct{} // holds a token if something was found or the run ended
}

// NewSearch returns a Search of the log. The book keeps it until the end of the process.
func (b *Book) NewSearch() *Search {
	s := &Search{book: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.searches = append(b.searches, s)
	return s
}

// forget cancels the search and drops its query and matches.
func (s *Search) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.cancel()
	}
	s.query, s.matcher, s.problem, s.found, s.hi, s.running = Query{}, nil, "", matches{}, 0, nil
}

// stop cancels the search and waits until its goroutines have ended.
func (s *Search) stop() {
	s.forget()
	s.runs.Wait()
}

// viewTimeout is how long View waits for a search to fill its answer.
const viewTimeout = 25 * time.Millisecond

// View answers a query like Book.Lines, and counts all lines that match. If the search is still running, the answer
// has what was found so far and Searching is set: ask again when SubscribeFound calls.
func (s *Search) View(q Query) Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.setQuery(q)
	s.await(limitOf(q), q.Context)
	p := s.book.page(&v)
	p.Problem = s.problem
	if s.matcher == nil {
		return p
	}
	p.Searching = s.running != nil
	s.found.trim(v.first)
	p.Matches = s.found.count
	lo, hi := bounds(q, &v)
	if q.Context {
		p.Lines = s.context(q, &v, lo, hi)
	} else {
		p.Lines = s.matcher.lines(&v, s.found.within(lo, min(hi, s.hi), limitOf(q), q.forward()))
	}
	if len(p.Lines) > 0 {
		p.Before = s.found.below(p.Lines[0].Seq)
	}
	return p
}

// context returns the lines of the query's level and source, whatever their text, with the matches marked.
func (s *Search) context(q Query, v *view, lo, hi uint64) []Line {
	around, _ := newMatcher(Query{Level: q.Level, Source: q.Source, Since: q.Since}, v) // no pattern, no error
	found, _ := around.scan(context.Background(), v, lo, hi, limitOf(q), q.forward())
	return s.matcher.lines(v, found)
}

// setQuery starts a search if q differs from the present query, and matches the lines that arrived since the last call.
// The caller must hold s.mu.
func (s *Search) setQuery(q Query) view {
	q = Query{Level: q.Level, Source: q.Source, Text: q.Text, Pattern: q.Pattern, Since: q.Since} // no bounds
	v := s.book.snapshot()
	if s.matcher == nil && s.problem == "" || q != s.query {
		s.start(q, &v)
	}
	if s.matcher != nil && v.next > s.hi {
		v.spans(max(s.hi, v.first), v.next, false, func(c *chunk, i, j int) bool {
			s.found.append(s.matcher.matchChunk(c, i, j, nil))
			return true
		})
		s.hi = v.next
	}
	return v
}

// start cancels the running search and starts one for q. The caller must hold s.mu.
func (s *Search) start(q Query, v *view) {
	old, previous := s.query, s.found
	narrowing := s.matcher != nil && s.running == nil && narrows(old, q)
	if s.running != nil {
		s.cancel()
		s.running = nil
	}
	if !narrowing {
		s.hi = v.next // if narrowing, previous covers the lines below the present s.hi
	}
	s.query, s.found, s.problem = q, matches{}, ""
	m, err := newMatcher(q, v)
	if s.matcher = m; err != nil {
		s.matcher, s.problem = nil, problemOf(err)
		return
	}
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.running = &searchRun{step: make(chan struct{}, 1)}
	workers := make([]*matcher, min(runtime.GOMAXPROCS(0), maxWorkers)) // a matcher is for one goroutine
	for k := range workers {
		workers[k], _ = newMatcher(q, v)
	}
	scan := func(take func([]uint64) bool) { scanBackward(workers, v, take) }
	if narrowing {
		scan = func(take func([]uint64) bool) { workers[0].scanMatches(v, &previous, take) }
	}
	run := s.running
	s.runs.Go(func() { s.run(ctx, run, scan) })
}

// run adds what scan finds, newest first, until scan ends or another search replaces this one.
func (s *Search) run(ctx context.Context, run *searchRun, scan func(func([]uint64) bool)) {
	notified := time.Now()
	scan(func(found []uint64) bool {
		if ctx.Err() != nil {
			return false
		}
		if len(found) == 0 {
			return true
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running != run {
			return false
		}
		s.found.prepend(found)
		run.signal()
		if time.Since(notified) > notifyInterval {
			notified = time.Now()
			s.book.searchNotifier.notify(1, 1)
		}
		return true
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == run {
		s.running = nil
		s.cancel()
		run.signal()
		s.book.searchNotifier.notify(1, 1)
	}
}

func (r *searchRun) signal() {
	select {
	case r.step <- struct{}{}:
	default:
	}
}

// await waits up to viewTimeout until the running search has found enough lines or, if all is set, has ended. The
// caller must hold s.mu, which await releases while it waits.
func (s *Search) await(enough int, all bool) {
	run := s.running
	timer := time.NewTimer(viewTimeout)
	defer timer.Stop()
	for run != nil && s.running == run && (all || s.found.count < enough) {
		s.mu.Unlock()
		timedOut := false
		select {
		case <-run.step:
		case <-timer.C:
			timedOut = true
		}
		s.mu.Lock()
		if timedOut {
			return
		}
	}
}

// narrows reports whether every line that matches q also matches old.
func narrows(old, q Query) bool {
	return rank(strings.ToLower(q.Level)) >= rank(strings.ToLower(old.Level)) &&
		(old.Source == "" || old.Source == q.Source) && !q.Since.Before(old.Since) &&
		(old.Pattern == "" || old.Pattern == q.Pattern) &&
		strings.Contains(textsearch.Fold(q.Text), textsearch.Fold(old.Text))
}

// maxWorkers bounds how many chunks are searched in parallel.
const maxWorkers = 8

// scanBackward calls take with the matches of each chunk of v, newest chunk first, until take returns false. It
// searches one chunk per worker in parallel.
func scanBackward(workers []*matcher, v *view, take func([]uint64) bool) {
	var chunks []func(*matcher) []uint64
	v.spans(v.first, v.next, true, func(c *chunk, i, j int) bool {
		chunks = append(chunks, func(m *matcher) []uint64 { return m.matchChunk(c, i, j, nil) })
		return true
	})
	for group := range slices.Chunk(chunks, len(workers)) {
		found := make([][]uint64, len(group))
		var scanning sync.WaitGroup
		for k, scan := range group {
			scanning.Go(func() { found[k] = scan(workers[k]) })
		}
		scanning.Wait()
		if slices.ContainsFunc(found, func(f []uint64) bool { return !take(f) }) {
			return
		}
	}
}

// scanMatches calls take with the lines of previous that match, newest block first, until take returns false.
func (m *matcher) scanMatches(v *view, previous *matches, take func([]uint64) bool) {
	for k := len(previous.blocks) - 1; k >= 0; k-- {
		var found []uint64
		var current *chunk
		possible := false
		for _, seq := range previous.blocks[k] {
			if seq < v.first {
				continue
			}
			n, i := v.place(seq)
			if c := v.chunks[n]; c != current {
				current, possible = c, m.selectOrigins(c)
			}
			if possible && m.matchRow(current, i) && m.text.Match(current.shown(i, m.say)) {
				found = append(found, seq)
			}
		}
		if !take(found) {
			return
		}
	}
}
