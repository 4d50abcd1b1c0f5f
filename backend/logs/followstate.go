package logs

import "time"

// followState is what is known of an instance's records between two calls of Follow.
type followState struct {
	turn  chan struct{} // holds one token; only its holder may use the other fields
	since time.Time     // where reading began
	last  time.Time     // latest arrival; like since by the cloud's clock
	at    map[string]position
	seq   sequencer
}

// maxFollowStates bounds the instances that are remembered.
const maxFollowStates = 16

// followState returns the state of an instance, and the present owner of the log.
func (b *Book) followState(instanceID string) (*followState, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.followStates[instanceID]
	if t == nil {
		for id, old := range b.followStates {
			if len(b.followStates) >= maxFollowStates && len(old.turn) == 1 {
				delete(b.followStates, id)
			}
		}
		t = &followState{turn: make(chan struct{}, 1)}
		t.turn <- struct{}{}
		b.followStates[instanceID] = t
	}
	return t, b.owner
}

// begin prepares to continue, or to start at since. It starts anew for a later session, because the records between two
// sessions may be another user's. It reports whether it starts anew.
func (t *followState) begin(instanceID string, since time.Time, hold time.Duration) bool {
	fresh := t.at == nil || (since.After(t.since) && !t.last.After(since))
	if fresh {
		t.since, t.last, t.at = since, time.Time{}, map[string]position{}
		t.seq = sequencer{iid: instanceID}
	}
	t.seq.hold = hold
	return fresh
}
