package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// TestASessionWhoseInstanceEC2HasForgottenEnds: EC2 lists a terminated instance for about an hour. Afterwards its stop
// is denied, since it has no tags any more.
func TestASessionWhoseInstanceEC2HasForgottenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		user := w.as(t, "user", demo)
		session, _, _ := start(t, user, demo)
		user.Wait()
		in := &ec2.TerminateInstancesInput{InstanceIds: []string{session.InstanceID}}
		if _, err := ec2.NewFromConfig(w.cfg).TerminateInstances(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour) // nobody keeps the pool
		keep(t, w.as(t, "keeper", kim))
		time.Sleep(10 * time.Minute)
		if left, err := user.Current(t.Context(), demo); err != nil || left != nil {
			t.Errorf("the session is still open: %+v, %v", left, err)
		}
	})
}
