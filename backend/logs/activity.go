package logs

import "time"

const (
	// activityInterval is how often use that goes on is told again.
	activityInterval = 15 * time.Second
	// watchedRate is how many bytes a second an instance sends out only if somebody watches its stream. An idle one
	// sends its log, some 10 kB/s; the lowest bit rate of Pixel Streaming is several times this.
	watchedRate = 100_000
	// unknownViewers stands for somebody who watches, if the instance does not say how many do.
	unknownViewers = -1
)

// use is what the launcher has been told of the session's use.
type activity struct {
	lineAt    time.Time // when OnActivity was last called
	viewers   int
	viewersAt time.Time // when OnViewers was last called; zero before
}

func (b *Book) activityDue(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Sub(b.activity.lineAt) >= activityInterval
}

func (b *Book) noteActivity(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.activity.lineAt = now
}

// reportViewers tells OnViewers what the newest of the instance's metrics records says, if it is fresh.
func (b *Book) reportViewers(iid string, entries []entry, now time.Time) {
	if b.opts.OnViewers == nil {
		return
	}
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if e.metrics == nil || e.iid != iid {
			continue
		}
		if n := viewersOf(e.metrics); now.Sub(e.arrived) < maxActivityAge && b.viewersDue(n, now) {
			b.opts.OnViewers(iid, n)
		}
		return
	}
}

// viewersDue reports whether n is to be told, and notes that it is.
func (b *Book) viewersDue(n int, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &b.activity
	if n == u.viewers && (n == 0 || now.Sub(u.viewersAt) < activityInterval) {
		return false
	}
	u.viewers, u.viewersAt = n, now
	return true
}

// viewersOf is how many viewers a metrics record speaks of. A record without their number goes by what the instance
// sends.
func viewersOf(m *Metrics) int {
	switch {
	case m.Players != nil && *m.Players >= 1:
		return int(min(*m.Players, 1<<20))
	case m.Players == nil && m.NetOut != nil && *m.NetOut > watchedRate:
		return unknownViewers
	}
	return 0
}
