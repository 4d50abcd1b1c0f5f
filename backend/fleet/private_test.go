package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// TestAPrivateInstanceIsReachedByItsPrivateAddress: no subnet gives public addresses, as in a network that is reached
// through a VPN only.
func TestAPrivateInstanceIsReachedByItsPrivateAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		api := ec2.NewFromConfig(w.cfg)
		subnets, err := api.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range subnets.Subnets {
			if _, err := api.ModifySubnetAttribute(t.Context(), &ec2.ModifySubnetAttributeInput{SubnetId: s.SubnetId,
				MapPublicIpOnLaunch: &ec2types.AttributeBooleanValue{Value: aws.Bool(false)}}); err != nil {
				t.Fatal(err)
			}
		}
		k, s := w.as(t, "keeper", kim), w.as(t, "user", demo)
		k.Avatar.Private, s.Avatar.Private = true, true
		keep(t, k)
		time.Sleep(3 * time.Minute)
		pool, err := s.Pool(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pool.Members {
			if m.State != backend.Warm {
				t.Errorf("%s is %s", m.InstanceID, m.State)
			}
		}
		session, phases, _ := start(t, s, demo)
		m, err := s.Machine(t.Context(), session.InstanceID)
		if err != nil || m.PublicIP != "" || m.PrivateIP == "" {
			t.Fatalf("the instance is %+v, %v", m, err)
		}
		if session.PublicIP != m.PrivateIP || phases[len(phases)-1] != backend.Probing {
			t.Errorf("after %v the session's address is %s, want %s", phases, session.PublicIP, m.PrivateIP)
		}
		s.Wait()
		if at, _ := w.resolve(t.Context(), session.Domain); len(at) != 1 || at[0] != m.PrivateIP {
			t.Errorf("%s points at %v, want %s", session.Domain, at, m.PrivateIP)
		}
	})
}
