package core

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend/awsx"
)

// TestComputersWhoseClockIsWrong: EC2's refusal of a date is corrected like the other services'. What is refused for
// another reason is not tried again.
func TestComputersWhoseClockIsWrong(t *testing.T) {
	for _, skew := range []time.Duration{-10 * time.Minute, 0, 3 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t)
			r.cloud.SetClockSkew(skew)
			c := clients.EC2(r.operator(), func(*ec2.Options) {})
			for range 2 {
				if _, err := c.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{}); err != nil {
					t.Errorf("%v: %v", skew, err)
				}
			}
			_, err := c.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{"i-0000000000000000f"}})
			if err == nil || awsx.SkewOf(err).Abs() > 2*time.Second {
				t.Errorf("%v: a refusal has the skew %v: %v", skew, awsx.SkewOf(err), err)
			}
		})
	}
}
