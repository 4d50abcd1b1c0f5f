package fleet

import (
	"context"
	"math"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// healthRowID is the key of the leases table's row that counts the pool's failed launches.
const healthRowID = "pool-health"

const (
	// unprovenLaunches is how many instances of a launch template version are warmed at once until one became ready.
	unprovenLaunches = 3
	// maxCounted bounds how many failed instances a health row lists.
	maxCounted = 50
	// maxLogLines bounds how many lines of a failed instance's log a health row keeps, and maxLogLine the bytes of each.
	maxLogLines, maxLogLine = 10, 500
	healthTries             = 5
)

// launchPauses are the pauses before a launch after the second, third, and every further failure.
var launchPauses = []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour}

// healthRow counts the launches of one launch template version that failed to become ready since the last that did.
// It is a row of the leases table, so that the count outlives the keeper that made it.
type healthRow struct {
	LeaseID  string `dynamodbav:"LeaseId"`
	Version  int64  // grows with every write; each write is conditional on it
	Template string // the version of the launch template that the counts are of
	Proven   bool   // an instance of it became ready
	// Failures decides the pause. Instances that were launched together count as two failures at most.
	Failures int
	Total    int      // failed instances
	Counted  []string // their IDs, newest last, so that none is counted twice
	FailedAt time.Time
	// Of the last failed instance:
	InstanceID string   `dynamodbav:",omitempty"`
	Lines      []string `dynamodbav:",omitempty"` // the end of its log
	whyColumns
	// Other has the counts of the other version of a rollout, nil if there is none.
	Other *healthRow `dynamodbav:",omitempty"`
}

// launchResult is how the warming of an instance ended.
type launchResult struct {
	failed     bool
	instanceID string
	template   string // version of the launch template, empty if unknown
	launched   time.Time
	why        messages.Message
}

// of returns the counts for a launch template version, and as Other those of the version that was counted last.
func (h healthRow) of(template string) healthRow {
	if template == "" || template == h.Template {
		return h
	}
	of := healthRow{Template: template}
	if h.Other != nil && h.Other.Template == template {
		of = *h.Other
	}
	of.Version = h.Version
	if h.Template != "" {
		h.Other, h.Version = nil, 0
		of.Other = &h
	}
	return of
}

// add returns the counts after a result. Results of other versions than current change nothing.
func (h healthRow) add(r launchResult, current string, now time.Time) healthRow {
	h = h.of(current)
	if r.template != "" && h.Template != "" && r.template != h.Template {
		return h
	}
	if !r.failed {
		return healthRow{Version: h.Version, Template: h.Template, Proven: true, Other: h.Other}
	}
	if slices.Contains(h.Counted, r.instanceID) {
		return h
	}
	if h.Failures < 2 || r.launched.After(h.FailedAt) {
		h.Failures++
	}
	h.Total++
	h.Counted = append(slices.Clone(h.Counted), r.instanceID)
	h.Counted = h.Counted[max(0, len(h.Counted)-maxCounted):]
	h.FailedAt, h.InstanceID, h.whyColumns, h.Lines = now, r.instanceID, whyColumnsOf(r.why), nil
	return h
}

// stopped reports whether the pool launches no more until an operator resumes it or the launch template changes.
func (h healthRow) stopped(f Figures) bool { return h.Failures >= f.maxFailures() }

// retryAt returns when the next launch is due.
func (h healthRow) retryAt() time.Time {
	if h.Failures < 2 {
		return h.FailedAt
	}
	return h.FailedAt.Add(launchPauses[min(h.Failures-2, len(launchPauses)-1)])
}

// allowed returns how many instances may be launched now, given how many are warming.
func (h healthRow) allowed(template string, warming int, f Figures, now time.Time) int {
	h = h.of(template)
	switch {
	case h.Failures == 0 && h.Proven:
		return math.MaxInt
	case h.Failures == 0:
		return max(0, unprovenLaunches-warming)
	case h.stopped(f) || now.Before(h.retryAt()):
		return 0
	}
	return max(0, 1-warming)
}

// backoff describes the pause for people. It returns nil if launches are not held back.
func (h healthRow) backoff(f Figures) *backend.Backoff {
	if h.Failures < 2 {
		return nil
	}
	b := &backend.Backoff{Failures: h.Total, InstanceID: h.InstanceID, Why: h.message(), Lines: h.Lines,
		Stopped: h.stopped(f)}
	if !b.Stopped {
		b.RetryAt = h.retryAt()
	}
	return b
}

// maxFailures returns after how many failures launches stop.
func (f Figures) maxFailures() int {
	if f.MaxFailures <= 0 {
		return 6
	}
	return f.MaxFailures
}

// warmLimit returns how long an instance may take to become ready before it counts as broken.
func (f Figures) warmLimit() time.Duration {
	if f.WarmLimit <= 0 {
		return 15 * time.Minute
	}
	return f.WarmLimit
}

// recordResult counts a result in the health row. It writes under the row's Version, so that two keepers never lose
// each other's counts, and counts an instance once however often it is asked to.
func (s *Service) recordResult(ctx context.Context, r launchResult, current string) error {
	lines := s.lastLines(ctx, r)
	return s.updateHealth(ctx, func(h healthRow) healthRow {
		next := h.add(r, current, s.Clock.Now())
		if r.failed && next.InstanceID == r.instanceID && len(lines) > 0 {
			next.Lines = lines
		}
		return next
	})
}

// lastLines returns the end of a failed instance's log, nothing if it is not known.
func (s *Service) lastLines(ctx context.Context, r launchResult) []string {
	if !r.failed || s.LastLines == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	lines, err := s.LastLines(ctx, r.instanceID, r.launched)
	if err != nil {
		s.Log.Warn("the log of a failed instance could not be read", "instance", r.instanceID, "cause", err)
	}
	lines = slices.Clone(lines[max(0, len(lines)-maxLogLines):])
	for i, line := range lines {
		lines[i] = line[:min(len(line), maxLogLine)]
	}
	return lines
}

// resetHealth forgets the failures: launches go on at once.
func (s *Service) resetHealth(ctx context.Context) error {
	return s.updateHealth(ctx, func(h healthRow) healthRow {
		reset := h.forgiven()
		if h.Other != nil {
			other := h.Other.forgiven()
			reset.Other = &other
		}
		return reset
	})
}

// forgiven returns the counts without failures.
func (h healthRow) forgiven() healthRow {
	return healthRow{Version: h.Version, Template: h.Template, Proven: h.Proven}
}

func (s *Service) updateHealth(ctx context.Context, change func(healthRow) healthRow) error {
	var err error
	for range healthTries {
		var h healthRow
		if h, err = s.ledger.health(ctx); err != nil {
			return err
		}
		next := change(h)
		next.LeaseID, next.Version = healthRowID, h.Version+1
		if err = s.ledger.putHealth(ctx, next, h.Version); !isConditionFailed(err) {
			return err
		}
	}
	return err
}
