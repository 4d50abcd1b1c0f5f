package iam

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/localcloud/awsquery"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	defaultSession = 3600 // seconds: a role's longest session if it says nothing
	longestSession = 43200
)

var entityName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

func validation(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ValidationError", format, args...)
}

func failure(err error) *wire.Error { return wire.Errorf(500, "ServiceFailure", "%s", err.Error()) }

// checkTrust refuses what is no trust policy.
func checkTrust(doc string) *wire.Error {
	p, err := ParsePolicy([]byte(doc))
	if err != nil {
		return wire.Errorf(400, "MalformedPolicyDocument", "%s", err.Error())
	}
	for i := range p.Statements {
		st := &p.Statements[i]
		if len(st.Principal)+len(st.NotPrincipal) == 0 {
			return wire.Errorf(400, "MalformedPolicyDocument", "Missing required field Principal")
		}
		if len(st.Resource)+len(st.NotResource) > 0 {
			return wire.Errorf(400, "MalformedPolicyDocument", "Has prohibited field Resource")
		}
	}
	return nil
}

// sessionLength reads MaxSessionDuration, 0 if it is not given.
func sessionLength(form url.Values) (int, *wire.Error) {
	text := form.Get("MaxSessionDuration")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < defaultSession || n > longestSession {
		return 0, outOfRange("maxSessionDuration", text, n, defaultSession, longestSession)
	}
	return n, nil
}

func (s *Service) createRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	name := form.Get("RoleName")
	if !entityName.MatchString(name) {
		return nil, validation("1 validation error detected: Value '%s' at 'roleName' failed to satisfy constraint: "+
			`Member must satisfy regular expression pattern: [\w+=,.@-]+`, name)
	}
	if _, err := s.find(form); err == nil {
		return nil, wire.Errorf(409, "EntityAlreadyExists", "Role with name %s already exists.", name)
	}
	if err := checkTrust(form.Get("AssumeRolePolicyDocument")); err != nil {
		return nil, err
	}
	length, err := sessionLength(form)
	if err != nil {
		return nil, err
	}
	boundary := form.Get("PermissionsBoundary")
	if err := s.attachable(boundary); boundary != "" && err != nil {
		return nil, err
	}
	edit := func(r *role) {
		r.Trust, r.Description, r.MaxSession = []byte(form.Get("AssumeRolePolicyDocument")), form.Get("Description"), length
		r.Path, r.Boundary, r.Tags = form.Get("Path"), boundary, formTags(form)
	}
	if err := s.change(name, true, edit); err != nil {
		return nil, failure(err)
	}
	return s.getRole(nil, form)
}

func formTags(form url.Values) map[string]string {
	out := map[string]string{}
	for _, member := range awsquery.List(form, "Tags") {
		out[form.Get(member+".Key")] = form.Get(member + ".Value")
	}
	return out
}

// edit changes the role that the form names.
func (s *Service) edit(form url.Values, change func(*role)) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	if err := s.change(r.Name, false, change); err != nil {
		return nil, failure(err)
	}
	return nil, nil
}

func (s *Service) updateRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	length, err := sessionLength(form)
	if err != nil {
		return nil, err
	}
	if _, err := s.edit(form, func(r *role) {
		if form.Has("Description") {
			r.Description = form.Get("Description")
		}
		if length > 0 {
			r.MaxSession = length
		}
	}); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

func (s *Service) updateTrust(_ *wire.Call, form url.Values) (any, *wire.Error) {
	if err := checkTrust(form.Get("PolicyDocument")); err != nil {
		return nil, err
	}
	return s.edit(form, func(r *role) { r.Trust = []byte(form.Get("PolicyDocument")) })
}

func (s *Service) deleteRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r = s.roles[r.Name]; {
	case r == nil:
		return nil, nil
	case len(r.Attached) > 0:
		return nil, wire.Errorf(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	case len(r.Policies) > 0:
		return nil, wire.Errorf(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	if err := s.st.Apply(store.Op{Bucket: roleBucket, Key: r.Name}); err != nil {
		return nil, failure(err)
	}
	delete(s.roles, r.Name)
	return nil, nil
}

func (s *Service) deleteRolePolicy(_ *wire.Call, form url.Values) (any, *wire.Error) {
	if _, err := s.getRolePolicy(nil, form); err != nil {
		return nil, err
	}
	return s.edit(form, func(r *role) { delete(r.Policies, form.Get("PolicyName")) })
}

func (s *Service) attach(_ *wire.Call, form url.Values) (any, *wire.Error) {
	arn := form.Get("PolicyArn")
	if _, err := s.find(form); err != nil {
		return nil, err
	}
	if err := s.attachable(arn); err != nil {
		return nil, err
	}
	return s.edit(form, func(r *role) {
		if !slices.Contains(r.Attached, arn) {
			r.Attached = append(r.Attached, arn)
		}
	})
}

func (s *Service) detach(_ *wire.Call, form url.Values) (any, *wire.Error) {
	arn := form.Get("PolicyArn")
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.Attached, arn) {
		return nil, wire.Errorf(404, "NoSuchEntity", "Policy %s was not found.", arn)
	}
	return s.edit(form, func(r *role) {
		r.Attached = slices.DeleteFunc(r.Attached, func(a string) bool { return a == arn })
	})
}

func (s *Service) listAttached(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	type attached struct{ PolicyName, PolicyArn string }
	out := struct {
		page
		AttachedPolicies struct {
			Member []attached `xml:"member"`
		}
	}{}
	arns := slices.Sorted(slices.Values(r.Attached))
	if out.page, err = pageOf(form, len(arns), func(i int) string { return arns[i] }); err != nil {
		return nil, err
	}
	for _, arn := range arns[out.from:out.to] {
		out.AttachedPolicies.Member = append(
			out.AttachedPolicies.Member,
			attached{arn[strings.LastIndexByte(arn, '/')+1:], arn},
		)
	}
	return out, nil
}

func (s *Service) putBoundary(_ *wire.Call, form url.Values) (any, *wire.Error) {
	arn := form.Get("PermissionsBoundary")
	if err := s.attachable(arn); err != nil {
		return nil, err
	}
	return s.edit(form, func(r *role) { r.Boundary = arn })
}

func (s *Service) deleteBoundary(_ *wire.Call, form url.Values) (any, *wire.Error) {
	return s.edit(form, func(r *role) { r.Boundary = "" })
}

func (s *Service) tagRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	return s.edit(form, func(r *role) {
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		for k, v := range formTags(form) {
			r.Tags[k] = v
		}
	})
}

func (s *Service) untagRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	return s.edit(form, func(r *role) {
		for _, member := range awsquery.List(form, "TagKeys") {
			delete(r.Tags, form.Get(member))
		}
	})
}

func (s *Service) listRoleTags(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	tags := tagList(r.Tags)
	part, err := pageOf(form, len(tags), func(i int) string { return tags[i].Key })
	if err != nil {
		return nil, err
	}
	return struct {
		page
		Tags tagsXML
	}{part, tagsXML{tags[part.from:part.to]}}, nil
}

// listProfiles answers none: Terraform asks before it deletes a role.
func (s *Service) listProfiles(_ *wire.Call, form url.Values) (any, *wire.Error) {
	_, err := s.find(form)
	return struct {
		IsTruncated      bool
		InstanceProfiles struct{}
	}{}, err
}

// LongestSession is how many seconds a session of a role may last.
func (s *Service) LongestSession(name string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r, ok := s.roles[name]; ok && r.MaxSession > 0 {
		return r.MaxSession
	}
	return defaultSession
}
