package logs

import "time"

// tape is what is known of an instance's records between two calls of Follow.
type followState struct {
	turn  chan struct{} // holds one token; who has it may use the rest
	since time.Time     // where it began
	last  time.Time     // latest arrival; like since by the cloud's clock
	at    map[string]position
	seq   sequencer
}

// maxFollowStates bounds the instances that are remembered.
const maxFollowStates = 16

// tape finds or makes the tape of an instance, and returns it with the book's present owner.
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

// begin makes the tape ready to go on, or to begin at since: what arrived between another session's end and this
// one's beginning is not this session's to see. It reports whether it begins.
func (t *followState) begin(instanceID string, since time.Time, hold time.Duration) bool {
	fresh := t.at == nil || (since.After(t.since) && !t.last.After(since))
	if fresh {
		t.since, t.last, t.at = since, time.Time{}, map[string]position{}
		t.seq = sequencer{iid: instanceID}
	}
	t.seq.hold = hold
	return fresh
}
