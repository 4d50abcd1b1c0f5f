package iam

import (
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

// operations are the IAM actions that are answered (IAM API Reference).
var operations = map[string]func(*Service, *wire.Call, url.Values) (any, *wire.Error){
	"GetUser":          (*Service).getUser,
	"ListRoles":        (*Service).listRoles,
	"GetRole":          (*Service).getRole,
	"ListRolePolicies": (*Service).listRolePolicies,
	"GetRolePolicy":    (*Service).getRolePolicy,
	"PutRolePolicy":    (*Service).putRolePolicy,
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
		s.WriteError(w, c.RequestID, wire.Errorf(400, "InvalidAction", "Could not find operation %s for version 2010-05-08", c.Operation))
		return
	}
	if !c.Allowed("iam:"+c.Operation, "*", nil) {
		s.WriteError(w, c.RequestID, wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: iam:%s on resource: *", c.Principal.ARN, c.Operation))
		return
	}
	result, err := op(s, c, awsquery.Form(c.Request, c.Body))
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	awsquery.Write(w, c.RequestID, namespace, c.Operation, result)
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
	MaxSessionDuration       int
}

func (s *Service) getUser(c *wire.Call, _ url.Values) (any, *wire.Error) {
	if c.Principal.Role != "" {
		return nil, wire.Errorf(400, "ValidationError", "Must specify userName when calling with non-User credentials")
	}
	name := c.Principal.ARN[strings.LastIndexByte(c.Principal.ARN, '/')+1:]
	return struct{ User userXML }{userXML{
		Path: "/", UserName: name, UserID: "AIDA" + strings.ToUpper(name), ARN: c.Principal.ARN, CreateDate: c.Now.Format(time.RFC3339),
	}}, nil
}

func (s *Service) listRoles(*wire.Call, url.Values) (any, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out struct {
		IsTruncated bool
		Roles       []roleXML `xml:"Roles>member"`
	}
	for _, name := range slices.Sorted(maps.Keys(s.roles)) {
		out.Roles = append(out.Roles, s.describe(s.roles[name]))
	}
	return out, nil
}

func (s *Service) describe(r *role) roleXML {
	return roleXML{
		Path: "/", RoleName: r.Name, RoleID: "AROA" + strings.ToUpper(strings.ReplaceAll(r.Name, "-", "")),
		ARN: RoleARN(s.env.AccountID, r.Name), CreateDate: r.Created.Format(time.RFC3339),
		AssumeRolePolicyDocument: url.QueryEscape(string(r.Trust)), MaxSessionDuration: 3600,
	}
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
	var out struct {
		IsTruncated bool
		PolicyNames []string `xml:"PolicyNames>member"`
	}
	out.PolicyNames = slices.Sorted(maps.Keys(r.Policies))
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
	return struct{ RoleName, PolicyName, PolicyDocument string }{r.Name, form.Get("PolicyName"), url.QueryEscape(string(doc))}, nil
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
