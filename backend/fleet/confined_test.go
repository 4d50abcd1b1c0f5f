package fleet_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// as is the desktop of somebody who signed in with a role: the credentials and principal tags that the identity pool
// would give.
func (w *world) as(t *testing.T, role string, u backend.User) *fleet.Service {
	t.Helper()
	creds, operator := w.credentialsOf(role, u), w.cfg.Credentials
	defer func() { w.cfg.Credentials = operator }()
	w.cfg.Credentials = creds
	return w.desktop(t, u.Username)
}

// TestTheUserRoleSufficesForASession: claim, extend, stop and terminate need no more than the policy of
// the group user, a cold start included, and the pool is kept beside it by the policy of the group keeper.
func TestTheUserRoleSufficesForASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := keep(t, w.as(t, "keeper", backend.User{ID: "33333333-3333-4333-8333-333333333333", Username: "kim"}))
		time.Sleep(3 * time.Minute)
		if got := w.count(t)["stopped"]; got != 5 {
			t.Fatalf("%d warm instances after three minutes, want 5", got)
		}
		s := w.as(t, "user", demo)
		session, phases, _ := start(t, s, demo)
		if phases[len(phases)-1] != backend.Probing {
			t.Errorf("phases %v", phases)
		}
		time.Sleep(10 * time.Minute)
		longer, err := s.Extend(t.Context(), *session)
		if err != nil || !longer.ExpireAt.After(session.ExpireAt) {
			t.Fatalf("extend: %v", err)
		}
		if err := s.Stop(t.Context(), *longer, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Minute) // the keeper scrubs it: it can be claimed by somebody else
		other := w.as(t, "user", alice)
		for range 2 {
			session, _, _ = start(t, other, alice)
			if err := other.Terminate(t.Context(), *session, messages.Verbatim("test")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Minute)
		}
		stop()
	})
}

// TestTheUserRoleSufficesForAColdStart: an empty pool is no obstacle, and a desktop whose profile says keep but
// whose role does not stays quiet.
func TestTheUserRoleSufficesForAColdStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.as(t, "user", demo)
		session, _, _ := start(t, s, demo)
		if err := s.Stop(t.Context(), *session, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		before := len(w.cloud.Calls())
		keep(t, s)
		time.Sleep(time.Hour)
		if made := len(w.cloud.Calls()) - before; made > 9 {
			t.Errorf("%d calls in an hour", made)
		}
	})
}

// TestAReleasedInstanceCanBeClaimedByAnother: AWS had no capacity for the first who claimed it.
func TestAReleasedInstanceCanBeClaimedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := keep(t, w.desktop(t, "keeper"))
		time.Sleep(3 * time.Minute)
		stop()
		w.cloud.SetVCPUQuota(0)
		ctx, giveUp := context.WithCancel(t.Context())
		queued := false
		_, err := w.as(t, "user", demo).Start(ctx, demo, func(p backend.Progress) {
			if p.Queue != nil {
				queued = true
				giveUp()
			}
		})
		if err == nil || !queued {
			t.Fatalf("without capacity: queued %v, %v", queued, err)
		}
		w.cloud.SetVCPUQuota(-1)
		out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Reservations {
			for _, tag := range r.Instances[0].Tags {
				if *tag.Key == "owner" {
					t.Errorf("%s still has the owner %s", *r.Instances[0].InstanceId, *tag.Value)
				}
			}
		}
		start(t, w.as(t, "user", alice), alice)
	})
}

// TestAStartIsRepeatedWhileItsTagIsUnseen: the start that it permits is asked for again.
func TestAStartIsRepeatedWhileItsTagIsUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := keep(t, w.desktop(t, "keeper"))
		time.Sleep(3 * time.Minute)
		stop()
		late := localcloud.Fault{
			Service:   "ec2",
			Operation: "StartInstances",
			Kind:      "error",
			Code:      "UnauthorizedOperation",
			Status:    403,
			Count:     3,
		}
		if _, err := w.cloud.AddFault(late); err != nil {
			t.Fatal(err)
		}
		start(t, w.as(t, "user", demo), demo)
	})
}
