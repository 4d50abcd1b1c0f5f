package fleet

import (
	"cmp"
	"context"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

var (
	_ backend.Operator = (*Service)(nil)
	_ backend.History  = (*Service)(nil)
)

// sizeRow is the row of the leases table that holds the pool's size if an operator has set it.
const sizeRow = "pool-size"

// Overview reads everything that an operator sees. It returns all of it or an error.
func (s *Service) Overview(ctx context.Context) (*backend.Overview, error) {
	o := &backend.Overview{
		AsOf:      s.Clock.Now(),
		Machines:  []backend.Machine{},
		Sessions:  []backend.Session{},
		Leases:    []backend.Lease{},
		Queue:     []backend.Ticket{},
		Schedules: []backend.Schedule{},
		Audit:     []backend.Entry{},
	}
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error {
		machines, err := s.compute.list(ctx)
		for _, m := range machines {
			if !m.State.Gone() {
				o.Machines = append(o.Machines, m.Machine)
			}
		}
		return err
	})
	all.Go(func() error {
		pool, err := s.Pool(ctx)
		if pool != nil {
			o.Pool = *pool
		}
		return err
	})
	all.Go(func() error {
		rows, err := s.openSessions(ctx)
		for _, r := range rows {
			o.Sessions = append(o.Sessions, *r.session())
		}
		return err
	})
	all.Go(func() error {
		c, err := s.ledger.coordination(ctx)
		for _, l := range c.leases {
			if l.free() {
				continue
			}
			o.Leases = append(o.Leases, backend.Lease{
				ID:       l.LeaseID,
				Holder:   l.Holder,
				Version:  l.Version,
				Duration: time.Duration(l.Duration),
			})
		}
		for _, t := range c.tickets {
			o.Queue = append(o.Queue, t.ticket())
		}
		o.Resized = c.sizes
		return err
	})
	all.Go(func() (err error) {
		o.Schedules, err = s.schedules(ctx)
		return err
	})
	all.Go(func() error {
		for _, day := range []time.Time{o.AsOf, o.AsOf.AddDate(0, 0, -1)} {
			rows, err := s.ledger.eventsOfDay(ctx, day)
			if err != nil {
				return err
			}
			for _, r := range slices.Backward(rows) {
				if r.Event != backend.EventOccupancy {
					o.Audit = append(o.Audit, r.entry())
				}
			}
		}
		return nil
	})
	if err := all.Wait(); err != nil { // an empty list would say that there is nothing
		return nil, problem(messages.New("fleet.cannotLookFleet"), err)
	}
	return o, nil
}

// schedules lists the armed stops, soonest first. ListSchedules does not return the times, so each schedule is read.
func (s *Service) schedules(ctx context.Context) ([]backend.Schedule, error) {
	out := []backend.Schedule{}
	ids, err := s.alarm.list(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		at, err := s.armedAt(ctx, id)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() {
			out = append(out, backend.Schedule{InstanceID: id, At: at})
		}
	}
	slices.SortFunc(out, func(a, b backend.Schedule) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.InstanceID, b.InstanceID))
	})
	return out, nil
}

// StopInstance ends whatever session the instance has and stops it.
func (s *Service) StopInstance(ctx context.Context, actor backend.User, instanceID, reason string) error {
	return s.operate(ctx, actor, instanceID, reason, backend.Recycling)
}

// Retire takes an instance out of the pool for good.
func (s *Service) Retire(ctx context.Context, actor backend.User, instanceID, reason string) error {
	return s.operate(ctx, actor, instanceID, reason, backend.Retired)
}

var errNoReason = &backend.Problem{
	Kind: backend.KindConfig,
	What: messages.New("fleet.nothingDone"),
	Why:  messages.New("fleet.noReason"),
	Next: messages.New("fleet.sayWhyWrittenAudit"),
}

func (s *Service) operate(ctx context.Context, actor backend.User, instanceID, reason string,
	state backend.PoolState) error {
	if reason == "" {
		return errNoReason
	}
	inst, err := s.member(ctx, instanceID)
	if err != nil {
		return err
	}
	if inst.State == backend.Claimed {
		row, err := s.ledger.session(ctx, inst.Owner)
		if err != nil {
			return problem(messages.New("fleet.cannotReadSession", instanceID), err)
		}
		if row != nil && row.Phase != ended && row.InstanceID == instanceID && row.Epoch == inst.Epoch {
			return s.end(ctx, *row, state, actor.Username, messages.Verbatim(reason))
		}
	}
	do := step{kind: stepStop, row: *inst, why: messages.Verbatim(reason)}
	if state == backend.Retired {
		do.kind = stepRetire
	}
	if err := s.execute(ctx, do); err != nil {
		return problem(messages.New("fleet.cannot", instanceID), err)
	}
	s.recordEvent(ctx, auditRow{
		UserID:     poolUser,
		Actor:      actor.Username,
		Event:      endEvents[state],
		InstanceID: instanceID,
		Why:        messages.Verbatim(reason),
	})
	s.wake()
	return nil
}

// Resize sets the sizes of the pool's tiers for all desktops; nil gives them back to their profiles. The keeper takes it up at
// its next turn.
func (s *Service) Resize(ctx context.Context, actor backend.User, sizes *backend.PoolSizes, reason string) error {
	if sizes != nil && !fits(*sizes, s.current().MaxInstances) {
		return &backend.Problem{
			Kind: backend.KindConfig,
			What: messages.New("fleet.poolKeepsSize"),
			Why:  messages.New("fleet.sizeAskedNotBetween"),
			Next: messages.New("fleet.chooseAnotherRaiseMax"),
		}
	}
	if reason == "" {
		return errNoReason
	}
	var err error
	why := messages.New("fleet.sizeProfile", reason)
	switch {
	case sizes == nil:
		err = s.ledger.clearSize(ctx)
	default:
		why = messages.New("fleet.size", sizes.Stopped, reason)
		if sizes.Hot != nil {
			why = messages.New("fleet.sizes", sizes.Stopped, *sizes.Hot, reason)
		}
		err = s.ledger.setSizes(ctx, *sizes, messages.Verbatim(actor.Username), messages.Verbatim(reason))
	}
	if err != nil {
		return problem(messages.New("fleet.cannotResizePool"), err)
	}
	s.recordEvent(ctx, auditRow{UserID: poolUser, Actor: actor.Username, Event: backend.EventResized, Why: why})
	s.wake()
	return nil
}

// fits reports whether both tiers are within max_instances together.
func fits(sizes backend.PoolSizes, most int) bool {
	hot := 0
	if sizes.Hot != nil {
		hot = *sizes.Hot
	}
	return sizes.Stopped >= 0 && hot >= 0 && sizes.Stopped <= most && hot <= most-sizes.Stopped
}

// Resume lets the pool launch instances again after failures held it back, and a rollout go on that was paused.
func (s *Service) Resume(ctx context.Context, actor backend.User, reason string) error {
	if reason == "" {
		return errNoReason
	}
	if err := s.resetHealth(ctx); err != nil {
		return problem(messages.New("fleet.cannotResumePoolLaunches"), err)
	}
	if err := s.updateRollout(ctx, func(r rolloutRow) rolloutRow { r.Paused = false; return r }); err != nil {
		return problem(messages.New("fleet.cannotResumePoolLaunches"), err)
	}
	s.recordEvent(ctx, auditRow{UserID: poolUser, Actor: actor.Username, Event: backend.EventResumed,
		Why: messages.Verbatim(reason)})
	s.wake()
	return nil
}
