package dynamodb

import (
	"context"
	"math/big"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// oldestExpiry: items whose time to live lies further back are spared, as a guard against mistaken timestamps.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
const oldestExpiry = 5 * 365 * 24 * time.Hour

// sweepEvery is the least time between two passes over the expired items.
const sweepEvery = time.Second

// expiry is the timer of time to live: set for the earliest deletion that is known, unset while there is none.
type expiry struct {
	mu     sync.Mutex
	timer  *time.Timer
	at     time.Time // when the timer fires
	closed bool
	busy   sync.WaitGroup
}

func (e *expiry) close() {
	e.mu.Lock()
	e.closed = true
	if e.timer != nil {
		e.timer.Stop()
	}
	e.mu.Unlock()
	e.busy.Wait()
}

// arm has sweep run at the time given, or earlier where it is already set to.
func (s *Service) arm(at time.Time) {
	e := &s.expiry
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.timer != nil && !at.Before(e.at) {
		return
	}
	if e.timer != nil {
		e.timer.Stop()
	}
	e.at = at
	e.timer = time.AfterFunc(max(at.Sub(s.env.Now()), sweepEvery), s.sweep)
}

// armFor arms for one item's expiry.
func (s *Service) armFor(t *table, it *entry) {
	s.mu.RLock()
	attribute := t.def.TTLAttribute
	s.mu.RUnlock()
	if at, ok := expires(it, attribute); ok {
		s.arm(at.Add(s.opts.TTLDelay))
	}
}

// armAll arms for the earliest expiry of all items.
func (s *Service) armAll() {
	if _, next := s.expired(s.env.Now()); !next.IsZero() {
		s.arm(next)
	}
}

// expires is when an item's time to live ends.
func expires(e *entry, attribute string) (time.Time, bool) {
	if e == nil || attribute == "" {
		return time.Time{}, false
	}
	v := e.item[attribute]
	if v.kind != kindN || v.num.exp > 12 || v.num.sign() <= 0 {
		return time.Time{}, false
	}
	f, ok := new(big.Float).SetString(v.num.String())
	if !ok {
		return time.Time{}, false
	}
	seconds, _ := f.Int64()
	return time.Unix(seconds, 0), true
}

// sweep deletes what expired long enough ago, and arms for the next.
func (s *Service) sweep() {
	e := &s.expiry
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	e.timer = nil
	e.busy.Add(1)
	e.mu.Unlock()
	defer e.busy.Done()

	now := s.env.Now()
	due, next := s.expired(now)
	for _, w := range due {
		if s.expire(w, now) != nil {
			next = now.Add(time.Minute) // the store is in trouble: try again
		}
	}
	if !next.IsZero() {
		s.arm(next)
	}
}

// expired lists the deletions due by now, and when the next one is, the zero time where there is none.
func (s *Service) expired(now time.Time) (due []*write, next time.Time) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, t := range s.tables {
		attribute := t.def.TTLAttribute
		if attribute == "" {
			continue
		}
		t.rows.Scan(func(key string, e *entry) bool {
			at, ok := expires(e, attribute)
			at = at.Add(s.opts.TTLDelay)
			switch {
			case !ok || now.Sub(at) > oldestExpiry:
			case !at.After(now):
				due = append(due, &write{action: "DeleteItem", table: t, treeKey: key})
			case next.IsZero() || at.Before(next):
				next = at
			}
			return true
		})
	}
	return due, next
}

// expire deletes an item unless it has been given more time meanwhile.
func (s *Service) expire(w *write, now time.Time) *wire.Error {
	release, err := s.lock(context.Background(), []*write{w})
	if err != nil {
		return nil // the table is gone
	}
	defer release()
	s.mu.RLock()
	attribute := w.table.def.TTLAttribute
	s.mu.RUnlock()
	if at, ok := expires(w.old, attribute); !ok || at.Add(s.opts.TTLDelay).After(now) {
		return nil
	}
	w.new = nil
	return s.apply([]*write{w})
}
