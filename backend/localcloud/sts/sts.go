// Package sts is the embedded cloud's Security Token Service: who am I, and another role's credentials (AWS
// Security Token Service API Reference).
package sts

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/awsquery"
	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/wire"
)

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// sessionName is what AssumeRole takes as a RoleSessionName, its length aside.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]*$`)

// Service is the embedded STS.
type Service struct {
	env wire.Env
	iam *iam.Service
}

var _ wire.Service = (*Service)(nil)

// New makes the service over the credentials and roles of i. It keeps no state of its own.
func New(env wire.Env, i *iam.Service) (*Service, error) { return &Service{env: env, iam: i}, nil }

// Name implements wire.Service.
func (s *Service) Name() string { return "sts" }

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, body []byte) string {
	return awsquery.Form(r, body).Get("Action")
}

// Unsigned implements wire.Service: neither operation can be called without a signature.
func (s *Service) Unsigned(string) bool { return false }

// Close implements wire.Service. There is no timer to stop.
func (s *Service) Close() {}

// WriteError implements wire.Service.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	awsquery.WriteError(w, requestID, namespace, err)
}

// Serve implements wire.Service.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	var result any
	var err *wire.Error
	switch c.Operation {
	case "GetCallerIdentity":
		result = s.callerIdentity(c)
	case "AssumeRole":
		result, err = s.assumeRole(c, awsquery.Form(c.Request, c.Body))
	default:
		err = wire.Errorf(400, "InvalidAction", "Could not find operation %s for version 2011-06-15", c.Operation)
	}
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	awsquery.Write(w, c.RequestID, namespace, c.Operation, result)
}

type identity struct {
	ARN     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string
}

// callerIdentity needs no permission and cannot be denied, as AWS documents it.
func (s *Service) callerIdentity(c *wire.Call) identity {
	id := iam.UserID(c.Principal)
	if c.Principal.Role != "" {
		id = s.iam.RoleID(c.Principal.Role) + ":" + c.Principal.ARN[strings.LastIndexByte(c.Principal.ARN, '/')+1:]
	}
	return identity{ARN: c.Principal.ARN, UserID: id, Account: s.env.AccountID}
}

type assumed struct {
	Credentials struct {
		AccessKeyID     string `xml:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      string
	}
	AssumedRoleUser struct {
		ARN           string `xml:"Arn"`
		AssumedRoleID string `xml:"AssumedRoleId"`
	}
	PackedPolicySize int `xml:",omitempty"` // percent
}

// maxSessionPolicy is how many characters a session policy may have, and what PackedPolicySize is a part of here.
const maxSessionPolicy = 2048

// sessionPolicies are the documents that the caller passes and names, and how much of their size is used, in percent.
func (s *Service) sessionPolicies(form url.Values,
	tags map[string]string) (policies []string, packed int, err *wire.Error) {
	if doc := form.Get("Policy"); doc != "" {
		if len(doc) > maxSessionPolicy {
			return nil, 0, wire.Errorf(400, "PackedPolicyTooLarge",
				"Packed size of session policies consumes more than 100%% of allotted space")
		}
		if _, err := iam.ParsePolicy([]byte(doc)); err != nil {
			return nil, 0, wire.Errorf(400, "MalformedPolicyDocument", "%s", err.Error())
		}
		policies = append(policies, doc)
	}
	arns := awsquery.List(form, "PolicyArns")
	if len(arns) > 10 {
		return nil, 0, wire.Errorf(400, "ValidationError",
			"1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "+
				"Member must have length less than or equal to 10")
	}
	size := len(form.Get("Policy"))
	for _, member := range arns {
		arn := form.Get(member + ".arn")
		doc, ok := s.iam.ManagedPolicy(arn)
		if !ok {
			return nil, 0, wire.Errorf(400, "MalformedPolicyDocument", "The policy %s does not exist", arn)
		}
		policies, size = append(policies, doc), size+len(arn)
	}
	for k, v := range tags {
		size += len(k) + len(v)
	}
	return policies, (size*100 + maxSessionPolicy - 1) / maxSessionPolicy, nil
}

// assumeRole gives out a role's credentials for DurationSeconds (900 to 43200, 3600 where none is asked). Both
// sides must agree: the role trusts the caller, and the caller may assume it.
func (s *Service) assumeRole(c *wire.Call, form url.Values) (any, *wire.Error) {
	arn, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	role := iam.RoleName(arn)
	if err := checkSessionName(session); err != nil {
		return nil, err
	}
	if role == "" {
		return nil, wire.Errorf(400, "ValidationError", "%s is invalid", arn)
	}
	ttl, err := duration(form.Get("DurationSeconds"))
	if err != nil {
		return nil, err
	}
	tags, transitive, err := sessionTags(form, c.Principal)
	if err != nil {
		return nil, err
	}
	policies, packed, err := s.sessionPolicies(form, tags)
	if err != nil {
		return nil, err
	}
	if !s.mayAssume(c, role, arn, tags) {
		return nil, wire.Errorf(403, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			c.Principal.ARN, arn)
	}
	if longest := s.iam.LongestSession(role); ttl > time.Duration(longest)*time.Second {
		return nil, wire.Errorf(400, "ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	p := s.iam.RolePrincipal(role, session, tags)
	p.Policies, p.TransitiveTags = policies, transitive
	for _, key := range c.Principal.TransitiveTags {
		p.Tags[key] = c.Principal.Tags[key]
	}
	issued, failure := s.iam.Issue(p, ttl)
	if failure != nil {
		return nil, wire.Errorf(500, "InternalFailure", "%s", failure.Error())
	}
	out := assumed{}
	out.Credentials.AccessKeyID = issued.AccessKeyID
	out.Credentials.SecretAccessKey = issued.SecretAccessKey
	out.Credentials.SessionToken = issued.SessionToken
	out.Credentials.Expiration = issued.Expiration.UTC().Format(time.RFC3339)
	out.AssumedRoleUser.ARN = p.ARN
	out.AssumedRoleUser.AssumedRoleID = s.iam.RoleID(role) + ":" + session
	out.PackedPolicySize = packed
	return out, nil
}

func (s *Service) mayAssume(c *wire.Call, role, arn string, tags map[string]string) bool {
	actions := []string{"sts:AssumeRole"}
	if len(tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	keys := map[string][]string{}
	for k, v := range tags {
		keys["aws:RequestTag/"+k] = []string{v}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], k)
	}
	for _, action := range actions {
		trusts := s.iam.Trusted(role, "AWS", c.Principal.ARN, action, keys)
		if !trusts || !c.Allowed(action, arn, keys) {
			return false
		}
	}
	return true
}

func duration(text string) (time.Duration, *wire.Error) {
	if text == "" {
		return time.Hour, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 900 || seconds > 43200 {
		constraint := "Member must have value greater than or equal to 900"
		if seconds > 43200 {
			constraint = "Member must have value less than or equal to 43200"
		}
		return 0, invalidMember(text, "durationSeconds", constraint)
	}
	return time.Duration(seconds) * time.Second, nil
}

func invalidMember(value, member, constraint string) *wire.Error {
	return wire.Errorf(400, "ValidationError", "1 validation error detected: Value '%s' at '%s' failed to satisfy "+
		"constraint: %s", value, member, constraint)
}

func checkSessionName(name string) *wire.Error {
	switch {
	case !sessionName.MatchString(name):
		return invalidMember(name, "roleSessionName", "Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	case len(name) < 2:
		return invalidMember(name, "roleSessionName", "Member must have length greater than or equal to 2")
	case len(name) > 64:
		return invalidMember(name, "roleSessionName", "Member must have length less than or equal to 64")
	}
	return nil
}

// sessionTags are the tags that the caller passes, and the keys of those that further sessions inherit: the ones that
// the form names and the caller's own, which no tag of the form may replace. Keys are compared without regard to case.
func sessionTags(
	form url.Values,
	caller wire.Principal,
) (tags map[string]string, transitive []string, err *wire.Error) {
	refused := func(text string) (map[string]string, []string, *wire.Error) {
		return nil, nil, wire.Errorf(400, "InvalidParameterValue", "%s", text)
	}
	tags = map[string]string{}
	seen := map[string]bool{}
	for _, member := range awsquery.List(form, "Tags") {
		key := form.Get(member + ".Key")
		if seen[strings.ToLower(key)] {
			return refused("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[strings.ToLower(key)] = true
		tags[key] = form.Get(member + ".Value")
	}
	transitive = slices.Clone(caller.TransitiveTags)
	for _, key := range caller.TransitiveTags {
		if seen[strings.ToLower(key)] {
			return refused("One of the specified transitive tag keys can't be set because it conflicts with a transitive " +
				"tag key from the calling session.")
		}
	}
	for _, member := range awsquery.List(form, "TransitiveTagKeys") {
		if !seen[strings.ToLower(form.Get(member))] {
			return refused("The specified transitive tag key must be included in the requested tags.")
		}
		transitive = append(transitive, form.Get(member))
	}
	return tags, transitive, nil
}
