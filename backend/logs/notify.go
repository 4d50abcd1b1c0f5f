package logs

import (
	"sync"
	"time"
)

// quiet is the shortest time between two calls of a subscriber.
const quiet = 75 * time.Millisecond

// bell tells subscribers of new lines, coalesced. Its zero value is ready.
type bell struct {
	mu          sync.Mutex
	subs        map[int]func(first, last uint64)
	nextID      int
	first, last uint64 // not yet told; first is 0 if there is nothing
	armed       bool   // a call is due or under way
	told        time.Time
}

func (b *bell) subscribe(fn func(first, last uint64)) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[int]func(uint64, uint64){}
	}
	id := b.nextID
	b.nextID++
	b.subs[id] = fn
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, id)
	}
}

// ring notes lines first to last as new.
func (b *bell) ring(first, last uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.subs) == 0 {
		return
	}
	if b.first == 0 || first < b.first {
		b.first = first
	}
	b.last = max(b.last, last)
	if !b.armed {
		b.armed = true
		time.AfterFunc(max(0, quiet-time.Since(b.told)), b.tell)
	}
}

// tell calls the subscribers without holding the lock, and arms the bell again where lines came meanwhile.
func (b *bell) tell() {
	b.mu.Lock()
	first, last := b.first, b.last
	b.first, b.last = 0, 0
	fns := make([]func(uint64, uint64), 0, len(b.subs))
	for id := range b.nextID {
		if fn := b.subs[id]; fn != nil {
			fns = append(fns, fn)
		}
	}
	b.mu.Unlock()
	for _, fn := range fns {
		fn(first, last)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = time.Now()
	b.armed = b.first != 0
	if b.armed {
		time.AfterFunc(quiet, b.tell)
	}
}
