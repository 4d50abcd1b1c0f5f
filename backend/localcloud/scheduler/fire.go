package scheduler

import (
	"context"
	"time"
)

const (
	// maxSleep bounds a timer: timers stand still while a machine sleeps and do not see the clock being set, so the
	// time is looked at again at least this often. It keeps a schedule within AWS's 60 s.
	maxSleep      = 30 * time.Second
	invokeTimeout = time.Minute
	firstRetry    = time.Second
	lastRetry     = 5 * time.Minute
)

// schedule is one schedule in memory. The service's mutex guards it.
type schedule struct {
	stored
	when  when
	timer *time.Timer
	busy  bool // being invoked
}

// stored is what the store keeps of a schedule.
type stored struct {
	Name       string
	Definition definition
	Created    time.Time
	Modified   time.Time
	Token      string `json:",omitempty"` // ClientToken of the create, and the hash of what it created
	TokenHash  string `json:",omitempty"`

	Next     time.Time `json:",omitzero"` // when it fires, the flexible window included; zero for never again
	Nominal  time.Time `json:",omitzero"` // when its expression says so
	Attempts int       `json:",omitempty"`
	Retry    time.Time `json:",omitzero"` // the next attempt after a failed one
	Deletion time.Time `json:",omitzero"` // when it is deleted because it has completed, see Behavior.DeletionLag
}

func (sc *schedule) stop() {
	if sc.timer != nil {
		sc.timer.Stop()
		sc.timer = nil
	}
}

// plan sets the next time after t. A one-time schedule in the past is due at once: AWS fires within a minute of the
// time, and a stop that comes late must still come.
func (s *Service) plan(sc *schedule, t time.Time) {
	sc.Attempts, sc.Retry = 0, time.Time{}
	start := sc.Modified // a rate without StartDate begins at once
	if d := sc.Definition.StartDate; d != nil {
		start = d.Time
	}
	var ok bool
	if o, single := sc.when.(once); single {
		sc.Nominal, ok = time.Time(o), true
	} else {
		if t.Before(start) {
			t = start.Add(-time.Nanosecond) // start itself fires
		}
		sc.Nominal, ok = sc.when.next(t, start)
		ok = ok && (sc.Definition.EndDate == nil || !sc.Nominal.After(sc.Definition.EndDate.Time))
	}
	if !ok {
		sc.Nominal, sc.Next = time.Time{}, time.Time{}
		return
	}
	sc.Nominal = sc.Nominal.UTC()
	sc.Next = sc.Nominal
	if _, single := sc.when.(once); single && s.behavior.LateInMinute {
		sc.Next = sc.Next.Add(time.Duration(s.env.Rand(int64(time.Minute))))
	}
	if w := sc.Definition.FlexibleTimeWindow; w.Mode == "FLEXIBLE" {
		sc.Next = sc.Next.Add(time.Duration(s.env.Rand(int64(*w.MaximumWindowInMinutes) * int64(time.Minute))))
	}
}

// due is when to look at the schedule next, zero for never.
func (sc *schedule) due() time.Time { return earlier(sc.fires(), sc.Deletion) }

// fires is when the schedule fires next, zero for never.
func (sc *schedule) fires() time.Time {
	switch {
	case sc.Definition.State != "ENABLED" || sc.Next.IsZero():
		return time.Time{}
	case !sc.Retry.IsZero():
		return sc.Retry
	}
	return sc.Next
}

// arm sets the schedule's timer. The service is locked.
func (s *Service) arm(sc *schedule) {
	sc.stop()
	due := sc.due()
	if due.IsZero() || s.closed || sc.busy {
		return
	}
	wait := min(max(due.Sub(s.env.Now()), 0), maxSleep)
	sc.timer = time.AfterFunc(wait, func() { s.wake(sc) })
}

// wake fires a schedule that is due, or arms it again.
func (s *Service) wake(sc *schedule) {
	s.mu.Lock()
	now := s.env.Now()
	if s.closed || !s.current(sc) || sc.busy {
		s.mu.Unlock()
		return
	}
	if due := sc.due(); due.IsZero() || now.Before(due) {
		s.arm(sc)
		s.mu.Unlock()
		return
	}
	if sc.deleted(now) {
		s.drop(sc)
		s.mu.Unlock()
		return
	}
	sc.busy = true
	t := sc.Definition.target()
	s.running.Add(1)
	s.mu.Unlock()
	defer s.running.Done()

	ctx, cancel := context.WithTimeout(s.ctx, invokeTimeout)
	err := s.invoke(ctx, t)
	cancel()
	s.fired(sc, err)
}

// target returns what is to be invoked.
func (d *definition) target() Target {
	t := Target{ARN: d.Target.Arn, RoleARN: d.Target.RoleArn}
	if in := d.Target.Input; in != nil {
		t.Input = []byte(*in)
	}
	return t
}

// fired records the outcome of an invocation and arms what follows. A kill before the record is on the disk makes the
// schedule fire again: AWS, too, promises at least once.
func (s *Service) fired(sc *schedule, failed error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc.busy = false
	if !s.current(sc) || s.settleOutlived(sc, failed) {
		return // deleted or replaced meanwhile
	}
	if s.closed && failed != nil {
		return // cancelled by Close: the attempt is made again when the state is loaded
	}
	now := s.env.Now()
	if failed != nil && sc.again(now) {
		s.keep(sc)
		s.arm(sc)
		return
	}
	if _, single := sc.when.(once); single {
		sc.Next, sc.Nominal, sc.Retry, sc.Attempts = time.Time{}, time.Time{}, time.Time{}, 0
	} else {
		s.plan(sc, later(now, sc.Nominal))
	}
	if sc.Next.IsZero() && sc.Definition.ActionAfterCompletion == "DELETE" {
		if s.behavior.DeletionLag == 0 {
			s.drop(sc)
			return
		}
		sc.Deletion = now.Add(s.behavior.DeletionLag)
	}
	s.keep(sc)
	s.arm(sc)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// again sets the next attempt under the retry policy: after a second, then twice as long each time up to five minutes.
// False where the event is too old or was tried often enough.
func (sc *schedule) again(now time.Time) bool {
	age, attempts := sc.Definition.Target.RetryPolicy.bounds()
	if sc.Attempts >= attempts {
		return false
	}
	wait := min(firstRetry<<min(sc.Attempts, 16), lastRetry)
	sc.Attempts++
	sc.Retry = now.Add(wait)
	return sc.Retry.Sub(sc.Next) <= age
}
