package fleet_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// TestStartThatFallsBack starts another instance within seconds when EC2 takes a start and lets it fall back.
func TestStartThatFallsBack(t *testing.T) {
	for name, fail := range map[string]func(t *testing.T, w *world, id string){
		"killed": func(t *testing.T, w *world, id string) {
			if err := w.cloud.KillInstance(id); err != nil {
				t.Error(err)
			}
		},
		"stopped": func(t *testing.T, w *world, id string) {
			if _, err := ec2.NewFromConfig(w.cfg).StopInstances(t.Context(),
				&ec2.StopInstancesInput{InstanceIds: []string{id}}); err != nil {
				t.Error(err)
			}
		},
		"terminated": func(t *testing.T, w *world, id string) {
			in := &ec2.TerminateInstancesInput{InstanceIds: []string{id}}
			if _, err := ec2.NewFromConfig(w.cfg).TerminateInstances(t.Context(), in); err != nil {
				t.Error(err)
			}
		},
	} {
		for phase, after := range map[backend.Phase]time.Duration{
			backend.Booting: bootWarm / 2,
			backend.Probing: bootWarm / 10,
		} {
			t.Run(name+" while "+string(phase), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					s := w.desktop(t, "one")
					keep(t, s)
					time.Sleep(5 * time.Minute)
					failed, began := "", time.Now()
					session, err := s.Start(t.Context(), userNo(1), func(p backend.Progress) {
						if p.Phase == phase && failed == "" && p.Session != nil {
							failed = p.Session.InstanceID
							time.AfterFunc(after, func() { fail(t, w, failed) })
						}
					})
					if err != nil {
						t.Fatal(err)
					}
					if session.InstanceID == failed || failed == "" {
						t.Errorf("started %s after %s failed", session.InstanceID, failed)
					}
					if took := time.Since(began); took > 45*time.Second {
						t.Errorf("ready after %v", took)
					}
				})
			})
		}
	}
}

// TestStartsThatAllFailLate ends with EC2's reason when no instance comes up.
func TestStartsThatAllFailLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(5 * time.Minute)
		w.cloud.FailStarts(-1, "")
		began := time.Now()
		_, err := s.Start(t.Context(), userNo(1), func(backend.Progress) {})
		var p *backend.Problem
		if !errors.As(err, &p) || !strings.Contains(p.Why.String(), "Client.InternalError: Client error on launch") {
			t.Fatalf("the start ended with %v", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %v", took)
		}
		if row, err := s.Current(t.Context(), userNo(1)); err != nil || row != nil {
			t.Errorf("a session is left: %+v, %v", row, err)
		}
		w.cloud.FailStarts(1, "Server.InsufficientInstanceCapacity")
		if _, err := s.Start(t.Context(), userNo(1), func(backend.Progress) {}); err != nil {
			t.Errorf("a start after one late failure: %v", err)
		}
	})
}
