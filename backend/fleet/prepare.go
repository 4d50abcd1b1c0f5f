package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

// warmCacheAge is how old a cached list of warm instances may be for a claim to use it. A claim by an older list would
// be safe, by its conditions, but its transaction would probably fail.
const warmCacheAge = time.Minute

// seatsRow is the row of the leases table that counts seats.
const seatsRow = "seats"

// Prepare does in advance what a start needs: its first call fetches credentials, the desktop takes its seat, and the
// warm instances are read. It returns how long earlier starts took and what sessions cost.
func (s *Service) Prepare(ctx context.Context, u backend.User) (*backend.Prepared, error) {
	all, actx := errgroup.WithContext(ctx)
	all.Go(func() error { return s.takeSeat(actx) })
	all.Go(func() error {
		rows, err := s.ledger.inState(actx, backend.Warm)
		if err == nil {
			s.cacheWarm(rows)
		}
		return err
	})
	var p backend.Prepared
	all.Go(func() (err error) {
		p, err = s.readHistory(actx, u)
		return err
	})
	if err := all.Wait(); err != nil {
		return nil, problem(messages.New("fleet.cannotReadPool"), err)
	}
	return &p, nil
}

// cacheWarm keeps a list of the warm instances for the next claim.
func (s *Service) cacheWarm(rows []instanceRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warmRows, s.warmReadAt = rows, time.Now()
}

// takeCachedWarm returns the cached list of warm instances and drops it. It returns nil if there is none
// or it is too old.
func (s *Service) takeCachedWarm() []instanceRow {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.warmRows
	s.warmRows = nil
	if time.Since(s.warmReadAt) > warmCacheAge {
		return nil
	}
	return rows
}

// takeSeat gets this desktop's seat from the counter, once.
func (s *Service) takeSeat(ctx context.Context) error {
	s.mu.Lock()
	had := s.seated
	s.mu.Unlock()
	if had {
		return nil
	}
	n, err := s.ledger.nextNumber(ctx, seatsRow)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.seatNo, s.seated = n, true
	s.mu.Unlock()
	return nil
}

func (s *Service) seat() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seatNo
}
