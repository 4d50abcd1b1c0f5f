package fleet_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// bootWarm is how long a warm instance takes to boot until its avatar answers.
const bootWarm = 4 * time.Second

var (
	demo  = backend.User{ID: "11111111-1111-4111-8111-111111111111", Username: "demo"}
	alice = backend.User{ID: "22222222-2222-4222-8222-222222222222", Username: "alice"}
)

func TestPoolFillsAndAStartIsWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(2 * time.Minute)
		pool, err := s.Pool(t.Context())
		if err != nil || len(pool.Members) != 5 {
			t.Fatalf("pool %+v, %v", pool, err)
		}
		for _, m := range pool.Members {
			if m.State != backend.Warm {
				t.Errorf("%s is %s, want warm", m.InstanceID, m.State)
			}
		}
		session, phases, took := start(t, s, demo)
		want := []backend.Phase{backend.Claiming, backend.Arming, backend.Booting, backend.Probing}
		if !slices.Equal(phases, want) {
			t.Errorf("phases %v, want %v", phases, want)
		}
		if took > 6*time.Second {
			t.Errorf("a warm start took %v", took)
		}
		if got := w.page(t, session.Domain); !strings.Contains(got, session.InstanceID) {
			t.Errorf("%s shows %q, want instance %s", session.Domain, got, session.InstanceID)
		}
		if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		if got := w.count(t); got["running"] != 0 || got["stopped"] != 5 {
			t.Errorf("after a stop: %v", got)
		}
	})
}

// TestAClaimReadsAgainIfItsCacheIsEmpty: the pool was empty when the desktop looked ahead of the press,
// and is not any more.
func TestAClaimReadsAgainIfItsCacheIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		stop := keep(t, w.desktop(t, "keeper"))
		time.Sleep(20 * time.Second)
		if _, err := s.Prepare(t.Context(), demo); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Second)
		stop()
		if session, _, took := start(t, s, demo); session.Cold || took > 6*time.Second {
			t.Errorf("with a full pool the start was cold: %v, %v", session.Cold, took)
		}
	})
}

func TestColdStartWithoutAPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		session, _, took := start(t, s, demo)
		if took < 20*time.Second || took > 30*time.Second {
			t.Errorf("a cold start took %v", took)
		}
		again, _, took := start(t, w.desktop(t, "two"), demo)
		if again.InstanceID != session.InstanceID || took > 5*time.Second {
			t.Errorf("a second desktop of the same user got %s after %v, want %s", again.InstanceID, took, session.InstanceID)
		}
	})
}

// TestAThrottledDescribeDoesNotEndAStart: an instance that comes up while AWS is asked too much is waited for. With ten
// thousand desktops the looks alone fill EC2's bucket, and a start that gave up left a tenth of those who pressed
// without an avatar.
func TestAThrottledDescribeDoesNotEndAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		go func() {
			time.Sleep(time.Second) // it boots
			if _, err := w.cloud.AddFault(localcloud.Fault{
				Service:   "ec2",
				Operation: "DescribeInstances",
				Kind:      localcloud.FaultError,
				Code:      "RequestLimitExceeded",
				Status:    503,
				Count:     20,
			}); err != nil {
				t.Error(err)
			}
		}()
		session, _, took := start(t, s, demo)
		if session.PublicIP == "" || took < 20*time.Second {
			t.Errorf("ready at %q after %v", session.PublicIP, took)
		}
	})
}

// TestAStartThatIsThrottledKeepsItsSession: EC2 takes two starts a second of everybody. Who waits for theirs has a
// session whose instance is stopped, which the pool's keeper must not take for one that was stopped behind its back.
func TestAStartThatIsThrottledKeepsItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
		time.Sleep(3 * time.Minute)
		d := w.launch(t, "desktop", userNo(1), false, 0, figures, 2)
		d.await(reached(backend.Idle))
		throttle := func() (end func()) {
			fault, err := w.cloud.AddFault(localcloud.Fault{
				Service:   "ec2",
				Operation: "StartInstances",
				Kind:      localcloud.FaultError,
				Code:      "RequestLimitExceeded",
				Status:    503,
				Count:     1000,
			})
			if err != nil {
				t.Fatal(err)
			}
			return func() { w.cloud.RemoveFault(fault) }
		}
		end := throttle()
		d.do(backend.WishStart)
		time.Sleep(4 * time.Minute)
		first := d.launcher.Snapshot()
		if first.Phase != backend.Arming || first.Session == nil {
			t.Fatalf("after four minutes it stands at %s: %v", first.Phase, first.Problem)
		}
		end()
		if !d.await(reached(backend.Ready)) {
			t.Fatalf("once it is asked less, it stands at %s: %v", d.launcher.Snapshot().Phase, d.launcher.Snapshot().Problem)
		}
		if s := d.launcher.Snapshot(); !s.Session.CreationTime.Equal(first.Session.CreationTime) {
			t.Errorf("it was ready with %+v, having begun with %+v", s.Session, first.Session)
		}
		d.do(backend.WishStop)
		d.await(reached(backend.Idle))

		end = throttle()
		d.do(backend.WishStart)
		if !d.await(reached(backend.Failed)) || d.launcher.Snapshot().Problem.Kind != backend.KindBusy {
			t.Fatalf("where there is no end of it, it stands at %s: %v", d.launcher.Snapshot().Phase,
				d.launcher.Snapshot().Problem)
		}
		end()
		d.do(backend.WishStart)
		if !d.await(reached(backend.Ready)) {
			t.Fatalf("pressed again, it stands at %s: %v", d.launcher.Snapshot().Phase, d.launcher.Snapshot().Problem)
		}
	})
}

// A stop stands alone when the other one that needs no launcher is taken away: the armed schedule, or the timer
// that the instance runs by its expire-at tag. Together, either would hide that the other is missing.
var lonely = []struct {
	name string
	take func(*testing.T, *world, string)
}{
	{"the schedule alone", func(t *testing.T, w *world, id string) {
		_, err := ec2.NewFromConfig(w.cfg).DeleteTags(t.Context(), &ec2.DeleteTagsInput{Resources: []string{id},
			Tags: []ec2types.Tag{{Key: aws.String("expire-at")}}})
		if err != nil {
			t.Fatal(err)
		}
	}},
	{"the instance's timer alone", func(t *testing.T, w *world, id string) {
		_, err := scheduler.NewFromConfig(w.cfg).DeleteSchedule(t.Context(), &scheduler.DeleteScheduleInput{
			Name:      &id,
			GroupName: &w.out.SchedulerGroup,
		})
		if err != nil {
			t.Fatal(err)
		}
	}},
}

// TestEitherArmedStopEndsAnAbandonedSession: every launcher is dead; each stop by itself ends the instance all the
// same, whether it came from the pool or was launched.
func TestEitherArmedStopEndsAnAbandonedSession(t *testing.T) {
	for _, only := range lonely {
		for _, warm := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, warm=%v", only.name, warm), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					if warm {
						stop := keep(t, w.desktop(t, "keeper"))
						time.Sleep(3 * time.Minute)
						stop()
					}
					session, _, _ := start(t, w.desktop(t, "one"), demo)
					if session.Cold == warm {
						t.Fatalf("the start was cold: %v", session.Cold)
					}
					only.take(t, w, session.InstanceID)
					time.Sleep(55 * time.Minute)
					if got := w.count(t); got["running"] != 1 {
						t.Fatalf("within its hour: %v", got)
					}
					time.Sleep(8 * time.Minute)
					if got := w.count(t); got["running"] != 0 {
						t.Errorf("an hour after its launcher died: %v", got)
					}
					keep(t, w.desktop(t, "two"))
					time.Sleep(5 * time.Minute)
					left, err := w.desktop(t, "three").Current(t.Context(), demo)
					if err != nil || left != nil {
						t.Errorf("the session is left over: %+v, %v", left, err)
					}
				})
			})
		}
	}
}

// TestExtendMovesTheStop: an extension moves each of the two stops, and neither is lost by it.
func TestExtendMovesTheStop(t *testing.T) {
	for _, only := range lonely {
		t.Run(only.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := w.desktop(t, "one")
				session, _, _ := start(t, s, demo)
				time.Sleep(50 * time.Minute)
				session.LastUseBy = backend.UseViewer
				longer, err := s.Extend(t.Context(), *session)
				if err != nil || !longer.ExpireAt.After(session.ExpireAt) {
					t.Fatalf("extend: %+v, %v", longer, err)
				}
				if read, err := s.Current(t.Context(), demo); err != nil || read.LastUseBy != backend.UseViewer {
					t.Errorf("another desktop reads %+v, %v", read, err)
				}
				only.take(t, w, session.InstanceID)
				time.Sleep(40 * time.Minute)
				if got := w.count(t); got["running"] != 1 {
					t.Errorf("an extended session does not run: %v", got)
				}
				time.Sleep(30 * time.Minute)
				if got := w.count(t); got["running"] != 0 {
					t.Errorf("an extended session runs on: %v", got)
				}
			})
		})
	}
}

// TestTwoUsersNeverShare: many users start at once on a pool of five; each gets an instance of their own.
func TestTwoUsersNeverShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := keep(t, w.desktop(t, "keeper"))
		time.Sleep(2 * time.Minute)
		stop()
		type got struct {
			id  string
			err error
		}
		results := make(chan got)
		const users = 8
		for n := range users {
			go func() {
				u := backend.User{ID: string(rune('a'+n)) + "-user", Username: "user" + string(rune('a'+n))}
				session, err := w.desktop(t, u.Username).Start(t.Context(), u, func(backend.Progress) {})
				if err != nil {
					results <- got{err: err}
					return
				}
				results <- got{id: session.InstanceID}
			}()
		}
		seen := map[string]bool{}
		for range users {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			} else if seen[r.id] {
				t.Errorf("%s was given to two users", r.id)
			}
			seen[r.id] = true
		}
	})
}

func TestTerminateDeletesAndThePoolMakesANewOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(2 * time.Minute)
		session, _, _ := start(t, s, alice)
		if err := s.Terminate(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		m, err := s.Machine(t.Context(), session.InstanceID)
		if err != nil || m == nil || m.State != "terminated" {
			t.Errorf("the instance is %+v, %v", m, err)
		}
		if got := w.count(t); got["stopped"] != 5 || got["running"] != 0 {
			t.Errorf("the pool is %v", got)
		}
	})
}
