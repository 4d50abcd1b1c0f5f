package fleet_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// laddered is a desktop whose profile names two types and all subnets, and a pool of stopped instances.
func laddered(t *testing.T) (*world, *fleet.Service) { return ladderedIn(t, func(*world) {}) }

// ladderedIn is laddered in a world that is prepared before the pool is filled.
func ladderedIn(t *testing.T, prepare func(*world)) (*world, *fleet.Service) {
	t.Helper()
	w := newWorld(t)
	prepare(w)
	s := w.desktop(t, "one", func(o *fleet.Options) {
		o.Names = w.names()
		o.Figures = figures
	})
	stop := keep(t, s)
	time.Sleep(5 * time.Minute)
	stop()
	return w, s
}

// tries starts for a user and returns what the start has said that it tries, by message ID.
func tries(ctx context.Context, s *fleet.Service, u backend.User, more func(backend.Progress)) (
	ids []string, session *backend.Session, err error,
) {
	session, err = s.Start(ctx, u, func(p backend.Progress) {
		if !p.Try.IsZero() {
			ids = append(ids, p.Try.ID)
		}
		more(p)
	})
	return ids, session, err
}

// typeOf returns an instance's type and root volume as EC2 describes them.
func (w *world) typeOf(t *testing.T, id string) (kind, volume string) {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	i := out.Reservations[0].Instances[0]
	return string(i.InstanceType), *i.BlockDeviceMappings[0].Ebs.VolumeId
}

// TestAStoppedInstanceStartsAsAnotherType: AWS has none of the first type anywhere, so the claimed instance becomes one of
// the second and keeps its disk. Its user is told once, and its row and session say the type.
func TestAStoppedInstanceStartsAsAnotherType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := laddered(t)
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		disks := map[string]string{}
		for id := range v.rows {
			_, disks[id] = w.typeOf(t, id)
		}
		w.cloud.SetCapacity("", "g5.2xlarge", 0)
		began := time.Now()
		ids, session, err := tries(t.Context(), s, userNo(1), func(backend.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 45*time.Second {
			t.Errorf("ready after %v", took)
		}
		if !slices.Contains(ids, "fleet.tryOtherType") || slices.Contains(ids, "fleet.tryLaunch") {
			t.Errorf("the start tried %v", ids)
		}
		kind, disk := w.typeOf(t, session.InstanceID)
		if kind != "g6.2xlarge" || disk != disks[session.InstanceID] || session.Type != kind {
			t.Errorf("it is %s (the session says %s), on %s; it had %q", kind, session.Type, disk, disks[session.InstanceID])
		}
		if v, err = w.truth(t.Context()); err != nil || v.rows[session.InstanceID].InstanceType != kind {
			t.Errorf("its row says %s, %v", v.rows[session.InstanceID].InstanceType, err)
		}
	})
}

// TestAnotherZoneComesBeforeAnotherType: a warm instance in another zone starts as it is; if there is none, the type
// changes.
func TestAnotherZoneComesBeforeAnotherType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := ladderedIn(t, func(w *world) { w.cloud.SetCapacity("us-east-1a", "g5.2xlarge", 2) })
		w.cloud.SetCapacity("us-east-1a", "g5.2xlarge", 0)
		for n, want := range []struct{ kind, last string }{{"g5.2xlarge", "fleet.tryOtherStandby"}, {"g6.2xlarge",
			"fleet.tryOtherType"}} {
			ids, session, err := tries(t.Context(), s, userNo(n+1), func(backend.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			kind, _ := w.typeOf(t, session.InstanceID)
			if kind != want.kind || len(ids) > 1 || len(ids) == 1 && ids[0] != want.last {
				t.Errorf("start %d made it %s after %v", n+1, kind, ids)
			}
		}
	})
}

// TestNoStepOfTheLadderIsRepeated: AWS has nothing at all. Each step is tried and told once, then the start waits in the
// queue, and says nothing else. It ends when there is capacity again.
func TestNoStepOfTheLadderIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := laddered(t)
		for _, kind := range w.names().InstanceTypes {
			w.cloud.SetCapacity("", kind, 0)
		}
		queued := 0
		ids, session, err := tries(t.Context(), s, userNo(1), func(p backend.Progress) {
			if p.Queue == nil {
				return
			}
			if queued++; queued == 1 {
				time.AfterFunc(4*time.Minute, func() { w.cloud.SetCapacity("", "g6.2xlarge", -1) })
			}
		})
		if err != nil || queued == 0 || session == nil {
			t.Fatalf("the start ended with %v after %d turns in the queue, having tried %v", err, queued, ids)
		}
		want := []string{"fleet.tryOtherType", "fleet.tryLaunch"}
		for range len(w.names().InstanceTypes)*len(w.names().SubnetIDs) - 1 {
			want = append(want, "fleet.tryPlace")
		}
		want = append(want, "fleet.tryReservation")
		if !slices.Equal(ids, want) {
			t.Errorf("the start tried %v, want %v", ids, want)
		}
	})
}

// TestALateLackOfCapacityChangesTheType: EC2 takes the start, and the instance falls back since there is no capacity.
func TestALateLackOfCapacityChangesTheType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s := laddered(t)
		for n := range 2 { // the pool's last one has no other warm one beside it
			if _, err := s.Start(t.Context(), userNo(n+1), func(backend.Progress) {}); err != nil {
				t.Fatal(err)
			}
		}
		w.cloud.FailStarts(1, "Server.InsufficientInstanceCapacity")
		ids, session, err := tries(t.Context(), s, userNo(9), func(backend.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if kind, _ := w.typeOf(t, session.InstanceID); kind != "g6.2xlarge" || !slices.Equal(ids, []string{"fleet.tryOtherType"}) {
			t.Errorf("it is %s after %v", kind, ids)
		}
	})
}

// TestReservedCapacityIsTheLastStep: AWS has nothing but what the profile has reserved. One user gets that; for the next it
// is full, and they wait. What ran in the reservation does not go back to the pool.
func TestReservedCapacityIsTheLastStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one", func(o *fleet.Options) {
			o.Names, o.Figures = w.names(), figures
		})
		for _, kind := range w.names().InstanceTypes {
			w.cloud.SetCapacity("", kind, 0)
		}
		w.cloud.SetReservation(reservation, "us-east-1a", "g5.2xlarge", 1)
		ids, session, err := tries(t.Context(), s, userNo(1), func(backend.Progress) {})
		if err != nil || ids[len(ids)-1] != "fleet.tryReservation" {
			t.Fatalf("the start ended with %v, having tried %v", err, ids)
		}
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		queued := false
		_, _, err = tries(ctx, s, userNo(2), func(p backend.Progress) {
			if p.Queue != nil {
				queued = true
				leave()
			}
		})
		if err == nil || !queued {
			t.Errorf("the second start ended with %v, in the queue: %v", err, queued)
		}
		if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		stop := keep(t, s)
		time.Sleep(5 * time.Minute)
		stop()
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if row, there := v.rows[session.InstanceID]; there {
			t.Errorf("the instance of the reservation is still there: %+v", row)
		}
		w.cloud.SetReservation(reservation, "", "", -1) // somebody has cancelled it: no reason not to wait
		queued = false
		ctx, leave = context.WithCancel(t.Context())
		defer leave()
		if _, _, err = tries(ctx, s, userNo(3), func(p backend.Progress) {
			if p.Queue != nil {
				queued = true
				leave()
			}
		}); err == nil || !queued {
			t.Errorf("without the reservation the start ended with %v, in the queue: %v", err, queued)
		}
	})
}
