package fleet

import "context"

// A rehearsal starts a new instance a second time, as a user's start would, before it counts as warm: its first boot
// reads the disk and fills caches, the second one shows that it comes up again.

// notRestarted reports whether the start of a rehearsal was recorded and has not taken place: EC2 sets LaunchTime anew
// at each start.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
func (r instanceRow) notRestarted(m instance) bool {
	return r.Rehearsed && !r.Ready && m.LaunchTime.Before(r.PooledAt.Add(-startSlack))
}

// rehearse starts a warming instance that has been ready and is stopped. Its stop is armed and in its tags before it
// starts. A start that was cut short is repeated by the plan.
func (s *Service) rehearse(ctx context.Context, row instanceRow) error {
	now := s.Clock.Now()
	if row.mayFire(now) {
		return nil // a later turn starts it
	}
	stops := now.Add(s.current().warmLimit() + s.current().Grace)
	if err := s.ledger.rehearse(ctx, row, stops, now); err != nil {
		return unlessConditionFailed(err) // another keeper was quicker
	}
	return s.armAndHeat(ctx, row.InstanceID, stops)
}
