package fleet

import (
	"cmp"
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
)

// A hot instance is warm and runs, so that a claim finds its avatar ready. Its row is warm, and a claim takes it by the
// same condition as a stopped one. Before it starts, its stop is armed and in its tags, so it ends by itself if every
// keeper dies.

// hotTag says until when an instance may run that has no owner: without it an instance shuts itself down once it is
// ready (see build/aws/instance).
const hotTag = "hot-until"

// hotMargin is how long after HotUntil the instance's own timer and its armed stop act. The keeper stops it before,
// under the row's epoch, so that a claim in the last moment still has time to move both.
const hotMargin = 2 * time.Minute

// hot reports whether the row says that the instance runs and waits for a claim.
func (r instanceRow) hot(now time.Time) bool {
	return r.HotUntil != 0 && now.Before(time.Unix(r.HotUntil, 0))
}

// heating reports whether a keeper is starting the instance for the hot tier.
func (r instanceRow) heating() bool { return r.State == backend.Warming && r.HotUntil != 0 }

// heat starts a stopped warm instance for the hot tier. While its stop is armed and its tags are set nobody can claim
// it: a claim sets the same for its owner, and the keeper's later write would shorten it.
func (s *Service) heat(ctx context.Context, row instanceRow) error {
	now := s.Clock.Now()
	if row.mayFire(now) {
		return nil // the next turn finds another one
	}
	until := now.Add(s.current().hotLimit())
	stops := until.Add(hotMargin)
	row.HotUntil = until.Unix()
	if err := s.ledger.heat(ctx, row, stops, now); err != nil {
		return unlessConditionFailed(err) // it was claimed or reserved meanwhile
	}
	row.State = backend.Warming
	err := s.armAndHeat(ctx, row.InstanceID, stops)
	var refused *startRefused
	if isCapacity(err) || errors.As(err, &refused) {
		return errors.Join(err, s.ledger.cool(ctx, row, s.Clock.Now().Add(hotPause)))
	}
	return cmp.Or(err, s.ledger.makeHot(ctx, row, s.Clock.Now())) // a turn that failed is taken back by the plan
}

// armAndHeat arms the stop of an instance and sets the tags that its own timer reads, both before it starts.
func (s *Service) armAndHeat(ctx context.Context, instanceID string, stops time.Time) error {
	if err := s.arm(ctx, instanceID, stops); err != nil {
		return err
	}
	at := stops.UTC().Format(time.RFC3339)
	if err := s.tag(ctx, instanceID, tags("expire-at", at, hotTag, at)); err != nil {
		return err
	}
	return s.startInstance(ctx, instanceID)
}
