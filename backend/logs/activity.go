package logs

import "time"

const (
	// activityInterval is how often continuing activity is reported.
	activityInterval = 15 * time.Second
	// watchedRate is a rate in bytes a second that an instance exceeds only if somebody watches its stream. An idle one
	// sends its log, about 10 kB/s; the lowest bit rate of Pixel Streaming is several times this.
	watchedRate = 100_000
	// unknownViewers means that somebody watches, but the instance does not say how many.
	unknownViewers = -1
)

// activity is what OnActivity and OnViewers were last called with.
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

// reportViewers calls OnViewers with the number in the instance's newest metrics record, if the record is fresh.
func (b *Book) reportViewers(iid string, entries []Entry, now time.Time) {
	if b.opts.OnViewers == nil {
		return
	}
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if e.Metrics == nil || e.InstanceID != iid {
			continue
		}
		if n := viewersOf(e.Metrics); now.Sub(e.Arrived) < maxActivityAge && b.viewersDue(n, now) {
			b.opts.OnViewers(iid, n)
		}
		return
	}
}

// viewersDue reports whether to call OnViewers with n, and notes the call.
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

// viewersOf returns the viewers that a metrics record implies. If it lacks their number, the outgoing rate decides.
func viewersOf(m *Metrics) int {
	switch {
	case m.Players != nil && *m.Players >= 1:
		return int(min(*m.Players, 1<<20))
	case m.Players == nil && m.NetOut != nil && *m.NetOut > watchedRate:
		return unknownViewers
	}
	return 0
}
