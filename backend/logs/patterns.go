package logs

import "time"

// maxActivityAge is how old a line may be to count as activity. A resumed session reads its old lines again.
const maxActivityAge = time.Minute

// matchPatterns calls OnReady, OnActivity, OnViewers and OnSent for the instance's own lines, each at most once.
// now is the time by the clock that stamped them.
func (b *Book) matchPatterns(iid string, entries []Entry, now time.Time) {
	ready, active := b.opts.ReadyPattern, b.opts.ActivityPattern
	if b.opts.OnReady == nil {
		ready = nil
	}
	b.reportViewers(iid, entries, now)
	b.reportSent(iid, entries, now)
	if b.opts.OnActivity == nil || !b.activityDue(now) {
		active = nil
	}
	if ready == nil && active == nil {
		return
	}
	for i := range entries {
		e := &entries[i]
		if e.InstanceID != iid || e.Metrics != nil || e.Source == LauncherSource {
			continue
		}
		if ready != nil && ready.MatchString(e.Text) {
			ready = nil
			b.opts.OnReady(iid)
		}
		if active != nil && now.Sub(e.Arrived) < maxActivityAge && active.MatchString(e.Text) {
			active = nil
			b.noteActivity(now)
			b.opts.OnActivity(iid)
		}
	}
}
