package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// TestAStartThatEC2RefusesTriesAnother: EC2 refuses to start one instance, such as one whose disk's key is disabled.
func TestAStartThatEC2RefusesTriesAnother(t *testing.T) {
	for _, code := range []string{"Client.InvalidKMSKey.InvalidState", "IncorrectSpotRequestState",
		"InvalidVolume.NotFound"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			keep(t, w.as(t, "keeper", kim))
			time.Sleep(3 * time.Minute)
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "ec2", Operation: "StartInstances", Kind: localcloud.FaultError,
				Code: code, Status: 400, Count: 1})
			if err != nil {
				t.Fatal(err)
			}
			s := w.as(t, "user", demo)
			session, phases, took := start(t, s, demo)
			if took > 20*time.Second || phases[len(phases)-1] != backend.Probing {
				t.Errorf("%s: %v after %v", code, phases, took)
			}
			pool, err := s.Pool(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range pool.Members {
				if m.State == backend.Claimed && m.InstanceID != session.InstanceID {
					t.Errorf("%s: %s stays claimed", code, m.InstanceID)
				}
			}
		})
	}
}

// TestStartsThatEC2AlwaysRefusesEnd after a few instances, with EC2's reason.
func TestStartsThatEC2AlwaysRefusesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		keep(t, w.as(t, "keeper", kim))
		time.Sleep(3 * time.Minute)
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "ec2", Operation: "StartInstances", Kind: localcloud.FaultError,
			Code: "Client.InvalidKMSKey.InvalidState", Status: 400})
		if err != nil {
			t.Fatal(err)
		}
		began, before := time.Now(), w.calls("StartInstances")
		s := w.as(t, "user", demo)
		_, err = s.Start(t.Context(), demo, func(backend.Progress) {})
		if p := backend.ProblemOf(err); p == nil || time.Since(began) > time.Minute {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		if n := w.calls("StartInstances") - before; n != 3 {
			t.Errorf("%d starts were tried, want 3", n)
		}
		if session, err := s.Current(t.Context(), demo); err != nil || session != nil {
			t.Errorf("left open: %+v, %v", session, err)
		}
	})
}

// TestARefusedStartOfTheUsersSessionTriesAnother: a session is open, its instance was stopped by hand, and EC2 refuses
// to start it again or has no capacity for it. The press ends that session and gives the user another instance.
func TestARefusedStartOfTheUsersSessionTriesAnother(t *testing.T) {
	for _, code := range []string{"Client.InvalidKMSKey.InvalidState", "InsufficientInstanceCapacity"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			keep(t, w.as(t, "keeper", kim))
			time.Sleep(3 * time.Minute)
			s := w.as(t, "user", demo)
			first, _, _ := start(t, s, demo)
			if err := w.cloud.KillInstance(first.InstanceID); err != nil {
				t.Fatal(err)
			}
			_, err := w.cloud.AddFault(localcloud.Fault{Service: "ec2", Operation: "StartInstances", Kind: localcloud.FaultError,
				Code: code, Status: 400, Count: 1})
			if err != nil {
				t.Fatal(err)
			}
			second, _, took := start(t, s, demo)
			if second.InstanceID == first.InstanceID || took > 20*time.Second {
				t.Errorf("%s: %s after %s, in %v", code, second.InstanceID, first.InstanceID, took)
			}
			time.Sleep(3 * time.Minute)
			pool, err := s.Pool(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range pool.Members {
				if m.InstanceID == first.InstanceID && m.State == backend.Claimed {
					t.Errorf("%s: %s stays claimed", code, m.InstanceID)
				}
			}
		})
	}
}
