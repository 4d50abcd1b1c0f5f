package cognitoidentity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend/localcloud/wire"
)

func TestRoles(t *testing.T) {
	rule := func(claim, match, value string) obj {
		return obj{"Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole",
			"RulesConfiguration": obj{"Rules": []obj{{"Claim": claim, "MatchType": match, "Value": value, "RoleARN": opRole}}}}
	}
	byToken := obj{"Type": "Token", "AmbiguousRoleResolution": "Deny"}
	operator := func(m jwt.MapClaims) { m["cognito:groups"] = []string{"user", "operator"} }
	tests := []struct {
		name    string
		mapping obj
		edit    func(jwt.MapClaims)
		custom  string
		want    string // role, or an error's code
	}{
		{"rule matches a group", rule("cognito:groups", "Contains", "operator"), operator, "", "operator"},
		{"rule equals a group", rule("cognito:groups", "Equals", "operator"), operator, "", "operator"},
		{"rule does not match", rule("cognito:groups", "Contains", "operator"), nil, "", "user"},
		{"starts with", rule("cognito:username", "StartsWith", "de"), nil, "", "operator"},
		{"not equal", rule("cognito:username", "NotEqual", "alice"), nil, "", "operator"},
		{"not equal to itself", rule("cognito:username", "NotEqual", "demo"), nil, "", "user"},
		{"preferred role", byToken, func(m jwt.MapClaims) {
			m["cognito:preferred_role"] = opRole
			m["cognito:roles"] = []string{opRole, userRole}
		}, "", "operator"},
		{"only role", byToken, func(m jwt.MapClaims) { m["cognito:roles"] = []string{opRole} }, "", "operator"},
		{"ambiguous roles denied", byToken, func(m jwt.MapClaims) { m["cognito:roles"] = []string{opRole, userRole} }, "",
			"NotAuthorizedException"},
		{"ambiguous roles fall back", obj{"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"},
			func(m jwt.MapClaims) { m["cognito:roles"] = []string{opRole, "arn:aws:iam::1:role/other"} }, "", "user"},
		{"custom role", byToken, func(m jwt.MapClaims) { m["cognito:roles"] = []string{opRole, userRole} }, userRole, "user"},
		{"custom role of others", byToken, func(m jwt.MapClaims) { m["cognito:roles"] = []string{userRole} }, opRole,
			"NotAuthorizedException"},
		{"custom role without a mapping", nil, nil, opRole, "InvalidParameterException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := fresh(t, nil)
			in := obj{"IdentityPoolId": c.pool, "Roles": obj{"authenticated": userRole}}
			if tt.mapping != nil {
				in["RoleMappings"] = obj{provider + ":" + client: tt.mapping}
			}
			c.must("SetIdentityPoolRoles", in)
			token := c.token(tt.edit)
			_, e := c.try("GetCredentialsForIdentity",
				obj{"IdentityId": c.id(token), "Logins": logins(token), "CustomRoleArn": tt.custom})
			if e != "" {
				if !strings.HasPrefix(e, tt.want+":") {
					t.Errorf("got %s, want %s", e, tt.want)
				}
			} else if c.issued[0].Role != tt.want {
				t.Errorf("got %s, want %s", c.issued[0].Role, tt.want)
			}
		})
	}
}

func TestTrustPolicy(t *testing.T) {
	c := fresh(t, nil)
	token := c.token(nil)
	ask := obj{"IdentityId": c.id(token), "Logins": logins(token)}
	c.trust = func(role, action string, keys map[string][]string) bool {
		if role != "user" || keys["cognito-identity.amazonaws.com:amr"][0] != "authenticated" ||
			keys["cognito-identity.amazonaws.com:aud"][0] != c.pool {
			t.Errorf("trust asked for %s %s %v", role, action, keys)
		}
		return action == "sts:AssumeRoleWithWebIdentity"
	}
	c.must("GetCredentialsForIdentity", ask) // no tags, no sts:TagSession
	c.must("SetPrincipalTagAttributeMap",
		obj{"IdentityPoolId": c.pool, "IdentityProviderName": provider, "UseDefaults": true})
	c.refused("InvalidIdentityPoolConfigurationException", "GetCredentialsForIdentity", ask)
	c.trust = nil
	c.must("GetCredentialsForIdentity", ask)
	if got := fmt.Sprint(c.issued[1].Tags); got != "map[client:launcherclient username:sub-1]" {
		t.Errorf("default tags %s", got)
	}
}

func TestAdministration(t *testing.T) {
	c := fresh(t, nil)
	for i := range 3 {
		c.must("CreateIdentityPool", obj{"IdentityPoolName": fmt.Sprint("p", i), "AllowUnauthenticatedIdentities": true})
	}
	page := c.must("ListIdentityPools", obj{"MaxResults": 3})
	rest := c.must("ListIdentityPools", obj{"MaxResults": 3, "NextToken": page["NextToken"]})
	if len(page["IdentityPools"].([]any)) != 3 || len(rest["IdentityPools"].([]any)) != 1 || rest["NextToken"] != nil {
		t.Errorf("pages %v and %v", page, rest)
	}
	c.refused("InvalidParameterException", "ListIdentityPools", obj{})
	c.refused("InvalidParameterException", "CreateIdentityPool", obj{"IdentityPoolName": ""})
	c.refused("InvalidParameterException", "CreateIdentityPool",
		obj{"IdentityPoolName": "x", "CognitoIdentityProviders": []obj{{"ProviderName": "x"}}})
	c.refused("InvalidParameterException", "SetIdentityPoolRoles",
		obj{"IdentityPoolId": c.pool, "Roles": obj{"admin": userRole}})
	c.refused("InvalidParameterException", "SetIdentityPoolRoles",
		obj{"IdentityPoolId": c.pool, "RoleMappings": obj{"p": obj{"Type": "Rules"}}})
	id := c.id(c.token(nil))
	if got := c.must("DescribeIdentity", obj{"IdentityId": id}); fmt.Sprint(got["Logins"]) != "["+provider+"]" {
		t.Errorf("identity %v", got)
	}
	if got := c.must("ListIdentities",
		obj{"IdentityPoolId": c.pool, "MaxResults": 10}); len(got["Identities"].([]any)) != 1 {
		t.Errorf("identities %v", got)
	}
	c.must("UpdateIdentityPool", obj{"IdentityPoolId": c.pool, "IdentityPoolName": "renamed",
		"AllowUnauthenticatedIdentities": false})
	if got := c.must("DescribeIdentityPool", obj{"IdentityPoolId": c.pool}); got["IdentityPoolName"] != "renamed" ||
		got["CognitoIdentityProviders"] != nil {
		t.Errorf("pool %v", got)
	}
	if got := c.must("GetIdentityPoolRoles",
		obj{"IdentityPoolId": c.pool}); fmt.Sprint(got["Roles"]) != "map[authenticated:"+userRole+"]" {
		t.Errorf("roles %v", got)
	}
	c.must("DeleteIdentities", obj{"IdentityIdsToDelete": []string{id}})
	c.refused("ResourceNotFoundException", "DescribeIdentity", obj{"IdentityId": id})
	c.call = wire.Call{Principal: wire.Principal{ARN: "arn:aws:sts::1:assumed-role/user/x"}, Auth: nobody{}}
	c.refused("AccessDeniedException", "DescribeIdentityPool", obj{"IdentityPoolId": c.pool})
	for op, want := range map[string]bool{"GetId": true, "GetCredentialsForIdentity": true, "CreateIdentityPool": false,
		"x": false} {
		if c.svc.Unsigned(op) != want {
			t.Errorf("Unsigned(%s)", op)
		}
	}
}

type nobody struct{}

func (nobody) Allowed(wire.Principal, string, string, map[string][]string) bool { return false }
