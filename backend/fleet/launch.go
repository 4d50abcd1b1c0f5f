package fleet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"

	"github.com/google/uuid"
)

// errFull is the error of a launch while there are max_instances already.
var errFull = &backend.Problem{
	Kind: backend.KindCapacity,
	What: messages.New("common.noFreeInstance"),
	Why:  messages.New("fleet.manyInstancesExistOperator"),
	Next: messages.New("fleet.waitOneBecomeFree"),
}

// launch launches an instance for a user: the cold start, if nothing is warm. It returns errFull, or AWS's lack of
// capacity, if there can be none.
func (s *Service) launch(ctx context.Context, u backend.User, report func(backend.Progress)) (*sessionRow, error) {
	row, err := s.newSession(ctx, u)
	if err != nil {
		return nil, err
	}
	c, err := s.ledger.coordination(ctx)
	if err != nil {
		return nil, err
	}
	row.LaunchToken, row.Cold, row.Template = uuid.NewString(), true, c.rollout.launchVersion()
	if err := s.reserve(ctx, row); err != nil {
		return nil, err
	}
	if full, err := s.full(ctx); err != nil || full {
		return nil, errors.Join(cmp.Or[error](err, errFull), s.abandon(ctx, row, messages.New("fleet.noRoomAnotherInstance")))
	}
	return s.launchAndBind(ctx, row, report)
}

// launchAnswerTime is how long a launch that its user has broken off waits for EC2's answer. Without the answer nobody
// would know of the instance.
const launchAnswerTime = 20 * time.Second

// launchAndBind launches the instance of a reservation, writes it into the session, and arms its stop.
func (s *Service) launchAndBind(ctx context.Context, row sessionRow,
	report func(backend.Progress)) (*sessionRow, error) {
	report(backend.Progress{Phase: backend.Claiming, Cold: true})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	through, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(launchAnswerTime, cancel) })()
	m, reserved, err := s.run(through, row.LaunchToken, row.Template, append(ownerTags(row), tags("pool", s.Names.PoolTag)...),
		append(s.places(), s.reserved()...), report)
	if isRefusal(err) {
		return nil, errors.Join(err, s.abandon(ctx, row, messages.New("fleet.launchRefused")))
	}
	if err != nil {
		return nil, err // it may be under way: the intent stays, and anyone who ends the session looks for the instance
	}
	bound, err := s.bindInstance(through, row, *m, reserved)
	if err != nil {
		return nil, errors.Join(err, s.adoptOrphan(ctx, row, *m))
	}
	report(backend.Progress{Phase: backend.Arming, Session: bound.session(), Machine: m, Cold: true})
	return bound, cmp.Or(ctx.Err(), s.armStop(ctx, bound))
}

// resumeLaunch continues a cold start whose process died. The instance may have been launched already, with the client
// token of any of the places that were tried.
func (s *Service) resumeLaunch(ctx context.Context, row sessionRow,
	report func(backend.Progress)) (*sessionRow, error) {
	m, reserved, err := s.launched(ctx, row.LaunchToken)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return s.launchAgain(ctx, row, report)
	}
	bound, err := s.bindInstance(ctx, row, *m, reserved)
	if isRaceLost(err) { // the keeper has adopted it
		return nil, errors.Join(s.abandon(ctx, row, messages.New("fleet.instanceWentPool")), errAgain)
	}
	if err != nil {
		return nil, err
	}
	report(backend.Progress{Phase: backend.Arming, Session: bound.session(), Machine: m, Cold: true})
	return bound, s.armAndStart(ctx, bound)
}

// launchAgain launches the instance of a reservation that is not known to have been launched. Another desktop of the
// same user may have just written the reservation, and give it up because there are too many instances. It returns
// errAgain if the reservation is gone.
func (s *Service) launchAgain(ctx context.Context, row sessionRow,
	report func(backend.Progress)) (*sessionRow, error) {
	rows, err := s.ledger.instances(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.ContainsFunc(rows, func(r instanceRow) bool { return r.intent() && r.LaunchToken == row.LaunchToken }):
		return nil, errAgain
	case len(rows) <= s.current().MaxInstances:
		return s.launchAndBind(ctx, row, report)
	case s.Clock.Now().Sub(row.CreationTime) < claimTime:
		return nil, errFull
	}
	return nil, errors.Join(errFull, s.abandon(ctx, row, messages.New("fleet.noRoomAnotherInstance")))
}

// launched finds the instance of a launch token, nil if there is none that lives. It also reports whether it was launched
// into the capacity reservation.
func (s *Service) launched(ctx context.Context, token string) (m *backend.Machine, reserved bool, err error) {
	all, err := s.compute.launched(ctx, token)
	if err != nil {
		return nil, false, err
	}
	for _, i := range all {
		if !i.State.Gone() {
			return &i.Machine, strings.HasSuffix(i.token, reservedSuffix), nil
		}
	}
	return nil, false, nil
}

// adoptOrphan adds an instance to the pool that was launched for a session which has ended meanwhile.
func (s *Service) adoptOrphan(ctx context.Context, row sessionRow, m backend.Machine) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.adoptInstance(ctx, instanceRow{
		InstanceID:   m.InstanceID,
		Zone:         m.Zone,
		InstanceType: m.Type,
		LaunchToken:  row.LaunchToken,
	})
}

// reserve writes the intent of a launch before RunInstances: the session, so that an interrupted launch can be
// continued with the same token, and a row of the instances table, so that it is counted.
func (s *Service) reserve(ctx context.Context, row sessionRow) error {
	intent := instanceRow{
		InstanceID:  intentPrefix + row.LaunchToken,
		State:       backend.Launching,
		Owner:       row.UserID,
		LaunchToken: row.LaunchToken,
		PooledAt:    row.CreationTime,
		Template:    row.Template,
	}
	return s.ledger.reserveLaunch(ctx, intent, row)
}

// full reports whether there are more instances than max_instances, intents included. It must be called after the
// caller's intent is written: of two launches at once, each sees the other's intent. max_instances is never exceeded,
// but both launches may be given up.
func (s *Service) full(ctx context.Context) (bool, error) {
	rows, err := s.ledger.instances(ctx)
	return len(rows) > s.current().MaxInstances, err
}

// bindInstance writes a launched instance into the session that reserved it. One in the capacity reservation starts only
// there, so it is for this session, and not for the pool.
func (s *Service) bindInstance(ctx context.Context, row sessionRow, m backend.Machine, reserved bool) (*sessionRow,
	error) {
	token := row.LaunchToken
	row.InstanceID, row.Epoch, row.SubnetID, row.LaunchToken, row.InstanceType = m.InstanceID, 1, m.SubnetID, "", m.Type
	inst := instanceRow{
		InstanceID:   m.InstanceID,
		State:        backend.Claimed,
		Owner:        row.UserID,
		LastOwner:    row.UserID,
		Epoch:        1,
		Zone:         m.Zone,
		InstanceType: m.Type,
		PooledAt:     s.Clock.Now(),
		ArmedUntil:   s.armTime(row).Unix(),
		Template:     row.Template,
		Draining:     reserved,
	}
	return &row, s.ledger.bindLaunch(ctx, inst, row, token)
}

// abandon ends a reservation whose launch was refused, or never asked for.
func (s *Service) abandon(ctx context.Context, row sessionRow, why messages.Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.ledger.abandonLaunch(ctx, row, why, s.purgeTime())
}

// run launches one instance from a version of the template, the latest if it is empty; token makes a repetition return
// the same one. It tries places in order, and reports each but the first. It also reports whether the instance is in the
// capacity reservation.
func (s *Service) run(ctx context.Context, token, version string, tags []tag, places []place,
	report func(backend.Progress)) (m *backend.Machine, reserved bool, err error) {
	var last error
	for i, p := range places {
		if p.reservation != "" {
			trying(report, messages.New("fleet.tryReservation"))
		} else if i > 0 {
			trying(report, messages.New("fleet.tryPlace", i+1, len(places)))
		}
		m, err := s.compute.launch(ctx, token+p.suffix, version, p, tags)
		if err == nil {
			return m, p.reservation != "", nil
		}
		if p.reservation != "" && last != nil && (awsx.IsDenied(err) || strings.HasPrefix(awsx.Code(err), "Invalid")) {
			s.Log.Warn("nothing can be launched into the capacity reservation", "reservation", p.reservation, "cause", err)
			break
		}
		if last = err; !isCapacity(err) {
			break
		}
		s.rememberCapacity(p.subnet, p.kind)
	}
	return nil, false, last
}

// place is a type and a subnet that a launch tries.
type place struct{ kind, subnet, suffix, reservation string }

// reservedSuffix ends the client token of a launch into the capacity reservation.
const reservedSuffix = "-reserved"

// reserved returns the place of the profile's capacity reservation, nothing if it has none.
func (s *Service) reserved() []place {
	n := s.Names
	if n.ReservationID == "" {
		return nil
	}
	return []place{{n.ReservationType, n.ReservationSubnet, reservedSuffix, n.ReservationID}}
}

// places lists the profile's instance types in order, each in its subnets in order. A type that has just had no capacity
// in a subnet is tried there last. Each place has a suffix of its own for the client token, since a token with other
// parameters is refused (IdempotentParameterMismatch).
func (s *Service) places() []place {
	kinds, subnets := s.Names.InstanceTypes, s.Names.SubnetIDs
	if len(kinds) == 0 {
		kinds = []string{""}
	}
	if len(subnets) == 0 {
		subnets = []string{""}
	}
	var first, last []place
	for i, kind := range kinds {
		for j, subnet := range subnets {
			p := place{kind: kind, subnet: subnet, suffix: "-" + strconv.Itoa(i*len(subnets)+j)}
			if s.isFailing(subnet, kind) {
				last = append(last, p)
			} else {
				first = append(first, p)
			}
		}
	}
	return slices.Concat(first, last)
}
