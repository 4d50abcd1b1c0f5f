package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// permission is a rule of a security group: tcp or udp ports from and to, or everything where proto is "-1".
type permission struct {
	proto    string
	from, to int64
	cidr     string
	note     string
}

// group is a security group.
type group struct {
	id, name, description, vpc string
	ingress                    []permission
}

var everywhere = permission{proto: "-1", cidr: "0.0.0.0/0"}

// groups is the default group, which lets a browser reach an avatar.
var groups = []group{
	{id: DefaultSecurityGroup, name: "default", description: "default VPC security group", vpc: DefaultVPC,
		ingress: []permission{
			{proto: "tcp", from: 80, to: 80, cidr: "0.0.0.0/0", note: "avatar page"},
			{proto: "tcp", from: 443, to: 443, cidr: "0.0.0.0/0", note: "avatar page over TLS"},
			{proto: "udp", from: 49152, to: 65535, cidr: "0.0.0.0/0", note: "WebRTC media"},
		}},
}

func (s *Service) groupAttributes(g group) attributes {
	a := attributes{
		"group-id": {g.id}, "group-name": {g.name}, "description": {g.description},
		"vpc-id": {g.vpc}, "owner-id": {s.env.AccountID},
		"ip-permission.cidr": nil, "ip-permission.protocol": nil, "ip-permission.from-port": nil,
		"ip-permission.to-port": nil,
	}
	for _, r := range g.ingress {
		a["ip-permission.cidr"] = append(a["ip-permission.cidr"], r.cidr)
		a["ip-permission.protocol"] = append(a["ip-permission.protocol"], r.proto)
		a["ip-permission.from-port"] = append(a["ip-permission.from-port"], intText(r.from))
		a["ip-permission.to-port"] = append(a["ip-permission.to-port"], intText(r.to))
	}
	return withTags(a, s.tagsOf(g.id))
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
	if err := known(ids, idsOf(groups, func(g group) string { return g.id }), "InvalidGroup.NotFound",
		"The security group '%s' does not exist"); err != nil {
		return err
	}
	if err := known(names, idsOf(groups, func(g group) string { return g.name }), "InvalidGroup.NotFound",
		"The security group '%s' does not exist in default VPC '"+DefaultVPC+"'"); err != nil {
		return err
	}
	all := keep(groups, func(g group) bool {
		return wanted(ids, g.id) && (len(names) == 0 || g.vpc == DefaultVPC && wanted(names, g.name)) &&
			matches(filters, s.groupAttributes(g))
	})
	all, next, err := page(p, all, func(g group) string { return g.id }, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "securityGroupInfo", all, func(g group) {
		d.text("ownerId", s.env.AccountID)
		d.text("groupId", g.id)
		d.text("securityGroupArn", s.arn("security-group", g.id))
		d.text("groupName", g.name)
		d.text("groupDescription", g.description)
		d.text("vpcId", g.vpc)
		list(d, "ipPermissions", g.ingress, func(r permission) { writePermission(d, r) })
		list(d, "ipPermissionsEgress", []permission{everywhere}, func(r permission) { writePermission(d, r) })
		d.tagSet(s.tagsOf(g.id))
	})
	d.opt("nextToken", next)
	return nil
}

func writePermission(d *doc, r permission) {
	d.text("ipProtocol", r.proto)
	if r.proto != "-1" {
		d.number("fromPort", r.from)
		d.number("toPort", r.to)
	}
	d.in("groups", func() {})
	list(d, "ipRanges", []permission{r}, func(r permission) {
		d.text("cidrIp", r.cidr)
		d.opt("description", r.note)
	})
	d.in("ipv6Ranges", func() {})
	d.in("prefixListIds", func() {})
}

// groupNamed returns the ID of a security group given by ID, or by name in the default VPC.
func (s *Service) groupNamed(idOrName string) (string, *wire.Error) {
	for _, g := range s.allGroups() {
		if g.id == idOrName || g.name == idOrName && g.vpc == DefaultVPC {
			if g.name == idOrName && s.behavior.NoDefaultVPC {
				return "", noDefaultVPC()
			}
			return g.id, nil
		}
	}
	return "", wire.Errorf(400, "InvalidGroup.NotFound", "The security group '%s' does not exist", idOrName)
}
