package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	policyBucket = "iam.policies"
	awsPolicies  = "arn:aws:iam::aws:policy/"
)

// managedPolicy is a policy of the account. It has one version.
type managedPolicy struct {
	ARN, Name, Path, Description string
	Created                      time.Time
	Document                     json.RawMessage
	Tags                         map[string]string `json:",omitempty"`
}

// awsManaged are the policies of AWS that the embedded cloud has, by name, and what they allow.
var awsManaged = map[string][]string{
	"AdministratorAccess":      {"*"},
	"AmazonDynamoDBFullAccess": {"dynamodb:*"},
	"AmazonEC2FullAccess":      {"ec2:*"},
	"AmazonEC2ReadOnlyAccess":  {"ec2:Describe*", "ec2:GetSecurityGroupsForVpc"},
	"AmazonKinesisFullAccess":  {"kinesis:*"},
	"AmazonRoute53FullAccess":  {"route53:*"},
	"AmazonCognitoPowerUser":   {"cognito-identity:*", "cognito-idp:*"},
}

func (s *Service) loadPolicies() error {
	return s.st.Each(policyBucket, func(key string, value []byte) error {
		p := &managedPolicy{}
		if err := json.Unmarshal(value, p); err != nil {
			return fmt.Errorf("iam: policy %s: %w", key, err)
		}
		s.policies[key] = p
		return nil
	})
}

// document is a managed policy's JSON. The caller holds mu, or is alone.
func (s *Service) document(arn string) ([]byte, bool) {
	if p, ok := s.policies[arn]; ok {
		return p.Document, true
	}
	name, ok := strings.CutPrefix(arn, awsPolicies)
	actions := awsManaged[name]
	if !ok || actions == nil {
		return nil, false
	}
	doc, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
		map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"},
	}})
	if err != nil {
		panic("iam: a policy that is not JSON: " + err.Error())
	}
	return doc, true
}

func (s *Service) managed(arn string) (*Policy, error) {
	doc, ok := s.document(arn)
	if !ok {
		return nil, fmt.Errorf("iam: there is no policy %s", arn)
	}
	return ParsePolicy(doc)
}

// ManagedPolicy returns the document of a managed policy.
func (s *Service) ManagedPolicy(arn string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	doc, ok := s.document(arn)
	return string(doc), ok
}

// attachable refuses the ARN of a policy that is not there.
func (s *Service) attachable(arn string) *wire.Error {
	if _, ok := s.ManagedPolicy(arn); !ok {
		return wire.Errorf(404, "NoSuchEntity", "Policy %s does not exist or is not attachable.", arn)
	}
	return nil
}

type policyXML struct {
	PolicyName                    string
	PolicyID                      string `xml:"PolicyId"`
	ARN                           string `xml:"Arn"`
	Path                          string
	DefaultVersionID              string `xml:"DefaultVersionId"`
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string `xml:",omitempty"`
	CreateDate, UpdateDate        string
	Tags                          *tagsXML
}

// describePolicy is what the API shows of a policy. The caller holds mu.
func (s *Service) describePolicy(p *managedPolicy) policyXML {
	at := p.Created.Format(time.RFC3339)
	out := policyXML{
		PolicyName: p.Name, PolicyID: entityID("ANPA", p.ARN, p.Created), ARN: p.ARN, Path: p.Path,
		DefaultVersionID: "v1", IsAttachable: true, Description: p.Description, CreateDate: at, UpdateDate: at,
	}
	if len(p.Tags) > 0 {
		out.Tags = &tagsXML{tagList(p.Tags)}
	}
	for _, r := range s.roles {
		if slices.Contains(r.Attached, p.ARN) {
			out.AttachmentCount++
		}
		if r.Boundary == p.ARN {
			out.PermissionsBoundaryUsageCount++
		}
	}
	return out
}

func (s *Service) createPolicy(c *wire.Call, form url.Values) (any, *wire.Error) {
	name, path := form.Get("PolicyName"), form.Get("Path")
	if path == "" {
		path = "/"
	}
	if !entityName.MatchString(name) {
		return nil, validation("1 validation error detected: Value '%s' at 'policyName' failed to satisfy constraint: "+
			`Member must satisfy regular expression pattern: [\w+=,.@-]+`, name)
	}
	doc := form.Get("PolicyDocument")
	if _, err := ParsePolicy([]byte(doc)); err != nil {
		return nil, wire.Errorf(400, "MalformedPolicyDocument", "%s", err.Error())
	}
	p := &managedPolicy{
		ARN: "arn:aws:iam::" + s.env.AccountID + ":policy" + path + name, Name: name, Path: path,
		Description: form.Get("Description"), Created: c.Now, Document: []byte(doc), Tags: formTags(form),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.policies[p.ARN] != nil {
		return nil, wire.Errorf(409, "EntityAlreadyExists",
			"A policy called %s already exists. Duplicate names are not allowed.", name)
	}
	value, err := json.Marshal(p)
	if err != nil {
		return nil, failure(err)
	}
	if err := s.st.Apply(store.Op{Bucket: policyBucket, Key: p.ARN, Value: value}); err != nil {
		return nil, failure(err)
	}
	s.policies[p.ARN] = p
	out := s.describePolicy(p)
	out.Description = "" // which AWS leaves to GetPolicy
	return struct{ Policy policyXML }{out}, nil
}

// policy finds the policy that the form names, AWS's included. The caller holds mu.
func (s *Service) policy(form url.Values) (*managedPolicy, *wire.Error) {
	arn := form.Get("PolicyArn")
	if p, ok := s.policies[arn]; ok {
		return p, nil
	}
	if doc, ok := s.document(arn); ok {
		return &managedPolicy{ARN: arn, Name: strings.TrimPrefix(arn, awsPolicies), Path: "/", Document: doc}, nil
	}
	return nil, wire.Errorf(404, "NoSuchEntity", "Policy %s was not found.", arn)
}

func (s *Service) getPolicy(_ *wire.Call, form url.Values) (any, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.policy(form)
	if err != nil {
		return nil, err
	}
	return struct{ Policy policyXML }{s.describePolicy(p)}, nil
}

func (s *Service) getPolicyVersion(_ *wire.Call, form url.Values) (any, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.policy(form)
	if err != nil {
		return nil, err
	}
	if v := form.Get("VersionId"); v != "v1" {
		return nil, wire.Errorf(404, "NoSuchEntity", "Policy %s version %s does not exist or is not attachable.", p.ARN, v)
	}
	type version struct {
		Document         string
		VersionID        string `xml:"VersionId"`
		IsDefaultVersion bool
		CreateDate       string
	}
	return struct{ PolicyVersion version }{version{encodeDocument(p.Document), "v1", true,
		p.Created.Format(time.RFC3339)}}, nil
}

func (s *Service) deletePolicy(_ *wire.Call, form url.Values) (any, *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(form)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(p.ARN, awsPolicies) {
		return nil, wire.Errorf(403, "AccessDenied", "Cannot delete a policy of AWS.")
	}
	if d := s.describePolicy(p); d.AttachmentCount+d.PermissionsBoundaryUsageCount > 0 {
		return nil, wire.Errorf(409, "DeleteConflict", "Cannot delete a policy attached to entities.")
	}
	if err := s.st.Apply(store.Op{Bucket: policyBucket, Key: p.ARN}); err != nil {
		return nil, failure(err)
	}
	delete(s.policies, p.ARN)
	return nil, nil
}

// listPolicies describes the account's own policies and AWS's, or those of one Scope, without what GetPolicy adds.
func (s *Service) listPolicies(_ *wire.Call, form url.Values) (any, *wire.Error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := s.listed(form)
	part, err := pageOf(form, len(all), func(i int) string { return all[i].ARN })
	if err != nil {
		return nil, err
	}
	out := struct {
		page
		Policies struct {
			Member []policyXML `xml:"member"`
		}
	}{page: part}
	out.Policies.Member = all[part.from:part.to]
	return out, nil
}

// listed is what the form's Scope, PathPrefix and OnlyAttached leave of the policies, by ARN. The caller holds mu.
func (s *Service) listed(form url.Values) []policyXML {
	var arns []string
	if form.Get("Scope") != "AWS" {
		arns = slices.Collect(maps.Keys(s.policies))
	}
	if form.Get("Scope") != "Local" {
		for name := range awsManaged {
			arns = append(arns, awsPolicies+name)
		}
	}
	slices.Sort(arns)
	var out []policyXML
	for _, arn := range arns {
		p, err := s.policy(url.Values{"PolicyArn": {arn}})
		if err != nil || !strings.HasPrefix(p.Path, form.Get("PathPrefix")) {
			continue
		}
		d := s.describePolicy(p)
		if form.Get("OnlyAttached") == "true" && d.AttachmentCount == 0 {
			continue
		}
		d.Description, d.Tags = "", nil
		out = append(out, d)
	}
	return out
}
