package broker_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// run starts a session and returns the phases that were reported.
func run(t *testing.T, f backend.Fleet, u backend.User) (*backend.Session, []backend.Phase, time.Duration) {
	t.Helper()
	began := time.Now()
	var phases []backend.Phase
	s, err := f.Start(t.Context(), u, func(p backend.Progress) {
		if p.Phase != "" && (len(phases) == 0 || phases[len(phases)-1] != p.Phase) {
			phases = append(phases, p.Phase)
		}
	})
	if err != nil {
		t.Fatalf("start for %s: %v", u.Username, err)
	}
	return s, phases, time.Since(began)
}

// TestTheJourneyIsTheSame through the broker as without it: a start, an extension, a stop, and what is read of them.
func TestTheJourneyIsTheSame(t *testing.T) {
	for _, through := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.fill(t)
			var f interface {
				backend.Fleet
				backend.History
			} = w.client(t, ann, 0)
			if !through {
				f = w.service(t, "desktop")
			}
			if p, err := f.Prepare(t.Context(), ann); err != nil || p == nil {
				t.Errorf("prepared: %v, %v", p, err)
			}
			s, phases, took := run(t, f, ann)
			if want := []backend.Phase{backend.Claiming, backend.Arming, backend.Booting, backend.Probing}; !slices.Equal(phases,
				want) {
				t.Errorf("phases %v, want %v", phases, want)
			}
			if took > 6*time.Second || s.Username != "ann" || s.UserID != ann.ID || s.PublicIP == "" {
				t.Errorf("after %v: %+v", took, s)
			}
			if m, err := f.Machine(t.Context(), s.InstanceID); err != nil || m == nil || m.State != backend.Running {
				t.Errorf("the instance is %+v, %v", m, err)
			}
			time.Sleep(10 * time.Minute)
			longer, err := f.Extend(t.Context(), *s)
			if err != nil || !longer.ExpireAt.After(s.ExpireAt) {
				t.Errorf("extended: %+v, %v", longer, err)
			}
			if now, err := f.Current(t.Context(), ann); err != nil || now == nil || !now.ExpireAt.Equal(longer.ExpireAt) {
				t.Errorf("current: %+v, %v", now, err)
			}
			if err := f.Stop(t.Context(), *longer, messages.Verbatim("test")); err != nil {
				t.Error(err)
			}
			if err := f.Stop(t.Context(), *longer, messages.Verbatim("test")); err != nil {
				t.Errorf("a second stop: %v", err)
			}
			time.Sleep(time.Minute)
			if now, err := f.Current(t.Context(), ann); err != nil || now != nil {
				t.Errorf("after the stop: %+v, %v", now, err)
			}
			if all, err := f.Sessions(t.Context(), ann, time.Now().Add(-time.Hour)); err != nil || len(all) != 1 ||
				all[0].Why.String() != "test" {
				t.Errorf("history: %+v, %v", all, err)
			}
			again, _, _ := run(t, f, ann)
			if err := f.Terminate(t.Context(), *again, messages.Verbatim("test")); err != nil {
				t.Error(err)
			}
			if p, err := f.Pool(t.Context()); err != nil || p.Target != 2 {
				t.Errorf("pool: %+v, %v", p, err)
			}
		})
	}
}

// TestAWarmStartTakesAtMostTwoRoundTripsMore: it is one request, and opening the avatar another.
func TestAWarmStartTakesAtMostTwoRoundTripsMore(t *testing.T) {
	const rtt = time.Second // ten times the pause between two looks at the avatar, which a start may end in either of
	took := map[time.Duration]time.Duration{}
	for _, way := range []time.Duration{0, rtt} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.fill(t)
			c := w.client(t, ann, way)
			if _, err := c.Prepare(t.Context(), ann); err != nil {
				t.Fatal(err)
			}
			before := c.HTTP.(*streaming).calls
			s, _, start := run(t, c, ann)
			took[way] = start
			if _, err := c.Connect(t.Context(), *s); err != nil {
				t.Fatal(err)
			}
			if n := c.HTTP.(*streaming).calls - before; n != 2 {
				t.Errorf("a start and an opening are %d requests", n)
			}
		})
	}
	if more := took[rtt] - took[0]; more > 2*rtt || more < rtt/2 {
		t.Errorf("at %v a round trip, a start takes %v more", rtt, more)
	}
}

// TestTheWaitInTheQueueGoesOn over any number of requests, in the same place, and ends if nobody asks again.
func TestTheWaitInTheQueueGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.SetVCPUQuota(0)
		ctx, end := context.WithCancel(t.Context())
		kept := make(chan error)
		go func() { kept <- w.service(t, "keeper").Keep(ctx, func(backend.Pool) {}) }()
		defer func() {
			time.Sleep(time.Minute) // until the last request has ended in the function
			end()
			<-kept
		}()
		wait := func(u backend.User, until time.Duration) (places []int, calls int) {
			ctx, cancel := context.WithTimeout(t.Context(), until)
			defer cancel()
			c := w.client(t, u, 10*time.Millisecond)
			if s, err := c.Start(ctx, u, func(p backend.Progress) {
				if p.Queue != nil && (len(places) == 0 || places[len(places)-1] != p.Queue.Position) {
					places = append(places, p.Queue.Position)
				}
			}); err == nil {
				t.Errorf("%s has %+v", u.Username, s)
			}
			return places, c.HTTP.(*streaming).calls
		}
		done := make(chan []int)
		go func() {
			places, _ := wait(ann, 5*time.Minute)
			done <- places
		}()
		time.Sleep(5 * time.Second)
		places, calls := wait(bob, 4*time.Minute)
		if !slices.Equal(places, []int{2}) || calls < 8 {
			t.Errorf("bob, after ann, was at %v in %d requests", places, calls)
		}
		if places := <-done; !slices.Equal(places, []int{1}) {
			t.Errorf("ann was at %v", places)
		}
		time.Sleep(2 * time.Minute) // nobody asks again: both places lapse
		if places, _ := wait(olga, 90*time.Second); places[len(places)-1] != 1 {
			t.Errorf("olga, after both have gone, was at %v", places)
		}
	})
}

// TestOperatorsHaveTheWholeFleet by the broker.
func TestOperatorsHaveTheWholeFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(t)
		s, _, _ := run(t, w.client(t, ann, 0), ann)
		op := w.client(t, olga, 0)
		all, err := op.Overview(t.Context())
		if err != nil || len(all.Sessions) != 1 || len(all.Machines) < 2 {
			t.Fatalf("%+v, %v", all, err)
		}
		if m, err := op.Machine(t.Context(), s.InstanceID); err != nil || m == nil {
			t.Errorf("ann's instance: %+v, %v", m, err)
		}
		three := 3
		for what, err := range map[string]error{
			"stop":   op.StopInstance(t.Context(), olga, s.InstanceID, "test"),
			"resize": op.Resize(t.Context(), olga, &backend.PoolSizes{Stopped: three}, "test"),
			"resume": op.Resume(t.Context(), olga, "test"), "pause": op.Pause(t.Context(), olga, "test"),
			"rollout": op.Rollout(t.Context(), olga, "", "test"),
			"drain":   op.Drain(t.Context(), olga, s.InstanceID, "test"),
			"retire":  op.Retire(t.Context(), olga, s.InstanceID, "test"),
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if now, err := w.fleet.Current(t.Context(), ann); err != nil || now != nil {
			t.Errorf("ann still has %+v, %v", now, err)
		}
	})
}

// TestABrokenOffStartBeginsNoSession: the function is told of no hang-up, so a start that waits in the queue would get
// an instance after its user has gone.
func TestABrokenOffStartBeginsNoSession(t *testing.T) {
	for name, after := range map[string]time.Duration{"at once": 0, "in the queue": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.SetVCPUQuota(0)
				client := w.client(t, ann, 20*time.Millisecond)
				ctx, hangUp := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() {
					if _, err := client.Start(ctx, ann, func(backend.Progress) {}); err == nil {
						t.Error("it is started")
					}
				})
				time.Sleep(after)
				hangUp()
				if s, err := client.Current(t.Context(), ann); err != nil || s != nil {
					t.Errorf("a session is there: %+v, %v", s, err)
				}
				w.SetVCPUQuota(-1)
				w.fill(t) // what is warm would be given to who waits
				all.Wait()
				time.Sleep(time.Minute)
				if s, err := client.Current(t.Context(), ann); err != nil || s != nil {
					t.Errorf("a session has begun since: %+v, %v", s, err)
				}
				if o, err := w.fleet.Overview(t.Context()); err != nil || len(o.Queue) > 0 {
					t.Errorf("the queue is %+v, %v", o.Queue, err)
				}
				s, _, _ := run(t, client, ann) // another start is not the one that was cancelled
				if err := client.Stop(t.Context(), *s, messages.Verbatim("test")); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
