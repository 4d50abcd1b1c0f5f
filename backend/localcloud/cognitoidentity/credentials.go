package cognitoidentity

import (
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// credentialLife is how long the enhanced flow's credentials are good.
const credentialLife = time.Hour

// sessionName is the role session of every identity's credentials.
const sessionName = "CognitoIdentityCredentials"

// roleMapping is RoleMapping: how a provider's users get their role.
type roleMapping struct {
	Type                    string                  // Token or Rules
	AmbiguousRoleResolution string                  `json:",omitempty"` // AuthenticatedRole or Deny
	RulesConfiguration      *struct{ Rules []rule } `json:",omitempty"`
}

type rule struct{ Claim, MatchType, Value, RoleARN string }

type rolesInput struct {
	IdentityPoolId string
	Roles          map[string]string      `json:",omitempty"`
	RoleMappings   map[string]roleMapping `json:",omitempty"`
}

func setRoles(s *Service, _ *wire.Call, in *rolesInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	for kind, arn := range in.Roles {
		if kind != "authenticated" && kind != "unauthenticated" || !strings.HasPrefix(arn, "arn:") {
			return nil, fail("InvalidParameterException", "Roles must map authenticated or unauthenticated to a role ARN.")
		}
	}
	for name, m := range in.RoleMappings {
		if m.Type != "Token" && m.Type != "Rules" || m.Type == "Rules" && m.RulesConfiguration == nil {
			return nil, fail("InvalidParameterException",
				"The role mapping of %s needs a Type of Token, or of Rules with a RulesConfiguration.", name)
		}
		if m.AmbiguousRoleResolution != "AuthenticatedRole" && m.AmbiguousRoleResolution != "Deny" {
			return nil, fail("InvalidParameterException", "AmbiguousRoleResolution is required for role mappings of type %s.",
				m.Type)
		}
	}
	p.Roles, p.Mappings = in.Roles, in.RoleMappings
	return nil, s.keep(poolBucket, p.ID, p)
}

func getRoles(s *Service, _ *wire.Call, in *rolesInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	return rolesInput{p.ID, p.Roles, p.Mappings}, nil
}

// getCredentials is the enhanced flow's second half. It takes the lock only to decide, so that concurrent callers share
// a disk flush when the credentials are made.
func getCredentials(s *Service, c *wire.Call) (any, error) {
	in := &identityInput{}
	if err := wire.DecodeJSON(c.Body, in); err != nil {
		return nil, err
	}
	principal, err := s.principal(in, c.Now)
	if err != nil {
		return nil, err
	}
	cred, err := s.opt.Issue(principal, credentialLife)
	if err != nil {
		return nil, err
	}
	return map[string]any{"IdentityId": in.IdentityId, "Credentials": map[string]any{"AccessKeyId": cred.AccessKeyID,
		"SecretKey": cred.SecretAccessKey, "SessionToken": cred.SessionToken, "Expiration": stamp(cred.Expiration)}}, nil
}

// principal decides whom the credentials are for.
func (s *Service) principal(in *identityInput, now time.Time) (wire.Principal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.identity(in.IdentityId)
	if err != nil {
		return wire.Principal{}, err
	}
	p, err := s.pool(i.PoolID)
	if err != nil {
		return wire.Principal{}, err
	}
	role, tags, err := s.decide(p, i, in, now)
	if err != nil {
		return wire.Principal{}, err
	}
	if err := s.trusted(p, i, role, len(tags) > 0); err != nil {
		return wire.Principal{}, err
	}
	return wire.Principal{AccountID: s.env.AccountID, Role: role, Tags: tags,
		ARN: "arn:aws:sts::" + s.env.AccountID + ":assumed-role/" + role + "/" + sessionName}, nil
}

// decide finds the role name and the principal tags of a request.
func (s *Service) decide(p *pool, i *identity, in *identityInput,
	now time.Time) (role string, tags map[string]string, err error) {
	arn := p.Roles["unauthenticated"]
	if len(i.Logins) > 0 || len(in.Logins) > 0 {
		if len(in.Logins) == 0 {
			return "", nil, fail("NotAuthorizedException", "Access to Identity '%s' is forbidden.", i.ID)
		}
		l, err := s.verifyAll(p, in.Logins, now)
		if err != nil {
			return "", nil, err
		}
		if err := s.link(p, i, l); err != nil {
			return "", nil, err
		}
		if arn, err = p.roleOf(l, in.CustomRoleArn); err != nil {
			return "", nil, err
		}
		tags = p.tagsOf(l)
	} else if !p.Config.AllowUnauthenticatedIdentities {
		return "", nil, fail("NotAuthorizedException", "Unauthenticated access is not supported for this identity pool.")
	}
	_, path, ok := strings.Cut(arn, ":role/")
	if !ok {
		return "", nil, badRoles()
	}
	return path[strings.LastIndexByte(path, '/')+1:], tags, nil
}

func badRoles() error {
	return fail("InvalidIdentityPoolConfigurationException",
		"Invalid identity pool configuration. Check assigned IAM roles for this pool.")
}

// link wants the login to be the identity's. A guest who signs in for the first time takes the identity along, as at
// Cognito.
func (s *Service) link(p *pool, i *identity, l *login) error {
	owner := s.byLogin[loginKey(p.ID, l.provider, l.sub)]
	switch {
	case owner == i.ID:
		return nil
	case owner != "" || len(i.Logins) > 0:
		return fail("NotAuthorizedException",
			"Logins don't match. Please include at least one valid login for this identity or identity pool.")
	}
	i.Logins = map[string]string{l.provider: l.sub}
	s.adopt(i)
	return s.keep(identityBucket, i.ID, i)
}

// roleOf finds the role of a verified token: by the provider's mapping where there is one, else the authenticated role.
// See "Using role-based access control" in the developer guide.
func (p *pool) roleOf(l *login, custom string) (string, error) {
	m, ok := p.Mappings[l.provider+":"+l.client]
	if !ok {
		if custom != "" {
			return "", fail("InvalidParameterException", "A custom role needs a role mapping of type Token.")
		}
		return p.Roles["authenticated"], nil
	}
	arn := ""
	if m.Type == "Token" {
		var err error
		if arn, err = tokenRole(l, custom); err != nil {
			return "", err
		}
	} else if i := slices.IndexFunc(m.RulesConfiguration.Rules, func(r rule) bool { return r.matches(l) }); i >= 0 {
		arn = m.RulesConfiguration.Rules[i].RoleARN
	}
	switch {
	case arn != "":
		return arn, nil
	case m.AmbiguousRoleResolution == "AuthenticatedRole":
		return p.Roles["authenticated"], nil
	}
	return "", fail("NotAuthorizedException", "Request was denied: no role could be determined for the token.")
}

// tokenRole reads the role from the token's claims; a custom one must be among them.
func tokenRole(l *login, custom string) (string, error) {
	roles := texts(l.claims["cognito:roles"])
	if custom != "" {
		if !slices.Contains(roles, custom) {
			return "", fail("NotAuthorizedException", "The custom role is not among the token's cognito:roles.")
		}
		return custom, nil
	}
	if preferred, _ := l.claims["cognito:preferred_role"].(string); preferred != "" {
		return preferred, nil
	}
	if len(roles) == 1 {
		return roles[0], nil
	}
	return "", nil
}

// matches holds one rule against the token; of a list claim such as cognito:groups one member is enough, except that
// NotEqual wants none.
func (r rule) matches(l *login) bool {
	values := texts(l.claims[r.Claim])
	switch r.MatchType {
	case "Equals":
		return slices.Contains(values, r.Value)
	case "NotEqual":
		return len(values) > 0 && !slices.Contains(values, r.Value)
	case "Contains":
		return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, r.Value) })
	case "StartsWith":
		return slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, r.Value) })
	}
	return false
}

func texts(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if t, ok := x.(string); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}

// trusted asks the role's trust policy, for tagging too where there are tags.
func (s *Service) trusted(p *pool, i *identity, role string, tagged bool) error {
	if s.opt.Trusted == nil {
		return nil
	}
	amr := "unauthenticated"
	if len(i.Logins) > 0 {
		amr = "authenticated"
	}
	const who = "cognito-identity.amazonaws.com"
	keys := map[string][]string{who + ":amr": {amr}, who + ":aud": {p.ID}, who + ":sub": {i.ID}}
	if !s.opt.Trusted(role, "Federated", who, "sts:AssumeRoleWithWebIdentity", keys) ||
		tagged && !s.opt.Trusted(role, "Federated", who, "sts:TagSession", keys) {
		return badRoles()
	}
	return nil
}
