package ec2

import (
	"net/netip"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

func (s *Service) createSubnet(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		tags, err := p.tagsFor("subnet")
		if err != nil {
			return err
		}
		v, err := s.neededVPC(p)
		if err != nil {
			return err
		}
		sn, err := s.readSubnetRequest(p, v)
		if err != nil {
			return err
		}
		if err := s.mayMake(c, "subnet", tags); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		ch.keepSubnet(sn)
		ch.tagNew(sn.id, tags)
		d.in("subnet", func() { s.writeSubnet(d, sn) })
		return nil
	})
}

func (s *Service) readSubnetRequest(p params, v vpc) (subnet, *wire.Error) {
	sn := subnet{id: "subnet-" + s.env.NewID(17), vpc: v.id}
	sn.VPC, sn.Hostname, sn.Serial = v.id, "ip-name", s.newSerial()
	var err *wire.Error
	if sn.Native, err = p.flag("Ipv6Native"); err != nil {
		return sn, err
	}
	switch {
	case sn.Native && !p.has("Ipv6CidrBlock"):
		return sn, wire.Errorf(400, "MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.")
	case sn.Native && p.has("CidrBlock"):
		return sn, wire.Errorf(400, "InvalidParameterCombination", "When specifying ipv4 parameters, cidrBlock or "+
			"ipv4IpamPoolId, you cannot set ipv6Native to true.")
	case !sn.Native && !p.has("CidrBlock"):
		return sn, wire.Errorf(400, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	if sn.zone, err = s.readZone(p); err != nil {
		return sn, err
	}
	sn.Zone = sn.zone.name
	if p.has("CidrBlock") {
		if err := s.readIPv4Range(p, &sn, v); err != nil {
			return sn, err
		}
	}
	if sn.Native {
		sn.AssignIPv6, sn.Hostname = true, "resource-name"
	}
	if p.has("Ipv6CidrBlock") {
		r, err := s.readIPv6Range(p, v)
		if err != nil {
			return sn, err
		}
		sn.IPv6 = []association{r}
	}
	return sn, nil
}

// readZone returns the zone that a request names, the first one if it names none.
func (s *Service) readZone(p params) (zone, *wire.Error) {
	name, id := p.get("AvailabilityZone"), p.get("AvailabilityZoneId")
	for _, z := range s.zones() {
		if name == "" && id == "" || z.name == name || z.id == id {
			return z, nil
		}
	}
	names := idsOf(s.zones(), func(z zone) string { return z.name })
	return zone{}, invalid("Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created "+
		"in the following availability zones: %s.", name+id, strings.Join(names, ", "))
}

func (s *Service) readIPv4Range(p params, sn *subnet, v vpc) *wire.Error {
	prefix, err := readRange(p, "CidrBlock")
	if err != nil {
		return err
	}
	if prefix.Bits() > 28 || !within(v.CIDRs, prefix) {
		return wire.Errorf(400, "InvalidSubnet.Range", "The CIDR '%s' is invalid.", prefix)
	}
	for _, other := range s.allSubnets() {
		if other.vpc == v.id && other.prefix.IsValid() && other.prefix.Overlaps(prefix) {
			return wire.Errorf(400, "InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", prefix)
		}
	}
	sn.prefix, sn.CIDR = prefix, prefix.String()
	return nil
}

// readIPv6Range reads a subnet's range of IPv6 addresses: a part of the VPC's, from /44 to /64 in steps of 4
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html).
func (s *Service) readIPv6Range(p params, v vpc) (association, *wire.Error) {
	prefix, err := readRange(p, "Ipv6CidrBlock")
	if err != nil {
		return association{}, err
	}
	if bits := prefix.Bits(); bits < 44 || bits > 64 || bits%4 != 0 || !within(v.IPv6, prefix) {
		return association{}, wire.Errorf(400, "InvalidSubnet.Range", "The CIDR '%s' is invalid.", prefix)
	}
	for _, other := range s.allSubnets() {
		if other.vpc == v.id && overlaps(other.IPv6, prefix) {
			return association{}, wire.Errorf(400, "InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet",
				prefix)
		}
	}
	return association{"subnet-cidr-assoc-" + s.env.NewID(17), prefix.String()}, nil
}

func (s *Service) deleteSubnet(c *wire.Call, p params, d *doc) *wire.Error {
	return answerTrue(d, s.changeSubnet(c, p, func(ch *change, sn subnet) *wire.Error {
		used := sn.Serial == 0
		for _, in := range s.instances {
			used = used || in.SubnetID == sn.id && in.State != terminated
		}
		if used {
			return wire.Errorf(400, "DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", sn.id)
		}
		delete(s.subnetsOf, sn.id)
		ch.drop(bucketSubnets, sn.id)
		ch.untag(sn.id)
		return nil
	}))
}

// changeSubnet finds the request's subnet, asks for the permission and changes it by fn.
func (s *Service) changeSubnet(c *wire.Call, p params, fn func(*change, subnet) *wire.Error) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		id, err := p.need("SubnetId")
		if err != nil {
			return err
		}
		sn, err := s.subnetNamed(id)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "subnet", id); err != nil {
			return err
		}
		return fn(ch, sn)
	})
}

var subnetFlags = map[string]func(*subnetState) *bool{
	"MapPublicIpOnLaunch":                     func(sn *subnetState) *bool { return &sn.MapPublic },
	"AssignIpv6AddressOnCreation":             func(sn *subnetState) *bool { return &sn.AssignIPv6 },
	"EnableDns64":                             func(sn *subnetState) *bool { return &sn.DNS64 },
	"EnableResourceNameDnsARecordOnLaunch":    func(sn *subnetState) *bool { return &sn.RecordsA },
	"EnableResourceNameDnsAAAARecordOnLaunch": func(sn *subnetState) *bool { return &sn.RecordsAAAA },
}

func (s *Service) modifySubnetAttribute(c *wire.Call, p params, d *doc) *wire.Error {
	return answerTrue(d, s.changeSubnet(c, p, func(ch *change, sn subnet) *wire.Error {
		var names []string
		for _, name := range sortedKeys(subnetFlags) {
			if p.has(name + ".Value") {
				names = append(names, name)
			}
		}
		kind := p.get("PrivateDnsHostnameTypeOnLaunch")
		switch {
		case len(names)+min(1, len(kind)) != 1:
			return wire.Errorf(400, "InvalidParameterCombination", "Exactly one attribute must be specified")
		case kind != "" && kind != "ip-name" && kind != "resource-name":
			return invalid("Value (%s) for parameter PrivateDnsHostnameTypeOnLaunch is invalid.", kind)
		case kind != "":
			sn.Hostname = kind
		default:
			v, err := p.flag(names[0] + ".Value")
			if err != nil {
				return err
			}
			if names[0] == "AssignIpv6AddressOnCreation" && v && len(sn.IPv6) == 0 {
				return invalid("Invalid value 'true' for assignIpv6AddressOnCreation. Subnet must be associated with an " +
					"IPv6 CIDR block first.")
			}
			*subnetFlags[names[0]](&sn.subnetState) = v
		}
		ch.keepSubnet(sn)
		return nil
	}))
}

func (s *Service) associateSubnetCidrBlock(c *wire.Call, p params, d *doc) *wire.Error {
	return s.changeSubnet(c, p, func(ch *change, sn subnet) *wire.Error {
		if !p.has("Ipv6CidrBlock") {
			return wire.Errorf(400, "MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.")
		}
		v, err := s.vpcNamed(sn.vpc)
		if err != nil {
			return err
		}
		if len(sn.IPv6) > 0 {
			return wire.Errorf(400, "InvalidSubnet.Conflict", "The subnet '%s' already has an IPv6 CIDR block", sn.id)
		}
		r, err := s.readIPv6Range(p, v)
		if err != nil {
			return err
		}
		sn.IPv6 = []association{r}
		ch.keepSubnet(sn)
		d.text("subnetId", sn.id)
		d.in("ipv6CidrBlockAssociation", func() { writeIPv6Range(d, r, "associating") })
		return nil
	})
}

func (s *Service) disassociateSubnetCidrBlock(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		id, err := p.need("AssociationId")
		if err != nil {
			return err
		}
		for _, sn := range s.allSubnets() {
			i := slices.IndexFunc(sn.IPv6, func(r association) bool { return r.ID == id })
			if i < 0 {
				continue
			}
			if err := s.mayChange(c, p, "subnet", sn.id); err != nil {
				return err
			}
			r := sn.IPv6[i]
			sn.IPv6, sn.AssignIPv6 = nil, false
			ch.keepSubnet(sn)
			d.text("subnetId", sn.id)
			d.in("ipv6CidrBlockAssociation", func() { writeIPv6Range(d, r, "disassociating") })
			return nil
		}
		return wire.Errorf(400, "InvalidSubnetCidrBlockAssociationID.NotFound",
			"The subnet CIDR block association ID '%s' does not exist", id)
	})
}

// leaseIPv6 gives a new instance an address of its subnet's first IPv6 range, if it has one and it is wanted.
func (s *Service) leaseIPv6(in *instance, sn subnet, n int) {
	for range n {
		if len(sn.IPv6) == 0 {
			return
		}
		prefix := netip.MustParsePrefix(sn.IPv6[0].CIDR)
		b := prefix.Addr().As16()
		for i := 8; i < 16; i++ {
			b[i] = byte(s.env.Rand(256))
		}
		in.IPv6 = append(in.IPv6, netip.AddrFrom16(b).String())
	}
}
