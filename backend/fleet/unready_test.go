package fleet_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// stateOf returns the state of an instance's row, empty if there is none.
func stateOf(t *testing.T, s *fleet.Service, instanceID string) backend.PoolState {
	t.Helper()
	for _, m := range poolOf(t, s).Members {
		if m.InstanceID == instanceID {
			return m.State
		}
	}
	return ""
}

// TestAnAdoptedInstanceThatWasNeverReadyIsReplaced launches an instance that nobody records, as a launcher does that
// dies after its launch.
func TestAnAdoptedInstanceThatWasNeverReadyIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		out, err := ec2.NewFromConfig(w.cfg).RunInstances(t.Context(), &ec2.RunInstancesInput{
			MinCount:       aws.Int32(1),
			MaxCount:       aws.Int32(1),
			LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: &w.out.LaunchTemplate},
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: "instance", Tags: []ec2types.Tag{
				{Key: aws.String("pool"), Value: aws.String("avatar")},
				{Key: aws.String("expire-at"), Value: aws.String(time.Now().Add(time.Hour).UTC().Format(time.RFC3339))},
			}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		id := *out.Instances[0].InstanceId
		s := w.desktop(t, "keeper")
		keep(t, s)
		for range 40 {
			time.Sleep(15 * time.Second)
			if state := stateOf(t, s, id); state == backend.Warm {
				t.Fatalf("%s is warm, and was never seen ready", id)
			}
		}
		if got := w.count(t); got["stopped"] != 5 || got["terminated"] != 1 {
			t.Errorf("the instances are %v", got)
		}
	})
}

// TestAColdStartGivesBackWhatWasReady: an instance whose first start was broken off is replaced, one whose avatar has
// answered becomes warm.
func TestAColdStartGivesBackWhatWasReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		ready, _, _ := start(t, s, demo)
		s.Wait()
		if err := s.Stop(t.Context(), *ready, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		other := userNo(7)
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		if _, err := s.Start(ctx, other, func(backend.Progress) {}); err == nil {
			t.Fatal("the second start was not broken off")
		}
		broken, err := s.Current(t.Context(), other)
		if err != nil || broken == nil || !broken.Cold {
			t.Fatalf("the second session is %+v, %v", broken, err)
		}
		if err := s.Stop(t.Context(), *broken, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		keep(t, s)
		time.Sleep(10 * time.Minute)
		if state := stateOf(t, s, ready.InstanceID); state != backend.Warm {
			t.Errorf("the instance that was ready is %q", state)
		}
		if state := stateOf(t, s, broken.InstanceID); state != "" {
			t.Errorf("the instance that was never ready is %q", state)
		}
	})
}
