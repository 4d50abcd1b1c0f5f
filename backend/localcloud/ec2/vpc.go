package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// What Behavior.SecondVPC adds.
const (
	OtherVPC    = "vpc-0b7b7b20000000001"
	OtherSubnet = "subnet-0b7b7b20000000010"
	OtherGroup  = "sg-0b7b7b20000000001"
)

// checkNetwork gives a launch the default group of its subnet's VPC if it names none, and refuses groups of another
// VPC. A launch without a subnet is made in the default VPC, if there is one.
func (s *Service) checkNetwork(l *launch) *wire.Error {
	vpcID := DefaultVPC
	switch {
	case l.subnet != nil:
		vpcID = l.subnet.vpc
	case s.behavior.NoDefaultVPC:
		return noDefaultVPC()
	}
	if len(l.groups) == 0 {
		l.groups = []string{s.defaultGroup(vpcID)}
	}
	for _, id := range l.groups {
		if g := s.group(id); g.VPC != vpcID && l.subnet != nil {
			return wire.Errorf(400, "InvalidParameter", "Security group %s and subnet %s belong to different networks.", id,
				l.subnet.id)
		} else if g.VPC != vpcID {
			return wire.Errorf(400, "InvalidParameter", "The security group '%s' does not belong to VPC '%s'", id, vpcID)
		}
	}
	return nil
}

func noDefaultVPC() *wire.Error {
	return wire.Errorf(400, "VPCIdNotSpecified",
		"No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.")
}
