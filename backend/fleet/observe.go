package fleet

import (
	"context"
	"errors"
	"slices"
	"time"
)

// observe reads the cloud first and its records afterwards: a record may be newer than what EC2 said, never older.
func (k *keeper) observe(ctx context.Context) (observation, error) {
	s := k.s
	v := observation{figures: s.current(), ready: map[string]bool{}, asking: map[string]bool{}}
	var err error
	if v.instances, err = s.compute.list(ctx); err != nil {
		return v, err
	}
	if v.rows, err = s.ledger.instances(ctx); err != nil {
		return v, err
	}
	sessions, err := s.ledger.sessions(ctx)
	if err != nil {
		return v, err
	}
	for _, r := range sessions {
		if !s.isUsersName(r.Domain) {
			r.Domain = ""
		}
		if r.Phase == ended {
			v.ended = append(v.ended, r)
		} else {
			v.sessions = append(v.sessions, r)
		}
	}
	c, err := s.ledger.coordination(ctx)
	if err != nil {
		return v, err
	}
	v.health, v.rollout, v.pause = c.health, c.rollout, c.pause
	v.size, v.hot = v.figures.sizeAt(s.Clock.Now())
	if c.sizes != nil && c.sizes.Hot != nil {
		v.size, v.hot = c.sizes.Stopped, *c.sizes.Hot
	} else if c.sizes != nil {
		v.size, v.hot = c.sizes.Stopped, min(v.hot, c.sizes.Stopped) // an operator who wants fewer instances wants no more running ones
	}
	s.setTarget(v.size, v.hot)
	for _, t := range c.tickets {
		if k.seen.still(t, time.Now()) {
			v.stale = append(v.stale, t)
		} else {
			v.tickets = append(v.tickets, t)
		}
	}
	k.observeResets(ctx, &v)
	k.askWarming(ctx, &v)
	if time.Now().Before(k.driftAt) {
		v.current = k.current
		return v, nil
	}
	k.driftAt = time.Now().Add(driftInterval)
	if err := k.observeDrift(ctx, &v); err != nil {
		s.Log.Warn("the schedules, names and the launch template could not all be compared", "cause", err)
	}
	return v, nil
}

// observeDrift reads what rarely changes and costs a call each: schedules, names, the launch template.
func (k *keeper) observeDrift(ctx context.Context, v *observation) error {
	t, unread := k.s.compute.template(ctx, "")
	if unread == nil {
		k.current = t
	}
	v.current = k.current
	var unnamed, unarmed error
	v.names, unnamed = k.s.names(ctx)
	armed := map[string]time.Time{}
	for _, r := range v.sessions {
		if r.InstanceID == "" || unarmed != nil {
			continue
		}
		armed[r.InstanceID], unarmed = k.s.armedAt(ctx, r.InstanceID)
	}
	if unarmed == nil {
		v.armed = armed
	}
	return errors.Join(unread, unnamed, unarmed)
}

// openSessions lists the sessions that have not ended.
func (s *Service) openSessions(ctx context.Context) ([]sessionRow, error) {
	all, err := s.ledger.sessions(ctx)
	return slices.DeleteFunc(all, func(r sessionRow) bool { return r.Phase == ended }), err
}

// names returns the addresses of the zone's names; parked stands for the parking address.
func (s *Service) names(ctx context.Context) (map[string]string, error) {
	names, err := s.dns.list(ctx)
	for name, address := range names {
		if address == s.Names.ParkingAddress {
			names[name] = parked
		}
	}
	return names, err
}
