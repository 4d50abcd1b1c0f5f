package ec2

import (
	"cmp"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// group is a security group.
type group struct {
	ID, Name, Description, VPC string
	Rules                      []rule
	Serial                     int64 // order of creation, 0 for those that every account has
}

// firstGroups are there from the beginning. The default VPC's group lets a browser reach an avatar.
var firstGroups = []group{
	{ID: DefaultSecurityGroup, Name: "default", Description: "default VPC security group", VPC: DefaultVPC, Rules: []rule{
		{ID: "sgr-0a7a7a20000000001", Protocol: "tcp", From: 80, To: 80, CIDR: "0.0.0.0/0", Note: "avatar page"},
		{ID: "sgr-0a7a7a20000000002", Protocol: "tcp", From: 443, To: 443, CIDR: "0.0.0.0/0", Note: "avatar page over TLS"},
		{ID: "sgr-0a7a7a20000000003", Protocol: "udp", From: 49152, To: 65535, CIDR: "0.0.0.0/0", Note: "WebRTC media"},
		{ID: "sgr-0a7a7a20000000004", Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"},
	}},
	{ID: OtherGroup, Name: "default", Description: "default VPC security group", VPC: OtherVPC, Rules: []rule{
		{ID: "sgr-0b7b7b20000000001", Protocol: "-1", From: -1, To: -1, Group: OtherGroup},
		{ID: "sgr-0b7b7b20000000002", Egress: true, Protocol: "-1", From: -1, To: -1, CIDR: "0.0.0.0/0"},
	}},
}

// allGroups are those that are there from the beginning, then those that were made, the oldest first.
func (s *Service) allGroups() []group {
	var all []group
	for _, g := range firstGroups {
		if g.VPC == OtherVPC && !s.behavior.SecondVPC {
			continue
		}
		if changed, ok := s.groups[g.ID]; ok {
			g = changed
		}
		all = append(all, g)
	}
	var made []group
	for _, g := range s.groups {
		if g.Serial > 0 {
			made = append(made, g)
		}
	}
	slices.SortFunc(made, func(a, b group) int { return cmp.Compare(a.Serial, b.Serial) })
	return append(all, made...)
}

func groupID(g group) string { return g.ID }

// group returns the security group of an ID, the zero group if there is none.
func (s *Service) group(id string) group {
	for _, g := range s.allGroups() {
		if g.ID == id {
			return g
		}
	}
	return group{}
}

// defaultGroup is the ID of a VPC's default group.
func (s *Service) defaultGroup(vpcID string) string {
	for _, g := range s.allGroups() {
		if g.VPC == vpcID && g.Name == "default" {
			return g.ID
		}
	}
	return ""
}

// keepGroup keeps a group in memory and on disk.
func (ch *change) keepGroup(g group) {
	ch.s.groups[g.ID] = g
	ch.put(bucketGroups, g.ID, g)
}

// dropGroup forgets a group, its rules and their tags.
func (ch *change) dropGroup(g group) {
	delete(ch.s.groups, g.ID)
	ch.drop(bucketGroups, g.ID)
	ch.untag(g.ID)
	for _, r := range g.Rules {
		ch.untag(r.ID)
	}
}

func (s *Service) groupAttributes(g group) attributes {
	a := attributes{
		"group-id": {g.ID}, "group-name": {g.Name}, "description": {g.Description},
		"vpc-id": {g.VPC}, "owner-id": {s.env.AccountID},
	}
	for _, side := range []string{"ip-permission.", "egress.ip-permission."} {
		for _, name := range []string{"cidr", "ipv6-cidr", "protocol", "from-port", "to-port", "group-id", "prefix-list-id",
			"group-name", "user-id"} {
			a[side+name] = nil
		}
	}
	for _, r := range g.Rules {
		side := "ip-permission."
		if r.Egress {
			side = "egress.ip-permission."
		}
		for name, value := range map[string]string{
			"cidr": r.CIDR, "ipv6-cidr": r.CIDR6, "protocol": r.Protocol, "from-port": intText(r.From), "to-port": intText(r.To),
			"group-id": r.Group, "prefix-list-id": r.PrefixList,
		} {
			a[side+name] = append(a[side+name], value)
		}
	}
	return withTags(a, s.tagsOf(g.ID))
}

func (s *Service) describeSecurityGroups(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, s.groupAttributes(group{}))
	if err != nil {
		return err
	}
	ids, names := p.list("GroupId"), p.list("GroupName")
	if len(names) > 0 && s.behavior.NoDefaultVPC {
		return noDefaultVPC()
	}
	groups := s.allGroups()
	if err := known(ids, idsOf(groups, groupID), "InvalidGroup.NotFound",
		"The security group '%s' does not exist"); err != nil {
		return err
	}
	inDefault := keep(groups, func(g group) bool { return g.VPC == DefaultVPC })
	if err := known(names, idsOf(inDefault, func(g group) string { return g.Name }), "InvalidGroup.NotFound",
		"The security group '%s' does not exist in default VPC '"+DefaultVPC+"'"); err != nil {
		return err
	}
	all := keep(groups, func(g group) bool {
		return wanted(ids, g.ID) && (len(names) == 0 || g.VPC == DefaultVPC && wanted(names, g.Name)) &&
			matches(filters, s.groupAttributes(g))
	})
	slices.SortFunc(all, func(a, b group) int { return cmp.Compare(a.ID, b.ID) }) // the order of pages
	all, next, err := page(p, all, groupID, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "securityGroupInfo", all, func(g group) { s.writeGroup(d, g) })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) writeGroup(d *doc, g group) {
	d.text("ownerId", s.env.AccountID)
	d.text("groupId", g.ID)
	d.text("securityGroupArn", s.arn("security-group", g.ID))
	d.text("groupName", g.Name)
	d.text("groupDescription", g.Description)
	d.text("vpcId", g.VPC)
	list(d, "ipPermissions", permissions(g.Rules, false), func(of []rule) { s.writePermission(d, of) })
	list(d, "ipPermissionsEgress", permissions(g.Rules, true), func(of []rule) { s.writePermission(d, of) })
	d.tagSet(s.tagsOf(g.ID))
}

// getSecurityGroupsForVpc lists the groups that a VPC's instances can have.
func (s *Service) getSecurityGroupsForVpc(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	v, err := s.neededVPC(p)
	if err != nil {
		return err
	}
	filters, err := readFilters(p, withTags(attributes{
		"group-id": nil, "description": nil, "group-name": nil, "owner-id": nil, "primary-vpc-id": nil,
	}, nil))
	if err != nil {
		return err
	}
	all := keep(s.allGroups(), func(g group) bool {
		a := s.groupAttributes(g)
		a["primary-vpc-id"] = []string{g.VPC}
		return g.VPC == v.id && matches(filters, a)
	})
	if p.has("NextToken") || p.has("MaxResults") {
		slices.SortFunc(all, func(a, b group) int { return cmp.Compare(a.ID, b.ID) })
	}
	all, next, err := page(p, all, groupID, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "securityGroupForVpcSet", all, func(g group) {
		d.text("description", g.Description)
		d.text("groupId", g.ID)
		d.text("groupName", g.Name)
		d.text("ownerId", s.env.AccountID)
		d.text("primaryVpcId", g.VPC)
		d.tags(s.tagsOf(g.ID))
	})
	d.opt("nextToken", next)
	return nil
}

// groupNamed returns the ID of a security group given by ID, or by name in the default VPC.
func (s *Service) groupNamed(idOrName string) (string, *wire.Error) {
	for _, g := range s.allGroups() {
		if g.ID == idOrName || g.Name == idOrName && g.VPC == DefaultVPC {
			if g.Name == idOrName && s.behavior.NoDefaultVPC {
				return "", noDefaultVPC()
			}
			return g.ID, nil
		}
	}
	return "", wire.Errorf(400, "InvalidGroup.NotFound", "The security group '%s' does not exist", idOrName)
}
