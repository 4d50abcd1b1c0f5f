// Package groups is the account's function that makes groups of the user pool of a company's groups: the pre token
// generation trigger of the pool (version 1). It runs at each sign-in and refresh. It gives everybody the label of
// their domain, and people whom an outside identity provider has signed in their groups.
//
// The company's groups come in an attribute of the user that the provider's sign-in sets. A user of the pool can write
// their own attributes, so the attribute counts only for users whose status is EXTERNAL_PROVIDER: these have no
// password here, and the app client gives them no access token that may write attributes.
package groups

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend"
)

// Names are the pool's groups that have a role, the strongest first.
var Names = []string{"operator", "keeper", "user"}

// The names of the function's environment variables. Each of Wanted has names of the company's groups, separated by
// semicolons.
const (
	AttributeVariable = "AVATAR_GROUPS_ATTRIBUTE" // such as custom:groups
	wantedSuffix      = "_GROUPS"                 // USER_GROUPS, KEEPER_GROUPS, OPERATOR_GROUPS
)

// external is the status of users of an outside provider.
const external = "EXTERNAL_PROVIDER"

// Function is the trigger. Its methods are safe for concurrent use.
type Function struct {
	Attribute string              // of the user, with the company's groups
	Wanted    map[string][]string // a group of the pool → the company's groups that lead to it
	// Roles reads the roles of a pool's groups by name.
	Roles func(ctx context.Context, userPoolID string) (map[string]string, error)

	mu   sync.Mutex
	read map[string]string // roles, as they were read last
	at   time.Time
}

// roleLife is how long roles are kept: they change with the stack only.
const roleLife = 5 * time.Minute

// FromEnvironment reads the function's settings.
func FromEnvironment(env func(string) string) (*Function, error) {
	f := &Function{Attribute: env(AttributeVariable), Wanted: map[string][]string{}}
	for _, name := range Names {
		for each := range strings.SplitSeq(env(strings.ToUpper(name)+wantedSuffix), ";") {
			if each = strings.TrimSpace(each); each != "" {
				f.Wanted[name] = append(f.Wanted[name], each)
			}
		}
	}
	if f.Attribute == "" || len(f.Wanted) == 0 {
		return nil, errors.New(AttributeVariable + " or every one of the groups' variables is empty")
	}
	return f, nil
}

// event is the part of a trigger's event that is read here.
type event struct {
	UserPoolID string `json:"userPoolId"`
	UserName   string `json:"userName"`
	Request    struct {
		UserAttributes map[string]string `json:"userAttributes"`
		Groups         struct {
			Names []string `json:"groupsToOverride"`
		} `json:"groupConfiguration"`
	} `json:"request"`
}

// LabelClaim is the claim of ID tokens that has the first label of the user's domain. Nobody but this function can set
// it: the attributes of users, which they may write, become claims of other names.
const LabelClaim = "label"

// override is what the trigger answers.
type override struct {
	Claims struct {
		Add      map[string]string `json:"claimsToAddOrOverride,omitempty"`
		Suppress []string          `json:"claimsToSuppress,omitempty"`
		Groups   *groupOverride    `json:"groupOverrideDetails,omitempty"` // nil leaves the user's groups as they are
	} `json:"claimsOverrideDetails"`
}

type groupOverride struct {
	Names     []string `json:"groupsToOverride"`
	Roles     []string `json:"iamRolesToOverride"`
	Preferred string   `json:"preferredRole,omitempty"`
}

// Handle answers an event: everybody gets their label, and people of a provider the groups that they are in there. The
// groups that an operator has put a user into stay.
func (f *Function) Handle(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, errors.New("the event is not one of a user pool")
	}
	var o override
	if id := e.Request.UserAttributes["sub"]; id != "" && e.UserName != "" {
		o.Claims.Add = map[string]string{LabelClaim: backend.LabelFor(e.UserName, id)}
	}
	if e.Request.UserAttributes["cognito:user_status"] == external {
		groups, err := f.groups(ctx, &e)
		if err != nil {
			return nil, err
		}
		if o.Claims.Groups = groups; groups != nil {
			o.Claims.Suppress = []string{f.Attribute} // it may be long, and nobody reads it
		}
	}
	answer := map[string]any{}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, err
	}
	answer["response"] = o
	return json.Marshal(answer)
}

// groups are the groups of somebody of a provider, nil if none of the company's leads to one.
func (f *Function) groups(ctx context.Context, e *event) (*groupOverride, error) {
	mapped := f.mapped(e.Request.UserAttributes[f.Attribute])
	if len(mapped) == 0 {
		return nil, nil
	}
	roles, err := f.roles(ctx, e.UserPoolID)
	if err != nil {
		return nil, errors.New("the groups of the user pool cannot be read")
	}
	g := &groupOverride{}
	for _, name := range Names {
		if !slices.Contains(mapped, name) && !slices.Contains(e.Request.Groups.Names, name) {
			continue
		}
		g.Names = append(g.Names, name)
		if role := roles[name]; role != "" && !slices.Contains(g.Roles, role) {
			g.Roles = append(g.Roles, role)
		}
	}
	for _, name := range e.Request.Groups.Names {
		if !slices.Contains(g.Names, name) {
			g.Names = append(g.Names, name) // such as the pool's own group of the provider
		}
	}
	if len(g.Roles) > 0 {
		g.Preferred = g.Roles[0]
	}
	return g, nil
}

// mapped are the pool's groups that the attribute leads to.
func (f *Function) mapped(attribute string) []string {
	var out []string
	has := list(attribute)
	for _, name := range Names {
		if slices.ContainsFunc(f.Wanted[name], func(wanted string) bool { return slices.Contains(has, wanted) }) {
			out = append(out, name)
		}
	}
	return out
}

// list reads an attribute of several values, as Cognito writes it: JSON of an OpenID provider, [a, b] of a SAML
// provider, and one value as it is.
func list(attribute string) []string {
	var values []string
	if json.Unmarshal([]byte(attribute), &values) == nil {
		return values
	}
	inner, ok := strings.CutPrefix(attribute, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if ok && closed {
		return strings.Split(inner, ", ")
	}
	if attribute == "" {
		return nil
	}
	return []string{attribute}
}

func (f *Function) roles(ctx context.Context, userPoolID string) (map[string]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.read != nil && time.Since(f.at) < roleLife {
		return f.read, nil
	}
	roles, err := f.Roles(ctx, userPoolID)
	if err != nil {
		return nil, err
	}
	f.read, f.at = roles, time.Now()
	return roles, nil
}
