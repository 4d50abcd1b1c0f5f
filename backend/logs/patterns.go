package logs

import "time"

// count adds to the statistics. It does nothing if Forget was called since owner began.
func (b *Book) count(owner int, s Stats) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if owner != b.owner {
		return
	}
	b.stats.Records += s.Records
	b.stats.Others += s.Others
	b.stats.Malformed += s.Malformed
	b.stats.Duplicates += s.Duplicates
	b.stats.Lost += s.Lost
}

// forgetSession drops what belongs to the session before.
func (b *Book) forgetSession(owner int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if owner != b.owner {
		return
	}
	b.metrics, b.lastError, b.activity = nil, Line{}, activity{}
}

// maxActivityAge is how old a line may be to count as activity. A resumed session reads its old lines again.
const maxActivityAge = time.Minute

// matchPatterns calls OnReady, OnActivity and OnViewers for the instance's own lines, each at most once.
func (b *Book) matchPatterns(iid string, entries []entry) {
	ready, active := b.opts.ReadyPattern, b.opts.ActivityPattern
	if b.opts.OnReady == nil {
		ready = nil
	}
	now := b.cache.serverNow()
	b.reportViewers(iid, entries, now)
	if b.opts.OnActivity == nil || !b.activityDue(now) {
		active = nil
	}
	if ready == nil && active == nil {
		return
	}
	for i := range entries {
		e := &entries[i]
		if e.iid != iid || e.metrics != nil || e.source == launcherSource {
			continue
		}
		if ready != nil && ready.MatchString(e.text) {
			ready = nil
			b.opts.OnReady(iid)
		}
		if active != nil && now.Sub(e.arrived) < maxActivityAge && active.MatchString(e.text) {
			active = nil
			b.noteActivity(now)
			b.opts.OnActivity(iid)
		}
	}
}
