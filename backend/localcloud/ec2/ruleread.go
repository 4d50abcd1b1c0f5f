package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// maxRules is how many rules a group may have in each direction, for IPv4 and for IPv6.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const maxRules = 60

// readRules reads the rules of IpPermissions.N, or the one rule that is given without it.
func (s *Service) readRules(p params, egress bool) ([]rule, *wire.Error) {
	sets := p.groups("IpPermissions")
	if len(sets) == 0 && !p.has("IpProtocol") {
		return nil, wire.Errorf(400, "MissingParameter", "The request must contain the parameter ipPermissions")
	}
	if len(sets) == 0 {
		return s.readPlainRule(p, egress)
	}
	var out []rule
	for _, set := range sets {
		r := rule{Egress: egress}
		if err := readTraffic(set, &r); err != nil {
			return nil, err
		}
		rules, err := s.readPeers(set, r)
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, nil
}

// readPlainRule reads a rule whose parts are parameters of the request itself.
func (s *Service) readPlainRule(p params, egress bool) ([]rule, *wire.Error) {
	r := rule{Egress: egress}
	if err := readTraffic(p, &r); err != nil {
		return nil, err
	}
	var err *wire.Error
	switch {
	case p.has("CidrIp"):
		r.CIDR, err = readCIDR(p.get("CidrIp"), false)
	case p.has("SourceSecurityGroupName"):
		r.Group, err = s.groupNamed(p.get("SourceSecurityGroupName"))
	default:
		err = wire.Errorf(400, "MissingParameter", "The request must contain the parameter cidrIp or sourceSecurityGroupName")
	}
	return []rule{r}, err
}

// readPeers makes one rule of r for each peer of a permission.
func (s *Service) readPeers(set params, r rule) ([]rule, *wire.Error) {
	var out []rule
	add := func(note string, fill func(*rule) *wire.Error) *wire.Error {
		one := r
		one.Note = note
		err := fill(&one)
		out = append(out, one)
		return err
	}
	for _, g := range set.groups("IpRanges") {
		if err := add(g.get("Description"), func(r *rule) (err *wire.Error) {
			r.CIDR, err = readCIDR(g.get("CidrIp"), false)
			return err
		}); err != nil {
			return nil, err
		}
	}
	for _, g := range set.groups("Ipv6Ranges") {
		if err := add(g.get("Description"), func(r *rule) (err *wire.Error) {
			r.CIDR6, err = readCIDR(g.get("CidrIpv6"), true)
			return err
		}); err != nil {
			return nil, err
		}
	}
	for _, g := range set.groups("PrefixListIds") {
		if err := add(g.get("Description"), func(r *rule) *wire.Error {
			r.PrefixList = g.get("PrefixListId")
			_, err := s.prefixListNamed(r.PrefixList)
			return err
		}); err != nil {
			return nil, err
		}
	}
	for _, g := range set.groups("Groups") {
		if err := add(g.get("Description"), func(r *rule) (err *wire.Error) {
			name := g.get("GroupId")
			if name == "" {
				name = g.get("GroupName")
			}
			r.Group, err = s.groupNamed(name)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// roomFor refuses more rules than a group may have. A prefix list counts as many as it has entries at most.
func (s *Service) roomFor(rules []rule, egress bool) *wire.Error {
	four, six := 0, 0
	for _, r := range rules {
		switch {
		case r.Egress != egress:
		case r.CIDR != "":
			four++
		case r.CIDR6 != "":
			six++
		case r.Group != "":
			four, six = four+1, six+1
		default:
			l, _ := s.prefixListNamed(r.PrefixList)
			if l.Family == "IPv6" {
				six += l.Max
			} else {
				four += l.Max
			}
		}
	}
	if four > maxRules || six > maxRules {
		return wire.Errorf(400, "RulesPerSecurityGroupLimitExceeded",
			"The maximum number of rules per security group has been reached.")
	}
	return nil
}

// ruleNamed returns the rule of an ID and its group.
func (s *Service) ruleNamed(id string) (ruleOf, *wire.Error) {
	for _, g := range s.allGroups() {
		for i, r := range g.Rules {
			if r.ID == id {
				return ruleOf{g, i, r}, nil
			}
		}
	}
	return ruleOf{}, wire.Errorf(400, "InvalidSecurityGroupRuleId.NotFound",
		"The security group rule ID '%s' does not exist",
		id)
}

// ruleOf is a rule and its place among those of its group.
type ruleOf struct {
	group group
	index int
	rule  rule
}
