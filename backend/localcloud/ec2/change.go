package ec2

import (
	"encoding/json"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// change is one atomic change of the state: what it touched, to be written to disk and told to Options.Changed.
type change struct {
	s       *Service
	now     time.Time
	touched map[string]*instance
	ops     []store.Op
	events  []Instance
}

// update runs fn with s.mu held and, unless it fails, takes the transitions that are due at once, writes what changed
// to disk and tells it. fn must check everything before it changes anything: there is no way back.
func (s *Service) update(now time.Time, fn func(ch *change) *wire.Error) *wire.Error {
	err := s.commit(now, fn)
	s.deliver()
	return err
}

func (s *Service) commit(now time.Time, fn func(ch *change) *wire.Error) *wire.Error {
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	ch, err := s.inMemory(now, fn)
	if err != nil {
		return err
	}
	if err := s.st.Apply(ch.ops...); err != nil {
		// Memory is ahead of the disk now, and the next write of the same instance heals that.
		return wire.Errorf(500, "InternalError", "An internal error has occurred: %s", err.Error())
	}
	return nil
}

func (s *Service) inMemory(now time.Time, fn func(ch *change) *wire.Error) (*change, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := &change{s: s, now: now, touched: map[string]*instance{}}
	if err := fn(ch); err != nil {
		return nil, err
	}
	for _, id := range sortedKeys(ch.touched) {
		ch.settle(ch.touched[id])
	}
	// Queued before s.mu is released, so that the order of events is the order of changes.
	s.eventsMu.Lock()
	s.events = append(s.events, ch.events...)
	s.eventsMu.Unlock()
	return ch, nil
}

// settle takes an instance through all transitions that are due, sets a timer for the next one, and notes the write.
func (ch *change) settle(in *instance) {
	for in.Next != "" && !in.NextAt.After(ch.now) {
		ch.advance(in)
	}
	if ch.s.instances[in.ID] != in {
		return // it has just been forgotten
	}
	ch.s.schedule(in, ch.now)
	ch.put(bucketInstances, in.ID, in)
}

// touch says that an instance has changed and tells it.
func (ch *change) touch(in *instance) {
	ch.touched[in.ID] = in
	ch.events = append(ch.events, in.value())
}

// put notes a write of v, as JSON, to the disk.
func (ch *change) put(bucket, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("ec2: state that is not JSON: " + err.Error())
	}
	ch.ops = append(ch.ops, store.Op{Bucket: bucket, Key: key, Value: data})
}

// drop notes that a key goes from the disk.
func (ch *change) drop(bucket, key string) {
	ch.ops = append(ch.ops, store.Op{Bucket: bucket, Key: key})
}

// deliver tells the queued events in order. One caller at a time does; another, also one that comes from within
// Changed, leaves its events to it.
func (s *Service) deliver() {
	s.eventsMu.Lock()
	defer s.eventsMu.Unlock()
	if s.delivering {
		return
	}
	s.delivering = true
	for len(s.events) > 0 {
		events := s.events
		s.events = nil
		s.eventsMu.Unlock()
		if s.opts.Changed != nil {
			for _, e := range events {
				s.opts.Changed(e)
			}
		}
		s.eventsMu.Lock()
	}
	s.delivering = false
}
