package iam

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/awsquery"
	"avatar-launcher/backend/localcloud/wire"
)

const namespace = "https://iam.amazonaws.com/doc/2010-05-08/"

var _ wire.Service = (*Service)(nil)

type operation func(*Service, *wire.Call, url.Values) (any, *wire.Error)

// operations are the IAM actions that are answered (IAM API Reference).
var operations = map[string]operation{
	"GetUser":                       (*Service).getUser,
	"ListRoles":                     (*Service).listRoles,
	"CreateRole":                    (*Service).createRole,
	"GetRole":                       (*Service).getRole,
	"UpdateRole":                    (*Service).updateRole,
	"UpdateAssumeRolePolicy":        (*Service).updateTrust,
	"DeleteRole":                    (*Service).deleteRole,
	"ListRolePolicies":              (*Service).listRolePolicies,
	"GetRolePolicy":                 (*Service).getRolePolicy,
	"PutRolePolicy":                 (*Service).putRolePolicy,
	"DeleteRolePolicy":              (*Service).deleteRolePolicy,
	"ListAttachedRolePolicies":      (*Service).listAttached,
	"AttachRolePolicy":              (*Service).attach,
	"DetachRolePolicy":              (*Service).detach,
	"PutRolePermissionsBoundary":    (*Service).putBoundary,
	"DeleteRolePermissionsBoundary": (*Service).deleteBoundary,
	"TagRole":                       (*Service).tagRole,
	"UntagRole":                     (*Service).untagRole,
	"ListRoleTags":                  (*Service).listRoleTags,
	"ListInstanceProfilesForRole":   (*Service).listProfiles,
	"CreatePolicy":                  (*Service).createPolicy,
	"GetPolicy":                     (*Service).getPolicy,
	"GetPolicyVersion":              (*Service).getPolicyVersion,
	"DeletePolicy":                  (*Service).deletePolicy,
	"ListPolicies":                  (*Service).listPolicies,
}

// Name implements wire.Service.
func (s *Service) Name() string { return "iam" }

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, body []byte) string {
	return awsquery.Form(r, body).Get("Action")
}

// Unsigned implements wire.Service: IAM answers nobody who has not signed.
func (s *Service) Unsigned(string) bool { return false }

// Close implements wire.Service. There is no timer to stop.
func (s *Service) Close() {}

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	awsquery.WriteError(w, requestID, namespace, err)
}

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	op, ok := operations[c.Operation]
	if !ok {
		s.WriteError(w, c.RequestID,
			wire.Errorf(400, "InvalidAction", "Could not find operation %s for version 2010-05-08", c.Operation))
		return
	}
	form := awsquery.Form(c.Request, c.Body)
	resource, keys := s.asked(form)
	if !c.Allowed("iam:"+c.Operation, resource, keys) {
		s.WriteError(w, c.RequestID,
			wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: iam:%s on resource: %s",
				c.Principal.ARN, c.Operation, resource))
		return
	}
	result, err := op(s, c, form)
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	awsquery.Write(w, c.RequestID, namespace, c.Operation, result)
}

// asked is the resource of a request and its condition keys.
func (s *Service) asked(form url.Values) (resource string, keys map[string][]string) {
	keys = map[string][]string{}
	for member, key := range map[string]string{"PermissionsBoundary": "iam:PermissionsBoundary",
		"PolicyArn": "iam:PolicyARN"} {
		if v := form.Get(member); v != "" {
			keys[key] = []string{v}
		}
	}
	switch {
	case form.Get("RoleName") != "":
		resource = s.roleARN(form.Get("RoleName"), form.Get("Path"))
	case form.Get("PolicyArn") != "":
		resource = form.Get("PolicyArn")
	default:
		resource = "*"
	}
	return resource, keys
}

// roleARN is the ARN of a role that is there, or of one to be made at a path.
func (s *Service) roleARN(name, path string) string {
	s.mu.RLock()
	if r, ok := s.roles[name]; ok {
		path = r.Path
	}
	s.mu.RUnlock()
	return RoleARN(s.env.AccountID, strings.TrimPrefix(path, "/")+name)
}

type userXML struct {
	Path       string
	UserName   string
	UserID     string `xml:"UserId"`
	ARN        string `xml:"Arn"`
	CreateDate string
}

type roleXML struct {
	Path                     string
	RoleName                 string
	RoleID                   string `xml:"RoleId"`
	ARN                      string `xml:"Arn"`
	CreateDate               string
	AssumeRolePolicyDocument string
	Description              string `xml:",omitempty"`
	MaxSessionDuration       int
	PermissionsBoundary      *boundaryXML
	Tags                     *tagsXML
}

type boundaryXML struct {
	Type string `xml:"PermissionsBoundaryType"`
	ARN  string `xml:"PermissionsBoundaryArn"`
}

type tagsXML struct {
	Member []tagXML `xml:"member"`
}

type tagXML struct{ Key, Value string }

func (s *Service) getUser(c *wire.Call, _ url.Values) (any, *wire.Error) {
	if c.Principal.Role != "" {
		return nil, wire.Errorf(400, "ValidationError", "Must specify userName when calling with non-User credentials")
	}
	name := c.Principal.ARN[strings.LastIndexByte(c.Principal.ARN, '/')+1:]
	return struct{ User userXML }{userXML{
		Path: "/", UserName: name, UserID: UserID(c.Principal), ARN: c.Principal.ARN,
		CreateDate: c.Now.Format(time.RFC3339),
	}}, nil
}

// listRoles describes roles without their tags and boundaries, as AWS does.
func (s *Service) listRoles(_ *wire.Call, form url.Values) (any, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.roles)) {
		if strings.HasPrefix(cmp.Or(s.roles[name].Path, "/"), form.Get("PathPrefix")) {
			names = append(names, name)
		}
	}
	part, err := pageOf(form, len(names), func(i int) string { return names[i] })
	if err != nil {
		return nil, err
	}
	out := struct {
		page
		Roles struct {
			Member []roleXML `xml:"member"`
		}
	}{page: part}
	for _, name := range names[part.from:part.to] {
		r := s.describe(s.roles[name])
		r.PermissionsBoundary, r.Tags = nil, nil
		out.Roles.Member = append(out.Roles.Member, r)
	}
	return out, nil
}

func (s *Service) describe(r *role) roleXML {
	out := roleXML{
		Path: cmp.Or(r.Path, "/"), RoleName: r.Name, RoleID: s.roleID(r),
		ARN: RoleARN(s.env.AccountID, strings.TrimPrefix(r.Path, "/")+r.Name), CreateDate: r.Created.Format(time.RFC3339),
		AssumeRolePolicyDocument: encodeDocument(r.Trust), Description: r.Description,
		MaxSessionDuration: cmp.Or(r.MaxSession, defaultSession),
	}
	if r.Boundary != "" {
		out.PermissionsBoundary = &boundaryXML{"Policy", r.Boundary}
	}
	if len(r.Tags) > 0 {
		out.Tags = &tagsXML{tagList(r.Tags)}
	}
	return out
}

func tagList(tags map[string]string) []tagXML {
	var out []tagXML
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tagXML{k, tags[k]})
	}
	return out
}

// find returns the role that the form names.
func (s *Service) find(form url.Values) (*role, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name := form.Get("RoleName")
	r, ok := s.roles[name]
	if !ok {
		return nil, wire.Errorf(404, "NoSuchEntity", "The role with name %s cannot be found.", name)
	}
	return r, nil
}

func (s *Service) getRole(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	return struct{ Role roleXML }{s.describe(r)}, nil
}

func (s *Service) listRolePolicies(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(r.Policies))
	part, err := pageOf(form, len(names), func(i int) string { return names[i] })
	if err != nil {
		return nil, err
	}
	out := struct {
		page
		PolicyNames struct {
			Member []string `xml:"member"`
		}
	}{page: part}
	out.PolicyNames.Member = names[part.from:part.to]
	return out, nil
}

func (s *Service) getRolePolicy(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	doc, ok := r.Policies[form.Get("PolicyName")]
	if !ok {
		return nil, wire.Errorf(404, "NoSuchEntity", "The role policy with name %s cannot be found.", form.Get("PolicyName"))
	}
	return struct{ RoleName, PolicyName, PolicyDocument string }{r.Name, form.Get("PolicyName"),
		encodeDocument(doc)}, nil
}

func (s *Service) putRolePolicy(_ *wire.Call, form url.Values) (any, *wire.Error) {
	r, err := s.find(form)
	if err != nil {
		return nil, err
	}
	name, doc := form.Get("PolicyName"), form.Get("PolicyDocument")
	if name == "" || doc == "" {
		return nil, wire.Errorf(400, "ValidationError", "PolicyName and PolicyDocument are required")
	}
	if _, err := ParsePolicy([]byte(doc)); err != nil {
		return nil, wire.Errorf(400, "MalformedPolicyDocument", "%s", err.Error())
	}
	if err := s.change(r.Name, false, func(r *role) { r.Policies[name] = []byte(doc) }); err != nil {
		return nil, wire.Errorf(500, "ServiceFailure", "%s", err.Error())
	}
	return nil, nil
}
