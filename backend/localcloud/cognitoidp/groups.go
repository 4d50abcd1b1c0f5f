package cognitoidp

import (
	"cmp"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

type groupInput struct {
	UserPoolId, GroupName, Username string
	Description, RoleArn            *string
	Precedence                      *int32
	Limit                           *int32
	NextToken                       string
}

// groupOf finds a group of a pool.
func (s *Service) groupOf(in *groupInput) (*pool, *group, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, nil, err
	}
	g := p.groups[in.GroupName]
	if g == nil {
		return nil, nil, fail("ResourceNotFoundException", "Group not found.")
	}
	return p, g, nil
}

func createGroup(s *Service, c *wire.Call, in *groupInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if in.GroupName == "" || len(in.GroupName) > 128 {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value at 'groupName' failed to satisfy constraint: Member must have length between "+
				"1 and 128")
	}
	if p.groups[in.GroupName] != nil {
		return nil, fail("GroupExistsException", "A group with the name already exists.")
	}
	g := &group{Name: in.GroupName, Created: c.Now}
	p.groups[g.Name] = g
	return s.changeGroup(c, p, g, in)
}

func (s *Service) changeGroup(c *wire.Call, p *pool, g *group, in *groupInput) (any, error) {
	if in.Description != nil {
		g.Description = *in.Description
	}
	if in.RoleArn != nil {
		g.RoleARN = *in.RoleArn
	}
	if in.Precedence != nil {
		g.Precedence = in.Precedence
	}
	g.Modified = c.Now
	s.writeGroup(p, g)
	return map[string]any{"Group": viewGroup(p, g)}, nil
}

// groupView is GroupType.
type groupView struct {
	GroupName, UserPoolId string
	Description           string `json:",omitempty"`
	RoleArn               string `json:",omitempty"`
	Precedence            *int32 `json:",omitempty"`
	CreationDate          stamp
	LastModifiedDate      stamp
}

func viewGroup(p *pool, g *group) groupView {
	return groupView{GroupName: g.Name, UserPoolId: p.ID, Description: g.Description, RoleArn: g.RoleARN,
		Precedence: g.Precedence, CreationDate: stamp(g.Created), LastModifiedDate: stamp(g.Modified)}
}

func getGroup(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Group": viewGroup(p, g)}, nil
}

func updateGroup(s *Service, c *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	return s.changeGroup(c, p, g, in)
}

func deleteGroup(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	for _, u := range p.users {
		s.leave(p, u, g.Name)
	}
	delete(p.groups, g.Name)
	s.erase(groupBucket, p.ID+"/"+g.Name)
	return nil, nil
}

func listGroups(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return groupPage(p, mapKeys(p.groups), in)
}

func groupPage(p *pool, names []string, in *groupInput) (any, error) {
	names, next, err := page(names, in.NextToken, in.Limit, 60)
	if err != nil {
		return nil, err
	}
	out := []groupView{}
	for _, n := range names {
		out = append(out, viewGroup(p, p.groups[n]))
	}
	return answer("Groups", out, "NextToken", next), nil
}

func listUsersInGroup(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	var keys []string
	for k, u := range p.users {
		if slices.Contains(u.Groups, g.Name) {
			keys = append(keys, k)
		}
	}
	keys, next, err := page(keys, in.NextToken, in.Limit, 60)
	if err != nil {
		return nil, err
	}
	out := []userView{}
	for _, k := range keys {
		out = append(out, viewUser(p.users[k]))
	}
	return answer("Users", out, "NextToken", next), nil
}

func adminAddUserToGroup(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	_, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(u.Groups, g.Name) {
		u.Groups = append(u.Groups, g.Name)
		s.writeUser(p, u)
	}
	return nil, nil
}

func adminRemoveUserFromGroup(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, g, err := s.groupOf(in)
	if err != nil {
		return nil, err
	}
	_, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	s.leave(p, u, g.Name)
	return nil, nil
}

func (s *Service) leave(p *pool, u *user, name string) {
	if i := slices.Index(u.Groups, name); i >= 0 {
		u.Groups = slices.Delete(u.Groups, i, i+1)
		s.writeUser(p, u)
	}
}

func adminListGroupsForUser(s *Service, _ *wire.Call, in *groupInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return groupPage(p, slices.Clone(u.Groups), in)
}

// groupsOf orders a user's groups by precedence, the strongest (lowest number) first, those without one last.
func (p *pool) groupsOf(u *user) []*group {
	var out []*group
	for _, n := range u.Groups {
		if g := p.groups[n]; g != nil {
			out = append(out, g)
		}
	}
	rank := func(g *group) int64 {
		if g.Precedence == nil {
			return 1 << 40
		}
		return int64(*g.Precedence)
	}
	slices.SortStableFunc(out, func(a, b *group) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	return out
}
