package fleet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// claimTries bounds how many instances one claim tries.
const claimTries = 8

// choose returns the warm instance to claim: one that is reserved for the user, else, if hotFirst is true, a hot one if
// there is any. Of several it returns the one that they had last, else one by the desktop's seat. No two desktops share
// a seat, so that desktops that start at once try different instances. Instances that unsure is true of come last.
func choose(rows []instanceRow, userID string, seat int64, hotFirst bool, unsure func(instanceRow) bool) (
	instanceRow, bool,
) {
	var free, last []instanceRow
	for _, r := range rows {
		switch {
		case r.Draining:
		case r.ReservedFor == userID:
			return r, true
		case r.ReservedFor != "":
		case unsure(r):
			last = append(last, r)
		default:
			free = append(free, r)
		}
	}
	if len(free) == 0 {
		free = last
	}
	if len(free) == 0 {
		return instanceRow{}, false
	}
	if hotFirst && slices.ContainsFunc(free, isHot) {
		free = slices.DeleteFunc(free, func(r instanceRow) bool { return !isHot(r) })
	}
	if i := slices.IndexFunc(free, func(r instanceRow) bool { return r.LastOwner == userID }); i >= 0 {
		return free[i], true
	}
	slices.SortFunc(free, func(a, b instanceRow) int { return cmp.Compare(a.InstanceID, b.InstanceID) })
	return free[seat%int64(len(free))], true
}

// isHot reports whether a warm instance runs.
func isHot(r instanceRow) bool { return r.HotUntil != 0 }

// claim makes one warm instance the user's. It returns nil if nothing is warm, *existing if the user has a session
// already, and errAgain if somebody else got each of the claimTries instances that it tried. Instances in lost are not
// tried, and it adds those that somebody else got: the index that lists them lags.
func (s *Service) claim(ctx context.Context, u backend.User, lost map[string]bool) (*sessionRow, error) {
	rows, hotFirst := s.takeCachedWarm(), true
	for range claimTries {
		fresh := rows == nil
		if fresh {
			var err error
			if rows, err = s.ledger.inState(ctx, backend.Warm); err != nil {
				return nil, err
			}
		}
		rows = slices.DeleteFunc(rows, func(r instanceRow) bool {
			return lost[r.InstanceID] || s.isFailing("", r.InstanceID)
		})
		r, ok := choose(rows, u.ID, s.seat(), hotFirst, s.unsure)
		if !ok && !fresh { // what was read ahead may be short of what has become warm since
			rows = nil
			continue
		}
		if !ok {
			return nil, nil
		}
		row, err := s.claimInstance(ctx, u, r)
		if !errors.Is(err, errTaken) {
			return row, err
		}
		lost[r.InstanceID] = true
		rows, hotFirst = nil, false // many start at once: there are fewer hot ones than desktops
	}
	return nil, errAgain // there may be more
}

// unsure reports whether a start of a warm instance may fail: its zone has just had no capacity, the stop of its last
// owner may still be firing, or it is about to be stopped since nobody claimed it.
func (s *Service) unsure(r instanceRow) bool {
	now := s.Clock.Now()
	return !isHot(r) && s.isFailing(r.Zone, r.InstanceType) || r.mayFire(now) || isHot(r) && !r.hot(now)
}

// claimInstance makes the claim's one transaction: the instance goes from warm to claimed under its Epoch, and the
// user's session from absent (or ended) to present.
func (s *Service) claimInstance(ctx context.Context, u backend.User, r instanceRow) (*sessionRow, error) {
	row, err := s.newSession(ctx, u)
	if err != nil {
		return nil, err
	}
	row.InstanceID, row.Epoch, row.InstanceType = r.InstanceID, r.Epoch+1, r.InstanceType
	if err := s.ledger.claimWarm(ctx, r, row, s.armTime(row)); err != nil {
		return nil, err
	}
	row.armedUntil, row.earlier, row.mayFire = r.ArmedUntil, r.ArmedUntil, r.mayFire(s.Clock.Now())
	row.hot = isHot(r)
	return &row, nil
}

// newSession returns the row of a session that begins now. With StoreGateKeys it has a key of its own.
func (s *Service) newSession(ctx context.Context, u backend.User) (sessionRow, error) {
	now := s.Clock.Now()
	f := s.current()
	window := f.Window
	if f.Maximum > 0 {
		window = min(window, f.Maximum)
	}
	row := sessionRow{UserID: u.ID, Username: u.Username, CreationTime: now, LastActivity: now,
		ExpireAt: now.Add(window), Phase: string(backend.Claiming), Domain: s.domain(u), LauncherID: s.LauncherID,
		start: startOf(ctx)}
	if s.StoreGateKeys {
		key, err := gate.NewKey()
		if err != nil {
			return row, err
		}
		row.GateKey = key.Private()
	}
	return row, nil
}

// release undoes a claim whose instance could not be started: tags scrubbed, or the next user could not tag it; back to
// warm, and the session ended.
func (s *Service) release(ctx context.Context, row sessionRow) error {
	if err := s.scrub(ctx, row.InstanceID); err != nil {
		return err
	}
	armed := s.armTime(row).Unix()
	if row.mayFire { // the stop of the last owner is still the one that is armed
		armed = row.armedUntil
	}
	return s.ledger.releaseClaim(ctx, row, armed, messages.New("fleet.noCapacity"), s.purgeTime())
}

// purgeTime returns until when the row of a session that ends now stays, for the user's history.
func (s *Service) purgeTime() time.Time { return s.Clock.Now().Add(keepEnded) }

const rememberFailure = 3 * time.Minute

// isFailing reports whether a lack of capacity of this type in this zone, or of this type anywhere, is remembered.
func (s *Service) isFailing(zone, kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	return now.Before(s.failing[zone+"/"+kind]) || now.Before(s.failing["/"+kind])
}

// lacksCapacity reports whether any lack of capacity is remembered.
func (s *Service) lacksCapacity() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, until := range s.failing {
		if now.Before(until) {
			return true
		}
	}
	return false
}

// rememberCapacity records a lack of capacity for rememberFailure. An empty zone means all zones (a quota).
func (s *Service) rememberCapacity(zone, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing[zone+"/"+kind] = time.Now().Add(rememberFailure)
}
