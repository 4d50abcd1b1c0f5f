package ec2

import (
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// newGroup is a security group as it is made: everything may leave it, and a default group lets its own members in.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
func (s *Service) newGroup(name, description string, v vpc) group {
	g := group{ID: "sg-" + s.env.NewID(17), Name: name, Description: description, VPC: v.id, Serial: s.newSerial()}
	add := func(r rule) {
		r.ID, r.Protocol, r.From, r.To = "sgr-"+s.env.NewID(17), "-1", -1, -1
		g.Rules = append(g.Rules, r)
	}
	if name == "default" {
		add(rule{Group: g.ID})
	}
	add(rule{Egress: true, CIDR: "0.0.0.0/0"})
	if len(v.IPv6) > 0 {
		add(rule{Egress: true, CIDR6: "::/0"})
	}
	return g
}

func (s *Service) createSecurityGroup(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		tags, err := p.tagsFor("security-group")
		if err != nil {
			return err
		}
		g, err := s.readGroup(p)
		if err != nil {
			return err
		}
		if err := s.mayMake(c, "security-group", tags); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		ch.keepGroup(g)
		ch.tagNew(g.ID, tags)
		d.text("groupId", g.ID)
		d.text("securityGroupArn", s.arn("security-group", g.ID))
		d.tagSet(tags)
		return nil
	})
}

func (s *Service) readGroup(p params) (group, *wire.Error) {
	name, err := p.need("GroupName")
	if err != nil {
		return group{}, err
	}
	description, err := p.need("GroupDescription")
	if err != nil {
		return group{}, err
	}
	if !p.has("VpcId") && s.behavior.NoDefaultVPC {
		return group{}, noDefaultVPC()
	}
	id := DefaultVPC
	if p.has("VpcId") {
		id = p.get("VpcId")
	}
	v, err := s.vpcNamed(id)
	if err != nil {
		return group{}, err
	}
	switch {
	case strings.HasPrefix(name, "sg-"):
		return group{}, invalid("Invalid value '%s' for groupName. Group names may not be in the format sg-*.", name)
	case len(name) > 255:
		return group{}, invalid("Value (%s) for parameter GroupName is invalid. Character sets beyond ASCII are not "+
			"supported.",
			name)
	case slices.ContainsFunc(s.allGroups(), func(g group) bool { return g.VPC == id && g.Name == name }):
		return group{}, wire.Errorf(400, "InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'",
			name,
			id)
	}
	return s.newGroup(name, description, v), nil
}

// neededGroup returns the group that a request means by GroupId, or by GroupName in the default VPC.
func (s *Service) neededGroup(p params) (group, *wire.Error) {
	if !p.has("GroupId") && !p.has("GroupName") {
		return group{}, wire.Errorf(400, "MissingParameter", "The request must contain the parameter groupName or groupId")
	}
	if id := p.get("GroupId"); id != "" {
		if g := s.group(id); g.ID != "" {
			return g, nil
		}
		return group{}, wire.Errorf(400, "InvalidGroup.NotFound", "The security group '%s' does not exist", id)
	}
	if s.behavior.NoDefaultVPC {
		return group{}, noDefaultVPC()
	}
	for _, g := range s.allGroups() {
		if g.VPC == DefaultVPC && g.Name == p.get("GroupName") {
			return g, nil
		}
	}
	return group{}, wire.Errorf(400, "InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'",
		p.get("GroupName"), DefaultVPC)
}

func (s *Service) deleteSecurityGroup(c *wire.Call, p params, d *doc) *wire.Error {
	var id string
	err := s.update(c.Now, func(ch *change) *wire.Error {
		g, err := s.neededGroup(p)
		if err != nil {
			return err
		}
		if err := s.mayChange(c, p, "security-group", g.ID); err != nil {
			return err
		}
		switch {
		case g.Name == "default":
			return wire.Errorf(400, "CannotDelete", `the specified group: "%s" name: "default" cannot be deleted by a user`,
				g.ID)
		case s.groupUsed(g.ID):
			return wire.Errorf(400, "DependencyViolation", "resource %s has a dependent object", g.ID)
		}
		ch.dropGroup(g)
		id = g.ID
		return nil
	})
	if err == nil {
		d.bool("return", true)
		d.text("groupId", id)
	}
	return err
}

// groupUsed reports whether an instance, or a rule of another group, has the group.
func (s *Service) groupUsed(id string) bool {
	for _, in := range s.instances {
		if in.State != terminated && slices.Contains(in.SecurityGroups, id) {
			return true
		}
	}
	return slices.ContainsFunc(s.allGroups(), func(g group) bool {
		return g.ID != id && slices.ContainsFunc(g.Rules, func(r rule) bool { return r.Group == id })
	})
}
