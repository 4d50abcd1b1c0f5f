package logs

import (
	"sync"
	"time"
)

// notifyInterval is the shortest time between two calls of a subscriber.
const notifyInterval = 75 * time.Millisecond

// notifier calls subscribers with ranges of new lines, coalesced. Its zero value is ready to use.
type notifier struct {
	mu          sync.Mutex
	subs        map[int]func(first, last uint64)
	nextID      int
	first, last uint64 // not yet announced; first is 0 if there is none
	scheduled   bool   // a call is scheduled or running
	lastCall    time.Time
}

func (n *notifier) subscribe(fn func(first, last uint64)) (cancel func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.subs == nil {
		n.subs = map[int]func(uint64, uint64){}
	}
	id := n.nextID
	n.nextID++
	n.subs[id] = fn
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.subs, id)
	}
}

// notify schedules a call for lines first to last.
func (n *notifier) notify(first, last uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.subs) == 0 {
		return
	}
	if n.first == 0 || first < n.first {
		n.first = first
	}
	n.last = max(n.last, last)
	if !n.scheduled {
		n.scheduled = true
		time.AfterFunc(max(0, notifyInterval-time.Since(n.lastCall)), n.flush)
	}
}

// flush calls the subscribers without holding the lock. It schedules itself again if lines arrived meanwhile.
func (n *notifier) flush() {
	n.mu.Lock()
	first, last := n.first, n.last
	n.first, n.last = 0, 0
	fns := make([]func(uint64, uint64), 0, len(n.subs))
	for id := range n.nextID {
		if fn := n.subs[id]; fn != nil {
			fns = append(fns, fn)
		}
	}
	n.mu.Unlock()
	for _, fn := range fns {
		fn(first, last)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lastCall = time.Now()
	n.scheduled = n.first != 0
	if n.scheduled {
		time.AfterFunc(notifyInterval, n.flush)
	}
}
