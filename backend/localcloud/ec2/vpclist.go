package ec2

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// association is a range of addresses of a VPC or of a subnet, under an ID of its own.
type association struct{ ID, CIDR string }

// vpcState is what can be made and changed of a VPC.
type vpcState struct {
	CIDRs, IPv6  []association // the first of CIDRs is the primary one
	Tenancy      string
	DNSSupport   bool
	DNSHostnames bool
	UsageMetrics bool
	Serial       int64 // order of creation, 0 for those that every account has
}

// vpc is a virtual private cloud.
type vpc struct {
	id        string
	isDefault bool
	vpcState
}

func (v vpc) cidr() string { return v.CIDRs[0].CIDR }

// vpcs are the account's: first those that are there from the beginning, then those that were made, the oldest first.
func (s *Service) vpcs() []vpc {
	all := []vpc{s.firstVPC(DefaultVPC, "172.31.0.0/16", !s.behavior.NoDefaultVPC)}
	if s.behavior.SecondVPC {
		all = append(all, s.firstVPC(OtherVPC, "10.0.0.0/16", false))
	}
	var made []vpc
	for id, state := range s.vpcStates {
		if state.Serial > 0 {
			made = append(made, vpc{id, false, state})
		}
	}
	slices.SortFunc(made, func(a, b vpc) int { return cmp.Compare(a.Serial, b.Serial) })
	return append(all, made...)
}

// firstVPC is a VPC that is there from the beginning, with what was changed since.
func (s *Service) firstVPC(id, cidr string, isDefault bool) vpc {
	state, changed := s.vpcStates[id]
	if !changed {
		primary := association{"vpc-cidr-assoc-" + strings.TrimPrefix(id, "vpc-"), cidr}
		state = vpcState{CIDRs: []association{primary}, Tenancy: "default", DNSSupport: true, DNSHostnames: isDefault}
	}
	return vpc{id, isDefault, state}
}

// vpcNamed returns the VPC of an ID.
func (s *Service) vpcNamed(id string) (vpc, *wire.Error) {
	for _, v := range s.vpcs() {
		if v.id == id {
			return v, nil
		}
	}
	return vpc{}, wire.Errorf(400, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", id)
}

// HasVPC reports whether the account has the VPC.
func (s *Service) HasVPC(id string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, err := s.vpcNamed(id)
	return err == nil
}

// keepVPC keeps a VPC's state in memory and on disk.
func (ch *change) keepVPC(v vpc) {
	ch.s.vpcStates[v.id] = v.vpcState
	ch.put(bucketVPCs, v.id, v.vpcState)
}

func (s *Service) vpcAttributes(v vpc) attributes {
	isDefault := boolText(v.isDefault)
	a := attributes{
		"vpc-id": {v.id}, "state": {"available"}, "cidr": nil, "is-default": {isDefault}, "isDefault": {isDefault},
		"owner-id": {s.env.AccountID}, "dhcp-options-id": {dhcpOptions},
		"cidr-block-association.cidr-block": nil, "cidr-block-association.association-id": nil,
		"cidr-block-association.state":           {"associated"},
		"ipv6-cidr-block-association.cidr-block": nil, "ipv6-cidr-block-association.association-id": nil,
		"ipv6-cidr-block-association.state": nil,
	}
	for i, r := range v.CIDRs {
		if i == 0 {
			a["cidr"] = []string{r.CIDR}
		}
		a["cidr-block-association.cidr-block"] = append(a["cidr-block-association.cidr-block"], r.CIDR)
		a["cidr-block-association.association-id"] = append(a["cidr-block-association.association-id"], r.ID)
	}
	ipv6Attributes(a, v.IPv6)
	return withTags(a, s.tagsOf(v.id))
}

func ipv6Attributes(a attributes, ranges []association) {
	for _, r := range ranges {
		const name = "ipv6-cidr-block-association."
		a[name+"cidr-block"] = append(a[name+"cidr-block"], r.CIDR)
		a[name+"association-id"] = append(a[name+"association-id"], r.ID)
		a[name+"state"] = []string{"associated"}
	}
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
	slices.SortFunc(all, func(a, b vpc) int { return cmp.Compare(a.id, b.id) }) // the order of pages
	all, next, err := page(p, all, vpcID, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "vpcSet", all, func(v vpc) { s.writeVPC(d, v, "available") })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) writeVPC(d *doc, v vpc, state string) {
	d.text("vpcId", v.id)
	d.text("ownerId", s.env.AccountID)
	d.text("state", state)
	d.text("cidrBlock", v.cidr())
	list(d, "cidrBlockAssociationSet", v.CIDRs, func(r association) { writeRange(d, r, "associated") })
	ipv6 := "associated"
	if state == "pending" {
		ipv6 = "associating"
	}
	list(d, "ipv6CidrBlockAssociationSet", v.IPv6, func(r association) { s.writeAmazonRange(d, r, ipv6) })
	d.text("dhcpOptionsId", dhcpOptions)
	d.text("instanceTenancy", v.Tenancy)
	d.bool("isDefault", v.isDefault)
	d.tagSet(s.tagsOf(v.id))
}

func writeRange(d *doc, r association, state string) {
	d.text("associationId", r.ID)
	d.text("cidrBlock", r.CIDR)
	d.in("cidrBlockState", func() { d.text("state", state) })
}

func writeIPv6Range(d *doc, r association, state string) {
	d.text("associationId", r.ID)
	d.text("ipv6CidrBlock", r.CIDR)
	d.in("ipv6CidrBlockState", func() { d.text("state", state) })
}

// writeAmazonRange writes a VPC's range of IPv6 addresses, which are all from Amazon's pool.
func (s *Service) writeAmazonRange(d *doc, r association, state string) {
	writeIPv6Range(d, r, state)
	d.text("networkBorderGroup", s.env.Region)
	d.text("ipv6Pool", "Amazon")
	d.text("ipv6AddressAttribute", "public")
	d.text("ipSource", "amazon")
}

// readRange reads a range of addresses in the form in which AWS keeps it, without bits behind the mask.
func readRange(p params, name string) (netip.Prefix, *wire.Error) {
	prefix, err := netip.ParsePrefix(p.get(name))
	if err != nil || strings.HasPrefix(name, "Ipv6") != prefix.Addr().Is6() {
		return prefix, invalid("Value (%s) for parameter %s is invalid. This is not a valid CIDR block.", p.get(name),
			strings.ToLower(name[:1])+name[1:])
	}
	return prefix.Masked(), nil
}

// within reports whether one of the ranges has all of prefix.
func within(ranges []association, prefix netip.Prefix) bool {
	return slices.ContainsFunc(ranges, func(r association) bool {
		whole, err := netip.ParsePrefix(r.CIDR)
		return err == nil && whole.Bits() <= prefix.Bits() && whole.Contains(prefix.Addr())
	})
}

// overlaps reports whether one of the ranges has an address of prefix.
func overlaps(ranges []association, prefix netip.Prefix) bool {
	return slices.ContainsFunc(ranges, func(r association) bool {
		other, err := netip.ParsePrefix(r.CIDR)
		return err == nil && other.Overlaps(prefix)
	})
}
