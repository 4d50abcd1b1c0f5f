package ec2

import (
	"cmp"
	"fmt"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// mayMake asks for the permission to make a resource with these tags.
func (s *Service) mayMake(c *wire.Call, kind string, tags map[string]string) *wire.Error {
	return authorize(c, c.Operation, s.arn(kind, "*"), requestTagKeys(tags))
}

// mayChange asks for the permission to change a resource, and ends a dry run.
func (s *Service) mayChange(c *wire.Call, p params, kind, id string) *wire.Error {
	keys := map[string][]string{}
	resourceTagKeys(keys, s.policyTags(id, s.tagsOf(id), c.Now))
	if err := authorize(c, c.Operation, s.arn(kind, id), keys); err != nil {
		return err
	}
	return p.dryRun()
}

// tagNew gives a new resource the tags that its request has for its kind.
func (ch *change) tagNew(id string, tags map[string]string) {
	if len(tags) == 0 {
		return
	}
	ch.s.keepTags(id, nil, ch.now)
	ch.s.tags[id] = tags
	ch.put(bucketTags, id, tags)
}

// untag forgets the tags of a resource that goes.
func (ch *change) untag(id string) {
	delete(ch.s.tags, id)
	ch.drop(bucketTags, id)
}

// answerTrue answers an operation that says only that it was done.
func answerTrue(d *doc, err *wire.Error) *wire.Error {
	if err == nil {
		d.bool("return", true)
	}
	return err
}

// newSerial counts what is made, so that lists are in the order of creation.
func (s *Service) newSerial() int64 {
	s.serial++
	return s.serial
}

func (s *Service) createVpc(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		tags, err := p.tagsFor("vpc")
		if err != nil {
			return err
		}
		v, err := s.readVPC(p)
		if err != nil {
			return err
		}
		if err := s.mayMake(c, "vpc", tags); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		ch.keepVPC(v)
		ch.tagNew(v.id, tags)
		ch.keepGroup(s.newGroup("default", "default VPC security group", v))
		d.in("vpc", func() { s.writeVPC(d, v, "pending") })
		return nil
	})
}

func (s *Service) readVPC(p params) (vpc, *wire.Error) {
	v := vpc{id: "vpc-" + s.env.NewID(17)}
	v.Tenancy, v.DNSSupport, v.Serial = cmp.Or(p.get("InstanceTenancy"), "default"), true, s.newSerial()
	if !slices.Contains([]string{"default", "dedicated", "host"}, v.Tenancy) {
		return v, invalid("Value (%s) for parameter instanceTenancy is invalid.", v.Tenancy)
	}
	if !p.has("CidrBlock") {
		return v, wire.Errorf(400, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	prefix, err := readRange(p, "CidrBlock")
	if err != nil {
		return v, err
	}
	if prefix.Bits() < 16 || prefix.Bits() > 28 {
		return v, wire.Errorf(400, "InvalidVpc.Range", "The CIDR '%s' is invalid.", prefix)
	}
	v.CIDRs = []association{{"vpc-cidr-assoc-" + s.env.NewID(17), prefix.String()}}
	ipv6, err := p.flag("AmazonProvidedIpv6CidrBlock")
	if err == nil && ipv6 {
		v.IPv6 = []association{s.amazonRange()}
	}
	return v, err
}

// amazonRange is a range of IPv6 addresses as Amazon gives one to a VPC, in the prefix for documentation (RFC 3849).
func (s *Service) amazonRange() association {
	cidr := fmt.Sprintf("2001:db8:%x:%x00::/56", 0x1000+s.env.Rand(0xf000), 0x10+s.env.Rand(0xf0))
	return association{"vpc-cidr-assoc-" + s.env.NewID(17), cidr}
}

func (s *Service) deleteVpc(c *wire.Call, p params, d *doc) *wire.Error {
	err := s.update(c.Now, func(ch *change) *wire.Error {
		v, err := s.neededVPC(p)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "vpc", v.id); err != nil {
			return err
		}
		if v.Serial == 0 || s.vpcInUse(v.id) {
			return wire.Errorf(400, "DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.id)
		}
		ch.dropGroup(s.group(s.defaultGroup(v.id)))
		delete(s.vpcStates, v.id)
		ch.drop(bucketVPCs, v.id)
		ch.untag(v.id)
		return nil
	})
	return answerTrue(d, err)
}

// vpcInUse reports whether something is left in a VPC beside its default group.
func (s *Service) vpcInUse(vpcID string) bool {
	return slices.ContainsFunc(s.allSubnets(), func(sn subnet) bool { return sn.vpc == vpcID }) ||
		slices.ContainsFunc(s.allGroups(), func(g group) bool { return g.VPC == vpcID && g.Name != "default" })
}

func (s *Service) neededVPC(p params) (vpc, *wire.Error) {
	id, err := p.need("VpcId")
	if err != nil {
		return vpc{}, err
	}
	return s.vpcNamed(id)
}

// vpcAttribute is an attribute of DescribeVpcAttribute and ModifyVpcAttribute.
type vpcAttribute struct {
	name, answer string
	of           func(*vpcState) *bool
}

var vpcFlags = []vpcAttribute{
	{"EnableDnsSupport", "enableDnsSupport", func(v *vpcState) *bool { return &v.DNSSupport }},
	{"EnableDnsHostnames", "enableDnsHostnames", func(v *vpcState) *bool { return &v.DNSHostnames }},
	{"EnableNetworkAddressUsageMetrics", "enableNetworkAddressUsageMetrics",
		func(v *vpcState) *bool { return &v.UsageMetrics }},
}

func (s *Service) describeVpcAttribute(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, err := s.neededVPC(p)
	if err != nil {
		return err
	}
	name, err := p.need("Attribute")
	if err != nil {
		return err
	}
	for _, a := range vpcFlags {
		if a.answer == name {
			d.text("vpcId", v.id)
			d.in(a.answer, func() { d.bool("value", *a.of(&v.vpcState)) })
			return nil
		}
	}
	return invalid("Value (%s) for parameter attribute is invalid. Unknown attribute.", name)
}

func (s *Service) modifyVpcAttribute(c *wire.Call, p params, d *doc) *wire.Error {
	err := s.update(c.Now, func(ch *change) *wire.Error {
		v, err := s.neededVPC(p)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "vpc", v.id); err != nil {
			return err
		}
		given := keep(vpcFlags, func(a vpcAttribute) bool { return p.has(a.name + ".Value") })
		if len(given) != 1 {
			return wire.Errorf(400, "InvalidParameterCombination", "Exactly one attribute must be specified")
		}
		if *given[0].of(&v.vpcState), err = p.flag(given[0].name + ".Value"); err != nil {
			return err
		}
		ch.keepVPC(v)
		return nil
	})
	return answerTrue(d, err)
}

func (s *Service) associateVpcCidrBlock(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		v, err := s.neededVPC(p)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "vpc", v.id); err != nil {
			return err
		}
		amazon, err := p.flag("AmazonProvidedIpv6CidrBlock")
		if err != nil {
			return err
		}
		full := func(n int) *wire.Error {
			return wire.Errorf(400, "CidrLimitExceeded", "This network %s has met its maximum number of allowed CIDRs: %d",
				v.id, n)
		}
		if amazon {
			if len(v.IPv6) > 0 {
				return full(1)
			}
			v.IPv6 = []association{s.amazonRange()}
			ch.keepVPC(v)
			d.text("vpcId", v.id)
			d.in("ipv6CidrBlockAssociation", func() { s.writeAmazonRange(d, v.IPv6[0], "associating") })
			return nil
		}
		if !p.has("CidrBlock") {
			return wire.Errorf(400, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
		}
		prefix, err := readRange(p, "CidrBlock")
		if err != nil {
			return err
		}
		switch {
		case len(v.CIDRs) >= 5:
			return full(5)
		case prefix.Bits() < 16 || prefix.Bits() > 28 || overlaps(v.CIDRs, prefix):
			return wire.Errorf(400, "InvalidVpc.Range", "The CIDR '%s' is invalid.", prefix)
		}
		r := association{"vpc-cidr-assoc-" + s.env.NewID(17), prefix.String()}
		v.CIDRs = append(slices.Clone(v.CIDRs), r)
		ch.keepVPC(v)
		d.text("vpcId", v.id)
		d.in("cidrBlockAssociation", func() { writeRange(d, r, "associating") })
		return nil
	})
}

func (s *Service) disassociateVpcCidrBlock(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		id, err := p.need("AssociationId")
		if err != nil {
			return err
		}
		for _, v := range s.vpcs() {
			named := func(r association) bool { return r.ID == id }
			i, j := slices.IndexFunc(v.CIDRs, named), slices.IndexFunc(v.IPv6, named)
			if i < 0 && j < 0 {
				continue
			}
			if err := s.mayChange(c, p, "vpc", v.id); err != nil {
				return err
			}
			return s.disassociate(ch, d, v, i, j)
		}
		return wire.Errorf(400, "InvalidVpcCidrBlockAssociationID.NotFound",
			"The vpc CIDR block association ID '%s' does not exist", id)
	})
}

// disassociate takes the range at i of a VPC's IPv4 ranges, or else the one at j of its IPv6 ranges, away.
func (s *Service) disassociate(ch *change, d *doc, v vpc, i, j int) *wire.Error {
	var r association
	if i >= 0 {
		r = v.CIDRs[i]
	} else {
		r = v.IPv6[j]
	}
	if i == 0 {
		return wire.Errorf(400, "OperationNotPermitted", "The vpc CIDR block with association ID %s may not be "+
			"disassociated. It is the primary IPv4 CIDR block of the VPC", r.ID)
	}
	for _, sn := range s.allSubnets() {
		if sn.vpc == v.id && (sn.prefix.IsValid() && within([]association{r}, sn.prefix) || j >= 0 && len(sn.IPv6) > 0) {
			return wire.Errorf(400, "CidrBlockInUse", "The vpc %s currently has a subnet within CIDR block %s", v.id, r.CIDR)
		}
	}
	d.text("vpcId", v.id)
	if i >= 0 {
		v.CIDRs = slices.Delete(slices.Clone(v.CIDRs), i, i+1)
		d.in("cidrBlockAssociation", func() { writeRange(d, r, "disassociating") })
	} else {
		v.IPv6 = slices.Delete(slices.Clone(v.IPv6), j, j+1)
		d.in("ipv6CidrBlockAssociation", func() { s.writeAmazonRange(d, r, "disassociating") })
	}
	ch.keepVPC(v)
	return nil
}
