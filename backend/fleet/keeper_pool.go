package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Pool reads the rows of the warm pool.
func (s *Service) Pool(ctx context.Context) (*backend.Pool, error) {
	rows, err := s.ledger.instances(ctx)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadPool"), err)
	}
	c, err := s.ledger.coordination(ctx)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadPool"), err)
	}
	p := s.poolOf(rows, c.health.of(c.rollout.Target), c.rollout)
	p.KeptAt = c.keptAt()
	if p.Backoff == nil && !p.Leader {
		p.Backoff = c.pause.backoff(c.health)
	}
	return &p, nil
}

// setTarget stores the sizes of the pool's tiers for Pool.
func (s *Service) setTarget(stopped, hot int) {
	s.mu.Lock()
	s.target, s.hotTarget, s.targeted = stopped, hot, true
	s.mu.Unlock()
}

func (s *Service) poolOf(rows []instanceRow, health healthRow, rollout rolloutRow) backend.Pool {
	f := s.current()
	p := backend.Pool{AsOf: s.Clock.Now(), Recycle: cmp.Or(f.Recycle, backend.Reuse), Backoff: health.backoff(f),
		Rollout: rollout.public()}
	p.Target, p.Hot = f.sizeAt(p.AsOf)
	s.mu.Lock()
	p.Leader = s.leading
	if p.Backoff == nil {
		p.Backoff = s.refused
	}
	if s.leading && s.targeted {
		p.Target, p.Hot = s.target, s.hotTarget
	}
	s.mu.Unlock()
	p.Wanted = f.stopped(p.Target, claimed(rows)) + p.Hot
	for _, r := range rows {
		if !r.intent() {
			p.Members = append(p.Members, r.member())
		}
	}
	p.Tiers = s.Prices.Tiers(p.TypeToLaunch(s.Names.InstanceTypes))
	slices.SortFunc(p.Members, func(a, b backend.PoolMember) int { return strings.Compare(a.InstanceID, b.InstanceID) })
	return p
}
