package logs

import (
	"context"
	"errors"
	"time"
)

// Follow adds the log of an instance as the Source reads it: what arrived at since or later, by the Source's clock,
// until ctx is done. It returns ctx's error, or nil if the Source has ended. If the same session was followed before,
// it continues after the last record. Two calls for one instance run one after the other.
func (b *Book) Follow(ctx context.Context, instanceID string, since time.Time) error {
	if b.opts.Source == nil {
		return errors.New("logs: no source to read from")
	}
	s, owner := b.followState(instanceID)
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.begin(since) {
		b.forgetSession(owner)
	}
	r := Request{InstanceID: instanceID, Since: s.since, Cursor: s.cursor}
	for batch := range b.opts.Source.Read(ctx, r) {
		s.cursor, s.readTo = batch.Cursor, batch.ReadTo
		b.take(owner, instanceID, &batch)
	}
	return ctx.Err()
}

// take stores a batch that was read for owner, and calls for readiness and activity.
func (b *Book) take(owner int, instanceID string, batch *Batch) {
	now := batch.Now
	if now.IsZero() {
		now = time.Now()
	}
	b.count(owner, batch.Counts)
	b.appendFor(owner, batch.Entries)
	b.matchPatterns(instanceID, batch.Entries, now)
}

// count adds to the statistics. It does nothing if Forget was called since owner began.
func (b *Book) count(owner int, c Counts) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if owner == b.owner {
		b.stats.Add(c)
	}
}

// forgetSession drops what belongs to the session before.
func (b *Book) forgetSession(owner int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if owner != b.owner {
		return
	}
	b.metrics, b.lastError, b.activity, b.traffic = nil, lastError{}, activity{}, traffic{}
}

// followState is what is known of an instance's log between two calls of Follow.
type followState struct {
	turn   chan struct{} // holds one token; only its holder may use the other fields
	since  time.Time     // where reading began
	readTo time.Time     // see Batch; like since by the Source's clock
	cursor Cursor        // nil before the first batch
}

// maxFollowStates bounds the instances that are remembered.
const maxFollowStates = 16

// followState returns the state of an instance, and the present owner of the log.
func (b *Book) followState(instanceID string) (*followState, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.followStates[instanceID]
	if s == nil {
		for id, old := range b.followStates {
			if len(b.followStates) >= maxFollowStates && len(old.turn) == 1 {
				delete(b.followStates, id)
			}
		}
		s = &followState{turn: make(chan struct{}, 1)}
		s.turn <- struct{}{}
		b.followStates[instanceID] = s
	}
	return s, b.owner
}

// begin prepares to continue, or to start at since. It starts anew for a later session, because the records between two
// sessions may be another user's. It reports whether it starts anew.
func (s *followState) begin(since time.Time) bool {
	fresh := s.cursor == nil || since.After(s.since) && !s.readTo.After(since)
	if fresh {
		s.since, s.readTo, s.cursor = since, time.Time{}, nil
	}
	return fresh
}
