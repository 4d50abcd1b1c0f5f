package ec2

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"avatar-launcher/backend/localcloud/wire"
)

// subnetState is what can be made and changed of a subnet.
type subnetState struct {
	VPC, Zone, CIDR       string // the zone's name; no CIDR if the subnet has IPv6 addresses only
	IPv6                  []association
	MapPublic             bool
	AssignIPv6            bool
	Native                bool // IPv6 addresses only
	DNS64                 bool
	Hostname              string // ip-name or resource-name
	RecordsA, RecordsAAAA bool   // records for resource names
	Serial                int64  // order of creation, 0 for those that every account has
}

// subnet is a part of a VPC in one zone.
type subnet struct {
	id     string
	zone   zone
	prefix netip.Prefix // invalid if the subnet has IPv6 addresses only
	vpc    string
	subnetState
}

// subnets are the default VPC's own subnets, one a zone, in the order of their zones.
func (s *Service) subnets() []subnet {
	var out []subnet
	for i, z := range s.zones() {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 31, byte(16 * i), 0}), 20)
		id := "subnet-0a7a7a2000000000" + strconv.FormatInt(int64(10+i), 16)
		out = append(out, s.firstSubnet(id, z, prefix, DefaultVPC))
	}
	return out
}

// firstSubnet is a subnet that is there from the beginning, with what was changed since.
func (s *Service) firstSubnet(id string, z zone, prefix netip.Prefix, vpcID string) subnet {
	state, changed := s.subnetsOf[id]
	if !changed {
		state = subnetState{VPC: vpcID, Zone: z.name, CIDR: prefix.String(), MapPublic: true, Hostname: "ip-name"}
	}
	return subnet{id, z, prefix, vpcID, state}
}

// allSubnets are those that are there from the beginning, then those that were made, the oldest first.
func (s *Service) allSubnets() []subnet {
	all := s.subnets()
	if s.behavior.SecondVPC {
		all = append(all, s.firstSubnet(OtherSubnet, s.zones()[0], netip.MustParsePrefix("10.0.0.0/20"), OtherVPC))
	}
	var made []subnet
	for id, state := range s.subnetsOf {
		if state.Serial > 0 {
			prefix, _ := netip.ParsePrefix(state.CIDR)
			made = append(made, subnet{id, zone{state.Zone, s.zoneID(state.Zone)}, prefix, state.VPC, state})
		}
	}
	slices.SortFunc(made, func(a, b subnet) int { return cmp.Compare(a.Serial, b.Serial) })
	return append(all, made...)
}

func subnetID(sn subnet) string { return sn.id }

// subnetNamed returns the subnet of an ID.
func (s *Service) subnetNamed(id string) (subnet, *wire.Error) {
	for _, sn := range s.allSubnets() {
		if sn.id == id {
			return sn, nil
		}
	}
	return subnet{}, wire.Errorf(400, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
}

// vpcOf is the VPC of a subnet that exists or has existed.
func (s *Service) vpcOf(subnetID string) string {
	if state, ok := s.subnetsOf[subnetID]; ok {
		return state.VPC
	}
	if subnetID == OtherSubnet {
		return OtherVPC
	}
	return DefaultVPC
}

// inDefault reports whether a subnet is a default subnet.
func (s *Service) inDefault(sn subnet) bool {
	return sn.vpc == DefaultVPC && sn.Serial == 0 && !s.behavior.NoDefaultVPC
}

// keepSubnet keeps a subnet's state in memory and on disk.
func (ch *change) keepSubnet(sn subnet) {
	ch.s.subnetsOf[sn.id] = sn.subnetState
	ch.put(bucketSubnets, sn.id, sn.subnetState)
}

func (s *Service) subnetAttributes(sn subnet) attributes {
	cidr := sn.CIDR
	a := attributes{
		"subnet-id": {sn.id}, "vpc-id": {sn.vpc}, "state": {"available"},
		"availability-zone": {sn.zone.name}, "availabilityZone": {sn.zone.name},
		"availability-zone-id": {sn.zone.id}, "availabilityZoneId": {sn.zone.id},
		"cidr-block": {cidr}, "cidr": {cidr}, "cidrBlock": {cidr},
		"default-for-az": {boolText(s.inDefault(sn))}, "defaultForAz": {boolText(s.inDefault(sn))},
		"map-public-ip-on-launch": {boolText(sn.MapPublic)}, "ipv6-native": {boolText(sn.Native)},
		"enable-dns64": {boolText(sn.DNS64)}, "subnet-arn": {s.arn("subnet", sn.id)},
		"private-dns-name-options-on-launch.hostname-type":                        {sn.Hostname},
		"private-dns-name-options-on-launch.enable-resource-name-dns-a-record":    {boolText(sn.RecordsA)},
		"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": {boolText(sn.RecordsAAAA)},
		"ipv6-cidr-block-association.cidr-block":                                  nil,
		"ipv6-cidr-block-association.association-id":                              nil,
		"ipv6-cidr-block-association.state":                                       nil,
		"owner-id":                                                                {s.env.AccountID},
		"available-ip-address-count":                                              {intText(s.freeIn(sn))},
	}
	ipv6Attributes(a, sn.IPv6)
	return withTags(a, s.tagsOf(sn.id))
}

// freeIn counts the IPv4 addresses left in a subnet.
func (s *Service) freeIn(sn subnet) int64 {
	if !sn.prefix.IsValid() {
		return 0
	}
	n := int64(1)<<(32-sn.prefix.Bits()) - 5
	for _, in := range s.instances {
		if in.SubnetID == sn.id && in.PrivateIP != "" {
			n--
		}
	}
	return n
}

func (s *Service) describeSubnets(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := s.allSubnets()
	filters, err := readFilters(p, s.subnetAttributes(all[0]))
	if err != nil {
		return err
	}
	ids := p.list("SubnetId")
	if err := known(ids, idsOf(all, subnetID), "InvalidSubnetID.NotFound",
		"The subnet ID '%s' does not exist"); err != nil {
		return err
	}
	all = keep(all, func(sn subnet) bool {
		return wanted(ids, sn.id) && matches(filters, s.subnetAttributes(sn))
	})
	slices.SortFunc(all, func(a, b subnet) int { return cmp.Compare(a.id, b.id) }) // the order of pages
	all, next, err := page(p, all, subnetID, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "subnetSet", all, func(sn subnet) { s.writeSubnet(d, sn) })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) writeSubnet(d *doc, sn subnet) {
	d.text("subnetId", sn.id)
	d.text("subnetArn", s.arn("subnet", sn.id))
	d.text("state", "available")
	d.text("ownerId", s.env.AccountID)
	d.text("vpcId", sn.vpc)
	d.opt("cidrBlock", sn.CIDR)
	list(d, "ipv6CidrBlockAssociationSet", sn.IPv6, func(r association) { writeIPv6Range(d, r, "associated") })
	d.number("availableIpAddressCount", s.freeIn(sn))
	d.text("availabilityZone", sn.zone.name)
	d.text("availabilityZoneId", sn.zone.id)
	d.bool("defaultForAz", s.inDefault(sn))
	d.bool("mapPublicIpOnLaunch", sn.MapPublic)
	d.bool("mapCustomerOwnedIpOnLaunch", false)
	d.bool("assignIpv6AddressOnCreation", sn.AssignIPv6)
	d.bool("ipv6Native", sn.Native)
	d.bool("enableDns64", sn.DNS64)
	d.in("privateDnsNameOptionsOnLaunch", func() {
		d.text("hostnameType", sn.Hostname)
		d.bool("enableResourceNameDnsARecord", sn.RecordsA)
		d.bool("enableResourceNameDnsAAAARecord", sn.RecordsAAAA)
	})
	d.tagSet(s.tagsOf(sn.id))
}
