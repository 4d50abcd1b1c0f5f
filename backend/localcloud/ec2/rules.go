package ec2

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

func egressOf(c *wire.Call) bool { return strings.HasSuffix(c.Operation, "Egress") }

// changeGroup finds the request's group, asks for the permission and changes a copy of it by fn.
func (s *Service) changeGroup(c *wire.Call, p params, fn func(*change, *group) *wire.Error) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		g, err := s.neededGroup(p)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "security-group", g.ID); err != nil {
			return err
		}
		g.Rules = slices.Clone(g.Rules)
		if err := fn(ch, &g); err != nil {
			return err
		}
		ch.keepGroup(g)
		return nil
	})
}

// authorizeSecurityGroup adds rules, all or none.
func (s *Service) authorizeSecurityGroup(c *wire.Call, p params, d *doc) *wire.Error {
	tags, err := p.tagsFor("security-group-rule")
	if err != nil {
		return err
	}
	return s.changeGroup(c, p, func(ch *change, g *group) *wire.Error {
		rules, err := s.readRules(p, egressOf(c))
		if err != nil {
			return err
		}
		if len(rules) == 0 {
			return invalid("Invalid value for ipPermissions. A rule must have a source or destination.")
		}
		for i, r := range rules {
			if slices.ContainsFunc(g.Rules, r.same) {
				return r.duplicate()
			}
			if slices.ContainsFunc(rules[:i], r.same) {
				return invalid("The same permission must not appear multiple times")
			}
		}
		if err := s.roomFor(slices.Concat(g.Rules, rules), egressOf(c)); err != nil {
			return err
		}
		for i := range rules {
			rules[i].ID = "sgr-" + s.env.NewID(17)
			ch.tagNew(rules[i].ID, maps.Clone(tags))
		}
		g.Rules = append(g.Rules, rules...)
		d.bool("return", true)
		list(d, "securityGroupRuleSet", rules, func(r rule) { s.writeRule(d, g.ID, r) })
		return nil
	})
}

// revokeSecurityGroup takes rules away, all or none, by their IDs or by what they allow.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
func (s *Service) revokeSecurityGroup(c *wire.Call, p params, d *doc) *wire.Error {
	return s.changeGroup(c, p, func(ch *change, g *group) *wire.Error {
		revoked, unknown, err := s.chosenRules(c, p, g)
		if err != nil {
			return err
		}
		if len(unknown) > 0 && g.VPC != DefaultVPC {
			return wire.Errorf(400, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		g.Rules = slices.DeleteFunc(g.Rules, func(r rule) bool { return slices.Contains(revoked, r) })
		for _, r := range revoked {
			ch.untag(r.ID)
		}
		d.bool("return", true)
		if len(unknown) > 0 {
			list(d, "unknownIpPermissionSet", permissions(unknown, egressOf(c)), func(of []rule) { s.writePermission(d, of) })
		}
		list(d, "revokedSecurityGroupRuleSet", revoked, func(r rule) { writeRevoked(d, g.ID, r) })
		return nil
	})
}

// chosenRules returns the group's rules that a request means, and what it means that the group has not.
func (s *Service) chosenRules(c *wire.Call, p params, g *group) (found, unknown []rule, err *wire.Error) {
	if ids := p.list("SecurityGroupRuleId"); len(ids) > 0 {
		for _, id := range ids {
			i := slices.IndexFunc(g.Rules, func(r rule) bool { return r.ID == id && r.Egress == egressOf(c) })
			if i < 0 {
				return nil, nil, wire.Errorf(400, "InvalidSecurityGroupRuleId.NotFound",
					"The security group rule ID '%s' does not exist", id)
			}
			found = append(found, g.Rules[i])
		}
		return found, nil, nil
	}
	rules, err := s.readRules(p, egressOf(c))
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rules {
		if i := slices.IndexFunc(g.Rules, r.same); i >= 0 {
			found = append(found, g.Rules[i])
		} else {
			unknown = append(unknown, r)
		}
	}
	return found, unknown, nil
}

// updateRuleDescriptions changes the descriptions of rules that are there.
func (s *Service) updateRuleDescriptions(c *wire.Call, p params, d *doc) *wire.Error {
	return answerTrue(d, s.changeGroup(c, p, func(_ *change, g *group) *wire.Error {
		if given := p.groups("SecurityGroupRuleDescription"); len(given) > 0 {
			for _, one := range given {
				id := one.get("SecurityGroupRuleId")
				i := slices.IndexFunc(g.Rules, func(r rule) bool { return r.ID == id })
				if i < 0 {
					return wire.Errorf(400, "InvalidSecurityGroupRuleId.NotFound",
						"The security group rule ID '%s' does not exist", id)
				}
				g.Rules[i].Note = one.get("Description")
			}
			return nil
		}
		rules, err := s.readRules(p, egressOf(c))
		if err != nil {
			return err
		}
		for _, r := range rules {
			i := slices.IndexFunc(g.Rules, r.same)
			if i < 0 {
				return wire.Errorf(400, "InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
			}
			g.Rules[i].Note = r.Note
		}
		return nil
	}))
}

// modifySecurityGroupRules replaces rules by others under the same IDs, all or none.
func (s *Service) modifySecurityGroupRules(c *wire.Call, p params, d *doc) *wire.Error {
	return answerTrue(d, s.changeGroup(c, p, func(_ *change, g *group) *wire.Error {
		given := p.groups("SecurityGroupRule")
		if len(given) == 0 {
			return missing("SecurityGroupRule")
		}
		for _, one := range given {
			id := one.get("SecurityGroupRuleId")
			i := slices.IndexFunc(g.Rules, func(r rule) bool { return r.ID == id })
			if i < 0 {
				return wire.Errorf(400, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist",
					id)
			}
			r := rule{ID: id, Egress: g.Rules[i].Egress}
			if err := s.readModified(one.under("SecurityGroupRule"), &r); err != nil {
				return err
			}
			for j, other := range g.Rules {
				if j != i && r.same(other) {
					return r.duplicate()
				}
			}
			g.Rules[i] = r
		}
		return nil
	}))
}

// readModified reads the new contents of a rule, which has exactly one peer.
func (s *Service) readModified(p params, r *rule) *wire.Error {
	if err := readTraffic(p, r); err != nil {
		return err
	}
	peers := 0
	for _, name := range []string{"CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId"} {
		if p.has(name) {
			peers++
		}
	}
	switch {
	case peers == 0:
		return wire.Errorf(400, "MissingParameter",
			"The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId")
	case peers > 1:
		return wire.Errorf(400, "InvalidParameterCombination",
			"Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified")
	}
	r.Note = p.get("Description")
	var err *wire.Error
	switch {
	case p.has("CidrIpv4"):
		r.CIDR, err = readCIDR(p.get("CidrIpv4"), false)
	case p.has("CidrIpv6"):
		r.CIDR6, err = readCIDR(p.get("CidrIpv6"), true)
	case p.has("PrefixListId"):
		r.PrefixList = p.get("PrefixListId")
		_, err = s.prefixListNamed(r.PrefixList)
	default:
		r.Group, err = s.groupNamed(p.get("ReferencedGroupId"))
	}
	return err
}

var (
	groupIDForm = regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`)
	ruleIDForm  = regexp.MustCompile(`^sgr-([0-9a-f]{8}|[0-9a-f]{17})$`)
)

func (s *Service) describeSecurityGroupRules(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	of := func(group string, r rule) attributes {
		return withTags(attributes{"group-id": {group}, "security-group-rule-id": {r.ID}}, s.tagsOf(r.ID))
	}
	filters, err := readFilters(p, of("", rule{}))
	if err != nil {
		return err
	}
	for _, f := range filters {
		for _, id := range f.values {
			if f.name == "group-id" && !groupIDForm.MatchString(id) {
				return wire.Errorf(400, "InvalidGroupId.Malformed", "The security group ID '%s' is malformed", id)
			}
		}
	}
	ids := p.list("SecurityGroupRuleId")
	for _, id := range ids {
		if !ruleIDForm.MatchString(id) {
			return wire.Errorf(400, "InvalidSecurityGroupRuleId.Malformed", "The security group rule ID '%s' is malformed", id)
		}
		if _, err := s.ruleNamed(id); err != nil {
			return err
		}
	}
	var all []ruleOf
	for _, g := range s.allGroups() {
		for i, r := range g.Rules {
			if wanted(ids, r.ID) && matches(filters, of(g.ID, r)) {
				all = append(all, ruleOf{g, i, r})
			}
		}
	}
	key := func(r ruleOf) string { return r.rule.ID }
	slices.SortFunc(all, func(a, b ruleOf) int { return cmp.Compare(key(a), key(b)) }) // the order of pages
	all, next, err := page(p, all, key, 5, 1000)
	if err != nil {
		return err
	}
	list(d, "securityGroupRuleSet", all, func(r ruleOf) { s.writeRule(d, r.group.ID, r.rule) })
	d.opt("nextToken", next)
	return nil
}
