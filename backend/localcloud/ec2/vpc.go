package ec2

import (
	"net/netip"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// What Behavior.SecondVPC adds.
const (
	OtherVPC    = "vpc-0b7b7b20000000001"
	OtherSubnet = "subnet-0b7b7b20000000010"
	OtherGroup  = "sg-0b7b7b20000000001"
)

// vpc is a virtual private cloud.
type vpc struct {
	id, cidr  string
	isDefault bool
}

// vpcs are the account's, the default one first.
func (s *Service) vpcs() []vpc {
	all := []vpc{{DefaultVPC, "172.31.0.0/16", !s.behavior.NoDefaultVPC}}
	if s.behavior.SecondVPC {
		all = append(all, vpc{OtherVPC, "10.0.0.0/16", false})
	}
	return all
}

// HasVPC reports whether the account has the VPC.
func (s *Service) HasVPC(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.vpcs(), func(v vpc) bool { return v.id == id })
}

// allSubnets are the default VPC's subnets and those of the others.
func (s *Service) allSubnets() []subnet {
	all := s.subnets()
	if s.behavior.SecondVPC {
		all = append(all, subnet{OtherSubnet, s.zones()[0], netip.MustParsePrefix("10.0.0.0/20"), OtherVPC})
	}
	return all
}

// allGroups are the default VPC's security groups and those of the others.
func (s *Service) allGroups() []group {
	if !s.behavior.SecondVPC {
		return groups
	}
	return append(groups[:len(groups):len(groups)], otherGroup)
}

var otherGroup = group{id: OtherGroup, name: "default", description: "default VPC security group", vpc: OtherVPC}

// vpcOf is the VPC of a subnet that exists or has existed.
func vpcOf(subnetID string) string {
	if subnetID == OtherSubnet {
		return OtherVPC
	}
	return DefaultVPC
}

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
		if g := s.group(id); g.vpc != vpcID && l.subnet != nil {
			return wire.Errorf(400, "InvalidParameter", "Security group %s and subnet %s belong to different networks.", id,
				l.subnet.id)
		} else if g.vpc != vpcID {
			return wire.Errorf(400, "InvalidParameter", "The security group '%s' does not belong to VPC '%s'", id, vpcID)
		}
	}
	return nil
}

func noDefaultVPC() *wire.Error {
	return wire.Errorf(400, "VPCIdNotSpecified",
		"No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.")
}

func (s *Service) defaultGroup(vpcID string) string {
	for _, g := range s.allGroups() {
		if g.vpc == vpcID && g.name == "default" {
			return g.id
		}
	}
	return ""
}

// group returns the security group of an ID, the zero group if there is none.
func (s *Service) group(id string) group {
	for _, g := range s.allGroups() {
		if g.id == id {
			return g
		}
	}
	return group{}
}

// inDefault reports whether a subnet is a default subnet.
func (s *Service) inDefault(sn subnet) bool { return sn.vpc == DefaultVPC && !s.behavior.NoDefaultVPC }

func (s *Service) vpcAttributes(v vpc) attributes {
	isDefault := boolText(v.isDefault)
	return withTags(attributes{
		"vpc-id": {v.id}, "state": {"available"}, "cidr": {v.cidr}, "is-default": {isDefault}, "isDefault": {isDefault},
		"owner-id": {s.env.AccountID}, "dhcp-options-id": {dhcpOptions}, "cidr-block-association.cidr-block": {v.cidr},
	}, s.tagsOf(v.id))
}

func vpcID(v vpc) string { return v.id }

func (s *Service) describeVpcs(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, s.vpcAttributes(vpc{}))
	if err != nil {
		return err
	}
	all, ids := s.vpcs(), p.list("VpcId")
	if err := known(ids, idsOf(all, vpcID), "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"); err != nil {
		return err
	}
	all = keep(all, func(v vpc) bool { return wanted(ids, v.id) && matches(filters, s.vpcAttributes(v)) })
	all, next, err := page(p, all, vpcID, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "vpcSet", all, func(v vpc) {
		d.text("vpcId", v.id)
		d.text("ownerId", s.env.AccountID)
		d.text("state", "available")
		d.text("cidrBlock", v.cidr)
		d.text("dhcpOptionsId", dhcpOptions)
		d.text("instanceTenancy", "default")
		d.bool("isDefault", v.isDefault)
		d.tagSet(s.tagsOf(v.id))
	})
	d.opt("nextToken", next)
	return nil
}
