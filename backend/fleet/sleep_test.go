package fleet_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// TestAComputerThatSleptTouchesNoOtherSession: a computer sleeps through the end of its session, and its instance
// becomes somebody else's. When it wakes up it does what it was about to, and neither stops, terminates, starts nor
// re-arms what is not its own. Its credentials would let it: what holds it back is that it looks first.
func TestAComputerThatSleptTouchesNoOtherSession(t *testing.T) {
	woken := map[string]func(*fleet.Service, backend.Session) error{
		"stop": func(s *fleet.Service, old backend.Session) error {
			return s.Stop(context.Background(), old, messages.Verbatim("test"))
		},
		"terminate": func(s *fleet.Service, old backend.Session) error {
			return s.Terminate(context.Background(), old, messages.Verbatim("test"))
		},
		"extend": func(s *fleet.Service, old backend.Session) error {
			_, err := s.Extend(context.Background(), old)
			if backend.ProblemOf(err).Kind != backend.KindBusy {
				return fmt.Errorf("an extension of what is over answers %v", err)
			}
			return nil
		},
	}
	for name, wake := range woken {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				small := figures
				small.PoolSize, small.MaxInstances = 1, 1
				w.launch(t, "keeper", userNo(50), true, 0, small, 1)
				time.Sleep(3 * time.Minute)
				sleeper := w.desktop(t, "sleeper")
				old, _, _ := start(t, sleeper, demo)
				time.Sleep(66 * time.Minute)
				owner := w.launch(t, "owner", userNo(2), false, 0, small, 3)
				owner.await(reached(backend.Idle))
				owner.do(backend.WishStart)
				if !owner.await(reached(backend.Ready)) || owner.launcher.Snapshot().Session.InstanceID != old.InstanceID {
					t.Fatalf("the next owner stands at %+v", owner.launcher.Snapshot())
				}
				if err := wake(sleeper, *old); err != nil {
					t.Error(err)
				}
				time.Sleep(5 * time.Minute)
				w.undisturbed(t, owner, small)
			})
		})
	}
}

// undisturbed reports whether a desktop's instance runs on with the stops and the tags that are its owner's.
func (w *world) undisturbed(t *testing.T, owner *desktop, f fleet.Figures) {
	t.Helper()
	s := owner.launcher.Snapshot()
	if s.Phase != backend.Ready {
		t.Fatalf("the owner stands at %s: %v", s.Phase, s.Problem)
	}
	id := s.Session.InstanceID
	if got := w.count(t)["running"]; got != 1 {
		t.Errorf("%d instances run, want the owner's", got)
	}
	out, err := scheduler.NewFromConfig(w.cfg).GetSchedule(t.Context(), &scheduler.GetScheduleInput{
		Name:      &id,
		GroupName: &w.out.SchedulerGroup,
	})
	if err != nil {
		t.Fatal(err)
	}
	end := s.Session.ExpireAt.Add(f.Grace)
	if at := *out.ScheduleExpression; at != "at("+end.UTC().Format("2006-01-02T15:04:05")+")" {
		t.Errorf("the owner's stop is armed %s, want %v", at, end)
	}
	if tag := w.tag(t, id, "owner"); tag != owner.user.ID {
		t.Errorf("the owner's tag says %s", tag)
	}
}

func (w *world) tag(t *testing.T, id, key string) string {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(),
		&ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range out.Reservations[0].Instances[0].Tags {
		if *tag.Key == key {
			return *tag.Value
		}
	}
	return ""
}
