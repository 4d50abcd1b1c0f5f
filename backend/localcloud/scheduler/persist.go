package scheduler

import (
	"encoding/json"
	"fmt"

	"avatar-launcher/backend/localcloud/store"
)

const (
	scheduleBucket = "scheduler.schedules"
	groupBucket    = "scheduler.groups"
)

func (sc *schedule) op() store.Op {
	b, err := json.Marshal(sc.stored)
	if err != nil {
		panic("scheduler: a schedule that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: scheduleBucket, Key: key(sc.Definition.GroupName, sc.Name), Value: b}
}

// put stores a schedule, puts it in the place of the one of its name, and arms it. The service is locked.
func (s *Service) put(sc *schedule) error {
	if err := s.st.Apply(sc.op()); err != nil {
		return err
	}
	k := key(sc.Definition.GroupName, sc.Name)
	if old := s.schedules[k]; old != nil {
		old.stop()
	}
	s.schedules[k] = sc
	s.arm(sc)
	return nil
}

// keep stores a schedule's progress. Where that fails the schedule may fire once more after a restart, which at least
// once allows; memory stays right. The service is locked.
func (s *Service) keep(sc *schedule) { _ = s.st.Apply(sc.op()) }

// remove deletes a schedule. The service is locked.
func (s *Service) remove(sc *schedule) error {
	k := key(sc.Definition.GroupName, sc.Name)
	if err := s.st.Apply(store.Op{Bucket: scheduleBucket, Key: k}); err != nil {
		return err
	}
	sc.stop()
	delete(s.schedules, k)
	return nil
}

// drop deletes a completed schedule; where the store refuses, it stays and never fires again while this process lives.
func (s *Service) drop(sc *schedule) {
	if s.remove(sc) != nil {
		sc.stop()
	}
}

func (s *Service) load() error {
	now := s.env.Now()
	s.groups["default"] = &group{Name: "default", Created: now, Modified: now}
	err := s.st.Each(groupBucket, func(_ string, v []byte) error {
		g := &group{}
		if err := json.Unmarshal(v, g); err != nil {
			return err
		}
		s.groups[g.Name] = g
		return nil
	})
	if err != nil {
		return err
	}
	err = s.st.Each(scheduleBucket, func(k string, v []byte) error {
		sc := &schedule{}
		if err := json.Unmarshal(v, &sc.stored); err != nil {
			return err
		}
		zone, err := sc.Definition.zone()
		if err == nil {
			sc.when, err = parseExpression(sc.Definition.ScheduleExpression, zone)
		}
		if err != nil {
			return fmt.Errorf("schedule %s: %w", k, err)
		}
		s.schedules[k] = sc
		return nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sc := range s.schedules {
		if _, single := sc.when.(once); !single && !sc.Next.IsZero() && sc.Next.Before(now) && sc.Retry.IsZero() {
			s.plan(sc, now) // a recurring schedule does not catch up on what it missed
		}
		s.arm(sc)
	}
	return nil
}
