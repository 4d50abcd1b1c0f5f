package fleet

import (
	"context"
	"sync"
	"time"

	"avatar-launcher/backend"
)

// stopwatch times the phases of a start as they are reported.
type stopwatch struct {
	report func(backend.Progress)
	mu     sync.Mutex
	phase  backend.Phase
	since  time.Time
	took   map[backend.Phase]int64
}

func (w *stopwatch) progress(p backend.Progress) {
	w.mu.Lock()
	if p.Phase != "" && p.Phase != w.phase {
		w.lap()
		w.phase, w.since = p.Phase, time.Now()
	}
	w.mu.Unlock()
	w.report(p)
}

func (w *stopwatch) lap() {
	if w.took == nil {
		w.took = map[backend.Phase]int64{}
	}
	if w.phase != "" {
		w.took[w.phase] += int64(time.Since(w.since))
	}
}

// phases ends the last phase and gives what each took, in nanoseconds.
func (w *stopwatch) phases() map[backend.Phase]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lap()
	return w.took
}

// recordReady stores ReadyAt and writes the audit row of a start. It runs in the background.
func (s *Service) recordReady(ctx context.Context, row sessionRow, session backend.Session,
	phases map[backend.Phase]int64) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := s.ledger.recordReady(ctx, row, session.ReadyAt)
	if err != nil {
		s.Log.Warn("that the avatar is ready was not written down", "cause", err)
	}
	if row.Cold { // nobody has seen the instance ready before
		if err := s.ledger.markReady(ctx, row.InstanceID, row.Epoch, backend.Claimed,
			backend.Recycling); unlessConditionFailed(err) != nil {
			s.Log.Warn("that the instance was ready was not written down: it is replaced after the session", "cause", err)
		}
	}
	var sum int64
	for _, took := range phases {
		sum += took
	}
	s.recordEvent(ctx, auditRow{
		UserID:       row.UserID,
		Username:     row.Username,
		Actor:        row.Username,
		Event:        backend.EventStarted,
		InstanceID:   row.InstanceID,
		Cold:         row.Cold,
		InstanceType: row.InstanceType,
		StartTook:    sum,
		Phases:       phases,
	})
}
