package cognitoidp

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The sources of a pre token generation trigger that happen here.
const (
	sourceHosted  = "TokenGeneration_HostedAuth"
	sourceAPI     = "TokenGeneration_Authentication"
	sourceRefresh = "TokenGeneration_RefreshTokens"
)

// groupOverride is GroupConfiguration: the groups and roles of a token.
type groupOverride struct {
	Groups    []string `json:"groupsToOverride"`
	Roles     []string `json:"iamRolesToOverride"`
	Preferred *string  `json:"preferredRole"`
}

// claimsOverride is what a trigger of version 1 answers.
type claimsOverride struct {
	Add      map[string]string `json:"claimsToAddOrOverride"`
	Suppress []string          `json:"claimsToSuppress"`
	Groups   *groupOverride    `json:"groupOverrideDetails"`
}

// tokenEvent is the event of a pre token generation trigger of version 1 (developer guide, "Pre token generation Lambda
// trigger").
type tokenEvent struct {
	Version       string            `json:"version"`
	TriggerSource string            `json:"triggerSource"`
	Region        string            `json:"region"`
	UserPoolID    string            `json:"userPoolId"`
	UserName      string            `json:"userName"`
	CallerContext map[string]string `json:"callerContext"`
	Request       struct {
		UserAttributes map[string]string `json:"userAttributes"`
		Groups         groupOverride     `json:"groupConfiguration"`
	} `json:"request"`
	Response struct {
		Override *claimsOverride `json:"claimsOverrideDetails"`
	} `json:"response"`
}

// trigger is the ARN of a pool's pre token generation function, "" if it has none.
func (p *pool) trigger() string {
	var c struct{ PreTokenGeneration string }
	if len(p.Config.LambdaConfig) == 0 || json.Unmarshal(p.Config.LambdaConfig, &c) != nil {
		return ""
	}
	return c.PreTokenGeneration
}

// override asks the pool's trigger what to change in a user's tokens; nil for nothing.
func (s *Service) override(p *pool, cl *client, u *user, source string) (*claimsOverride, error) {
	arn := p.trigger()
	if arn == "" || s.opt.Invoke == nil {
		return nil, nil
	}
	body, err := json.Marshal(s.tokenEvent(p, cl, u, source))
	if err != nil {
		return nil, err
	}
	answer, err := s.opt.Invoke(arn, body)
	if err != nil {
		s.opt.Log.Warn("a trigger failed", "function", arn, "cause", err)
		return nil, fail("UserLambdaValidationException", "PreTokenGeneration failed with error %s.", err)
	}
	var out tokenEvent
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, fail("InvalidLambdaResponseException", "Unrecognizable lambda output")
	}
	return out.Response.Override, nil
}

// tokenEvent makes what the trigger is sent.
func (s *Service) tokenEvent(p *pool, cl *client, u *user, source string) tokenEvent {
	e := tokenEvent{Version: "1", TriggerSource: source, Region: s.env.Region, UserPoolID: p.ID, UserName: u.Username,
		CallerContext: map[string]string{"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": cl.ID}}
	e.Request.UserAttributes = map[string]string{"cognito:user_status": u.Status}
	for _, a := range u.Attributes {
		e.Request.UserAttributes[a.Name] = a.Value
	}
	roles, preferred := p.rolesOf(u)
	e.Request.Groups = groupOverride{Groups: p.groupNames(u), Roles: roles}
	if preferred != "" {
		e.Request.Groups.Preferred = &preferred
	}
	return e
}

// groupNames lists a user's groups by precedence.
func (p *pool) groupNames(u *user) []string {
	names := []string{}
	for _, g := range p.groupsOf(u) {
		names = append(names, g.Name)
	}
	return names
}

// reserved are the claims that a trigger cannot change.
var reserved = []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "token_use", "nonce", "jti", "origin_jti",
	"event_id", "cognito:username", "cognito:groups", "cognito:roles", "cognito:preferred_role", "identities"}

// applyGroups puts a trigger's groups and roles in the place of the user's own. Only ID tokens name roles.
func (o *claimsOverride) applyGroups(claims jwt.MapClaims, withRoles bool) {
	if o == nil || o.Groups == nil {
		return
	}
	for _, name := range []string{"cognito:groups", "cognito:roles", "cognito:preferred_role"} {
		delete(claims, name)
	}
	if len(o.Groups.Groups) > 0 {
		claims["cognito:groups"] = o.Groups.Groups
	}
	if withRoles && len(o.Groups.Roles) > 0 {
		claims["cognito:roles"] = o.Groups.Roles
	}
	if withRoles && o.Groups.Preferred != nil && *o.Groups.Preferred != "" {
		claims["cognito:preferred_role"] = *o.Groups.Preferred
	}
}

// applyClaims changes an ID token's other claims.
func (o *claimsOverride) applyClaims(claims jwt.MapClaims) {
	if o == nil {
		return
	}
	for name, v := range o.Add {
		if !slices.Contains(reserved, name) {
			claims[name] = v
		}
	}
	for _, name := range o.Suppress {
		if !slices.Contains(reserved, name) {
			delete(claims, name)
		}
	}
}

// mint signs a session's ID and access token. A session of the hosted UI without the openid scope has no ID token.
func (s *Service) mint(p *pool, cl *client, u *user, x *session, nonce, source string,
	now time.Time) (*authResult, error) {
	change, err := s.override(p, cl, u, source)
	if err != nil {
		return nil, err
	}
	keys, err := s.signingKeys(p)
	if err != nil {
		return nil, err
	}
	out := &authResult{TokenType: "Bearer", ExpiresIn: int(cl.accessLife() / time.Second)}
	access := s.accessClaims(p, cl, u, x, now)
	change.applyGroups(access, false)
	if out.AccessToken, err = keys[1].sign(access); err != nil {
		return nil, err
	}
	if slices.Contains(x.Scopes, "openid") || slices.Contains(x.Scopes, adminScope) {
		id := s.idClaims(p, cl, u, x, nonce, now)
		change.applyGroups(id, true)
		change.applyClaims(id)
		out.IdToken, err = keys[0].sign(id)
	}
	return out, err
}
