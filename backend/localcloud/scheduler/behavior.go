package scheduler

import (
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// Behavior is what AWS's service does, or may do, beyond its documentation. The zero value does none of it.
type Behavior struct {
	// DeletionLag is how long a completed schedule with ActionAfterCompletion DELETE can still be read and updated.
	// It is deleted then, even if an update has given it another time.
	DeletionLag time.Duration
	// RejectPast refuses a one-time schedule whose time has passed. Otherwise it fires at once.
	RejectPast bool
	// LateInMinute fires one-time schedules at a random moment within the minute after their time, as AWS may.
	// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
	LateInMinute bool
	// RetriesSurvive goes on with the retries of a failed delivery, under its own retry policy, after an update or a
	// deletion of the schedule. AWS's documentation doesn't mention it. Here they end with the process.
	RetriesSurvive bool
}

// SetBehavior sets the behavior from now on.
func (s *Service) SetBehavior(b Behavior) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behavior = b
}

// refusePast returns an error if the time of a one-time schedule has passed and such are to be refused.
func (s *Service) refusePast(at, now time.Time) *wire.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behavior.RejectPast && !at.After(now) {
		return validation("Invalid Schedule Expression at(%s): the time has passed.", at.Format("2006-01-02T15:04:05"))
	}
	return nil
}

// deleted reports whether the time has come to delete a completed schedule.
func (sc *schedule) deleted(now time.Time) bool {
	return !sc.Deletion.IsZero() && !now.Before(sc.Deletion)
}

// earlier returns the earlier of two times, of which a zero one counts as never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// outlive goes on with the delivery that a schedule is in the middle of, now that the schedule is replaced or deleted.
// The service is locked.
func (s *Service) outlive(old *schedule) {
	if !s.behavior.RetriesSurvive || !old.busy && old.Retry.IsZero() {
		return
	}
	old.Deletion = time.Time{}
	s.outlived[old] = struct{}{}
	s.arm(old)
}

// current reports whether a schedule is still to be delivered. The service is locked.
func (s *Service) current(sc *schedule) bool {
	_, outlived := s.outlived[sc]
	return outlived || s.schedules[key(sc.Definition.GroupName, sc.Name)] == sc
}

// settleOutlived arms the next retry of a delivery that has outlived its schedule, or gives it up. It reports whether
// sc is such a delivery. The service is locked.
func (s *Service) settleOutlived(sc *schedule, failed error) bool {
	if _, outlived := s.outlived[sc]; !outlived {
		return false
	}
	if failed == nil || !sc.again(s.env.Now()) {
		delete(s.outlived, sc)
		return true
	}
	s.arm(sc)
	return true
}
