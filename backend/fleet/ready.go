package fleet

import (
	"context"
	"math/rand/v2"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"

	"golang.org/x/sync/errgroup"
)

// awaitReady follows the start from EC2's pending to the avatar's answer at its name. The name and the session's row
// are written beside the probe.
func (s *Service) awaitReady(ctx context.Context, row sessionRow,
	report func(backend.Progress)) (*backend.Session, error) {
	report(backend.Progress{Phase: backend.Booting, Session: row.session()})
	m, err := s.awaitAddress(ctx, row.InstanceID, report)
	if err != nil {
		return nil, err
	}
	address := s.addressOf(*m)
	row.PublicIP, row.SubnetID, row.InstanceType, row.Phase = address, m.SubnetID, m.Type, string(backend.Probing)
	report(backend.Progress{Phase: backend.Probing, Session: row.session(), Machine: m, URL: s.url(row.Domain)})
	naming, giveUp := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	written, named := make(chan struct{}), make(chan bool, 1)
	s.background.Go(func() {
		defer close(written)
		defer giveUp()
		named <- s.setDNSOrLog(naming, row.Domain, address)
	})
	all, actx := errgroup.WithContext(ctx)
	all.Go(func() error { return s.saveAddress(actx, row) })
	watching, answered := context.WithCancel(actx)
	all.Go(func() error {
		defer answered()
		err := s.awaitAvatar(actx, named, address, row.Domain, report)
		if err == nil && row.hot {
			err = s.awaitGate(actx, row, address)
		}
		return err
	})
	all.Go(func() error { return s.watch(watching, row.InstanceID) })
	if err := all.Wait(); err != nil {
		giveUp()
		return nil, err
	}
	select { // Route 53 limits changes for the whole account: readiness does not wait for it for long
	case <-written:
	case <-time.After(nameTime):
	}
	row.Phase = string(backend.Ready)
	return row.session(), nil
}

// nameTime is how long a start that is otherwise ready waits for its name.
const nameTime = 3 * time.Second

// setDNSOrLog points the user's name at their instance. If Route 53 does not accept it in time, the pool's keeper finds
// the difference and corrects it. It reports whether Route 53 accepted it.
func (s *Service) setDNSOrLog(ctx context.Context, domain, address string) bool {
	err := s.setDNS(ctx, domain, address)
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("the name does not point at the instance yet", "name", domain, "cause", err)
	}
	return err == nil
}

// addressOf returns the address by which an instance is reached, empty if it has none yet.
func (s *Service) addressOf(m backend.Machine) string {
	if s.Avatar.Private {
		return m.PrivateIP
	}
	return m.PublicIP
}

// awaitAddress waits until the instance runs and has the address by which it is reached. It returns *fellBack if it
// stops instead.
func (s *Service) awaitAddress(ctx context.Context, instanceID string,
	report func(backend.Progress)) (*backend.Machine, error) {
	last, w := backend.InstanceState(""), watcher{began: time.Now()}
	for {
		m, err := s.Machine(ctx, instanceID)
		if isContended(err) { // many desktops ask at once; the instance starts all the same
			if err := awsx.Sleep(ctx, throttlePause+rand.N(2*throttlePause)); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := w.check(m); err != nil {
			return nil, err
		}
		if m != nil && m.State != last {
			last = m.State
			report(backend.Progress{Machine: m})
		}
		if m != nil && m.State == backend.Running && s.addressOf(*m) != "" {
			return m, nil
		}
		if err := awsx.Sleep(ctx, pollEvery); err != nil {
			return nil, err
		}
	}
}

func (s *Service) saveAddress(ctx context.Context, row sessionRow) error {
	err := s.ledger.recordAddress(ctx, row)
	if isConditionFailed(err) {
		return &backend.Problem{
			Kind:  backend.KindBusy,
			What:  messages.New("fleet.sessionEndedElsewhere"),
			Why:   messages.New("fleet.anotherComputerYoursPoolKeeper"),
			Next:  messages.New("common.pressStartNewOne"),
			Cause: err,
		}
	}
	return err
}
