package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// The queue is a set of rows in the leases table, one a waiting user, served by number. Numbers come from a counter,
// so that no two are the same. A ticket that is not kept alive lapses.
const (
	ticketPrefix   = "queue#"
	numbersRow     = "queue-number"
	ticketLife     = time.Minute      // a ticket whose Version does not change for this long has lapsed
	queueInterval  = 4 * time.Second  // between the turns of a waiter, with jitter
	launchInterval = 30 * time.Second // between launches that the first in the queue tries
)

// ticketRow is a user's place in the queue. As with a lease, only a changing Version shows that it is alive: no time of
// another machine is compared.
type ticketRow struct {
	LeaseID    string `dynamodbav:"LeaseId"`
	UserID     string `dynamodbav:"UserId"`
	Username   string
	Number     int64
	Version    int64
	Since      time.Time
	LauncherID string `dynamodbav:"LauncherId"`
}

func (t ticketRow) ticket() backend.Ticket {
	return backend.Ticket{
		UserID:     t.UserID,
		Username:   t.Username,
		Number:     t.Number,
		Since:      t.Since,
		LauncherID: t.LauncherID,
	}
}

// queue waits until an instance is the user's. Warm instances are claimed in turn (the keeper reserves each for whose
// turn it is); the first in the queue also tries to launch, since AWS may have capacity again.
func (s *Service) queue(ctx context.Context, u backend.User, lost map[string]bool, lack error,
	report func(backend.Progress)) (
	*sessionRow, error,
) {
	report = withoutTries(report) // the place in the queue and its reason are what is said
	w := &waiter{s: s, user: u, lost: lost, seen: sightings{}, launchAt: time.Now().Add(launchInterval)}
	w.lacks(lack)
	if err := w.enter(ctx); err != nil {
		return nil, err
	}
	s.wake()
	defer w.leave(ctx)
	for {
		row, err := w.turn(ctx, report)
		switch {
		case err == nil && row != nil:
			return row, nil
		case err != nil && !isCapacity(err) && !errors.Is(err, errFull) && !isBusy(err):
			return nil, err
		case err != nil && !isBusy(err):
			w.lacks(err)
		}
		if err := awsx.Sleep(ctx, queueInterval/2+rand.N(queueInterval)); err != nil {
			return nil, err
		}
	}
}

// lackOf returns, for people, why there is no instance. Of a quota it also says what to do: waiting may not help.
func lackOf(err error) messages.Message {
	p := backend.ProblemOf(problem(messages.New("fleet.cannotStartInstance"), err))
	switch {
	case p == nil:
		return messages.Message{}
	case isQuota(err):
		return messages.Join(p.Why, p.Next)
	}
	return p.Why
}

// lacks records why there is no instance.
func (w *waiter) lacks(err error) { w.why, w.quota = lackOf(err), isQuota(err) }

// waiter is a user in the queue.
type waiter struct {
	s        *Service
	user     backend.User
	lost     map[string]bool  // instances not to be tried again
	why      messages.Message // why there is no instance, as known last
	quota    bool             // it is the account's quota, which no instance that comes back gives more of
	ticket   ticketRow
	seen     sightings
	launchAt time.Time
}

// enter takes a number, or continues with the ticket that another desktop of the same user holds.
func (w *waiter) enter(ctx context.Context) error {
	n, err := w.s.ledger.nextNumber(ctx, numbersRow)
	if err != nil {
		return err
	}
	w.ticket = ticketRow{
		LeaseID:    ticketPrefix + w.user.ID,
		UserID:     w.user.ID,
		Username:   w.user.Username,
		LauncherID: w.s.LauncherID,
		Number:     n,
		Version:    1,
		Since:      w.s.Clock.Now(),
	}
	return w.s.ledger.addTicket(ctx, w.ticket)
}

// leave deletes the ticket, also if ctx is done. It keeps the ticket if the start goes on elsewhere; one
// that does not lapses.
func (w *waiter) leave(ctx context.Context) {
	if errors.Is(context.Cause(ctx), backend.ErrGoesOn) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := w.s.ledger.removeTicket(ctx, w.ticket.LeaseID)
	if err != nil {
		w.s.Log.Warn("the place in the queue was not given up; it lapses", "cause", err)
	}
	w.s.wake()
}

// turn keeps the ticket alive, reports its place, and tries what the place allows.
func (w *waiter) turn(ctx context.Context, report func(backend.Progress)) (*sessionRow, error) {
	if err := w.keepAlive(ctx); err != nil {
		return nil, err
	}
	tickets, err := w.s.tickets(ctx)
	if err != nil {
		return nil, err
	}
	tickets = w.living(tickets)
	at := slices.IndexFunc(tickets, func(t ticketRow) bool { return t.UserID == w.user.ID })
	report(backend.Progress{
		Phase: backend.Claiming,
		Queue: &backend.Queue{Position: at + 1, Length: len(tickets), Since: w.ticket.Since, Why: w.reason(ctx, at)},
	})
	rows, err := w.s.ledger.inState(ctx, backend.Warm)
	if err != nil {
		return nil, err
	}
	if w.mayClaim(rows, at) {
		w.s.cacheWarm(rows)
		return w.s.obtain(ctx, w.user, w.lost, report)
	}
	if at == 0 && !time.Now().Before(w.launchAt) {
		w.launchAt = time.Now().Add(launchInterval)
		return w.s.obtain(ctx, w.user, w.lost, report)
	}
	return nil, nil
}

// reason says for people why there is no instance, or that enough instances are about to be given back. One that cannot
// be counted changes nothing, and neither does one that the account's quota does not let start.
func (w *waiter) reason(ctx context.Context, at int) messages.Message {
	why := w.why
	if w.quota {
		return why
	}
	if back, err := w.s.ledger.inState(ctx, backend.Recycling); err == nil && at >= 0 && at < len(back) {
		why = messages.New("fleet.oneFreeAboutMinute")
	}
	return why
}

// mayClaim reports whether an instance is reserved for this user, or more are free than people stand before them.
func (w *waiter) mayClaim(rows []instanceRow, at int) bool {
	free := 0
	for _, r := range rows {
		if r.ReservedFor == w.user.ID {
			return true
		}
		if r.ReservedFor == "" && !w.s.isFailing(r.Zone, r.InstanceType) {
			free++
		}
	}
	return at >= 0 && at < free
}

// keepAlive increments the ticket's Version. If the ticket was dropped while this computer slept, it takes a new one.
// It returns errStartCancelled if the start was cancelled.
func (w *waiter) keepAlive(ctx context.Context) error {
	err := w.s.ledger.renewTicket(ctx, w.ticket.LeaseID)
	if !isConditionFailed(err) {
		return err
	}
	if err := w.s.checkCancelled(ctx, w.user); err != nil {
		return err
	}
	return w.enter(ctx)
}

// living leaves tickets out that stand still. The pool's keeper removes them.
func (w *waiter) living(tickets []ticketRow) []ticketRow {
	return slices.DeleteFunc(tickets, func(t ticketRow) bool {
		return t.UserID != w.user.ID && w.seen.still(t, time.Now())
	})
}

// sightings remembers, by this computer's clock, since when each ticket has stood still.
type sightings map[string]sighting

type sighting struct {
	version int64
	since   time.Time
}

// still reports whether a ticket has not moved for its whole life.
func (s sightings) still(t ticketRow, now time.Time) bool {
	seen, ok := s[t.LeaseID]
	if !ok || seen.version != t.Version {
		s[t.LeaseID] = sighting{t.Version, now}
		return false
	}
	return now.Sub(seen.since) > ticketLife
}

// tickets lists the queue in the order in which it is served.
func (s *Service) tickets(ctx context.Context) ([]ticketRow, error) {
	c, err := s.ledger.coordination(ctx)
	return c.tickets, err
}
