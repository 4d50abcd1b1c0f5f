package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// The pauses before a step that failed is tried again: the first, which doubles with every further failure in a row,
// and the longest. Launches, and what AWS does not allow, wait longer: they leave nothing running.
const (
	stepPause   = busyInterval
	stepLimit   = time.Minute
	launchLimit = 10 * time.Minute
)

// pause is how a step has failed.
type pause struct {
	failures int // in a row
	until    time.Time
	denied   bool // the last failure was that AWS does not allow the step
}

// pauses are the steps that failed when they were last tried.
type pauses map[pauseKey]pause

// pauseKey tells the steps apart that pause. Names share one pause, since Route 53 fails for all of them, and so do
// launches, which have no instance yet.
type pauseKey struct {
	kind stepKind
	id   string // of the instance or the ticket
}

func keyOf(a step) pauseKey {
	if a.kind == stepRename || a.kind == stepLaunch {
		return pauseKey{kind: a.kind}
	}
	return pauseKey{a.kind, a.row.InstanceID + a.ticket.LeaseID}
}

// left returns how much longer a step is paused, zero if it may be tried.
func (p pauses) left(a step) time.Duration { return max(0, time.Until(p[keyOf(a)].until)) }

// failed records a failure, and returns what is known of the step now.
func (p pauses) failed(a step, err error) pause {
	first, limit := stepPause, stepLimit
	if a.kind == stepRename {
		first = quietInterval
	}
	denied := awsx.IsDenied(err)
	if a.kind == stepLaunch || denied {
		limit = launchLimit
	}
	was := p[keyOf(a)]
	now := pause{
		failures: was.failures + 1,
		until:    time.Now().Add(min(first<<min(was.failures, 20), limit)),
		denied:   denied,
	}
	p[keyOf(a)] = now
	return now
}

// worked forgets the failures of a step.
func (p pauses) worked(a step) { delete(p, keyOf(a)) }

// keepOnly forgets the steps that are no longer planned.
func (p pauses) keepOnly(planned []step) {
	still := map[pauseKey]bool{}
	for _, a := range planned {
		still[keyOf(a)] = true
	}
	for key := range p {
		if !still[key] {
			delete(p, key)
		}
	}
}

// recordRefusal shows in the pool that AWS does not allow launches, and writes the first refusal in a row to the audit.
func (k *keeper) recordRefusal(ctx context.Context, p pause, err error) {
	if !p.denied {
		return
	}
	why := refusalOf(err)
	if k.s.setRefused(&backend.Backoff{Failures: p.failures, Why: messages.Verbatim(why),
		RetryAt: k.s.Clock.Now().Add(time.Until(p.until))}) {
		k.s.recordEvent(ctx, auditRow{UserID: poolUser, Event: backend.EventFailed,
			Why: messages.New("fleet.launchRefused2", why)})
	}
}

// setRefused stores why AWS does not allow launches, nil if it does. It reports whether that was not known before.
func (s *Service) setRefused(b *backend.Backoff) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = s.refused == nil
	s.refused = b
	return first
}
