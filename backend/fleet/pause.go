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
	denied   bool   // the last failure was that AWS does not allow the step
	why      string // what AWS said to that
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
	if denied {
		now.why = refusalOf(err)
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

// pauseRowID is the key of the leases table's row that holds the pause of launches.
const pauseRowID = "pool-pause"

// pauseRow is the pause of launches that EC2 refused, so that it outlives the keeper that made it: a keeper that is a
// function lives for a few seconds. Only the holder of the pool's lease writes it.
type pauseRow struct {
	LeaseID  string `dynamodbav:"LeaseId"`
	Failures int
	Until    time.Time
	Denied   bool
	Why      string
	Health   int64 // version of the health row at the time: a later one, as of an operator's Resume, ends the pause
}

// counts reports whether the pause is still one.
func (r pauseRow) counts(health healthRow) bool { return r.Failures > 0 && r.Health == health.Version }

// backoff describes the pause for people. It returns nil if AWS allows launches.
func (r pauseRow) backoff(health healthRow) *backend.Backoff {
	if !r.Denied || !r.counts(health) {
		return nil
	}
	return &backend.Backoff{Failures: r.Failures, Why: messages.Verbatim(r.Why), RetryAt: r.Until}
}

// resumePause takes over the pause of launches from the keeper before this one.
func (k *keeper) resumePause(v observation) {
	if k.resumed {
		return
	}
	k.resumed, k.health, k.stored = true, v.health.Version, v.pause
	if !v.pause.counts(v.health) {
		return
	}
	left := v.pause.Until.Sub(k.s.Clock.Now())
	k.pauses[pauseKey{kind: stepLaunch}] = pause{failures: v.pause.Failures, denied: v.pause.Denied,
		until: time.Now().Add(min(left, launchLimit))}
	k.s.setRefused(v.pause.backoff(v.health))
}

// storePause stores the pause of launches if it has changed.
func (k *keeper) storePause(ctx context.Context) {
	p := k.pauses[pauseKey{kind: stepLaunch}]
	if p.failures == k.stored.Failures {
		return
	}
	row, err := pauseRow{}, error(nil)
	if p.failures == 0 {
		err = k.s.ledger.dropPause(ctx)
	} else {
		row = pauseRow{Failures: p.failures, Until: k.s.Clock.Now().Add(time.Until(p.until)), Denied: p.denied, Why: p.why,
			Health: k.health}
		err = k.s.ledger.putPause(ctx, row)
	}
	if err != nil {
		k.s.Log.Warn("the pause of launches was not stored", "cause", err)
		return
	}
	k.stored = row
}

// recordRefusal shows in the pool that AWS does not allow launches, and writes the first refusal in a row to the audit.
func (k *keeper) recordRefusal(ctx context.Context, p pause) {
	if !p.denied {
		return
	}
	if k.s.setRefused(&backend.Backoff{Failures: p.failures, Why: messages.Verbatim(p.why),
		RetryAt: k.s.Clock.Now().Add(time.Until(p.until))}) {
		k.s.recordEvent(ctx, auditRow{UserID: poolUser, Event: backend.EventFailed,
			Why: messages.New("fleet.launchRefused2", p.why)})
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
