package groups

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"avatar-launcher/backend"
)

var roles = map[string]string{
	"user":     "arn:aws:iam::123456789012:role/user",
	"keeper":   "arn:aws:iam::123456789012:role/k",
	"operator": "arn:aws:iam::123456789012:role/operator",
}

func function(t *testing.T) *Function {
	t.Helper()
	f, err := FromEnvironment(func(name string) string {
		return map[string]string{AttributeVariable: "custom:groups", "USER_GROUPS": "Avatar Users; 8f3-a1",
			"OPERATOR_GROUPS": "CN=Avatar Admins,OU=IT"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Roles = func(context.Context, string) (map[string]string, error) { return roles, nil }
	return f
}

func ask(
	t *testing.T,
	f *Function,
	status, attribute string,
	own ...string,
) (groups, given []string, preferred string) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"version": "1", "userPoolId": "us-east-1_x", "request": map[string]any{
		"userAttributes":     map[string]string{"cognito:user_status": status, "custom:groups": attribute},
		"groupConfiguration": map[string]any{"groupsToOverride": own}},
		"response": map[string]any{"claimsOverrideDetails": nil}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Handle(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Version  string
		Response override
	}
	if err := json.Unmarshal(out, &answer); err != nil || answer.Version != "1" {
		t.Fatalf("%s: %v", out, err)
	}
	g := answer.Response.Claims.Groups
	if g == nil {
		return nil, nil, ""
	}
	return g.Names, g.Roles, g.Preferred
}

func TestGroupsOfACompany(t *testing.T) {
	const own = "us-east-1_x_Acme"
	for attribute, want := range map[string][]string{
		`["Avatar Users","staff"]`:           {"user", own},
		"[staff, Avatar Users]":              {"user", own},
		"Avatar Users":                       {"user", own},
		`["8f3-a1"]`:                         {"user", own},
		"CN=Avatar Admins,OU=IT":             {"operator", own},
		"[CN=Avatar Admins,OU=IT, 8f3-a1]":   {"operator", "user", own},
		"":                                   nil,
		"[]":                                 nil,
		"avatar users":                       nil,
		"Avatar Users of another department": nil,
		`["Avatar Users`:                     nil,
		"operator":                           nil,
	} {
		groups, given, preferred := ask(t, function(t), external, attribute, own)
		if !reflect.DeepEqual(groups, want) {
			t.Errorf("%q: %v, want %v", attribute, groups, want)
		}
		if want != nil && (preferred != roles[want[0]] || len(given) != len(want)-1) {
			t.Errorf("%q: roles %v, preferred %q", attribute, given, preferred)
		}
	}
}

// An operator's group stays beside those of the company.
func TestGroupsOfAnOperatorStay(t *testing.T) {
	groups, _, preferred := ask(t, function(t), external, "Avatar Users", "keeper")
	if !reflect.DeepEqual(groups, []string{"keeper", "user"}) || preferred != roles["keeper"] {
		t.Errorf("%v, %q", groups, preferred)
	}
}

// A user of the pool can write the attribute themselves: it counts for nobody but users of a provider.
func TestTheAttributeOfAnOwnUserDoesNotCount(t *testing.T) {
	for _, status := range []string{"CONFIRMED", "FORCE_CHANGE_PASSWORD", "", "external_provider"} {
		if groups, _, _ := ask(t, function(t), status, "CN=Avatar Admins,OU=IT"); groups != nil {
			t.Errorf("%s: %v", status, groups)
		}
	}
}

func TestWhatIsWrongInTheFunction(t *testing.T) {
	if _, err := FromEnvironment(func(string) string { return "" }); err == nil {
		t.Error("no setting is taken")
	}
	f := function(t)
	if _, err := f.Handle(t.Context(), json.RawMessage("[")); err == nil {
		t.Error("no JSON is taken")
	}
	f.Roles = func(context.Context, string) (map[string]string, error) { return nil, errors.New("denied") }
	_, err := f.Handle(t.Context(), json.RawMessage(
		`{"request":{"userAttributes":{"cognito:user_status":"EXTERNAL_PROVIDER","custom:groups":"8f3-a1"}}}`))
	if err == nil {
		t.Error("somebody gets no groups without a word")
	}
}

// TestLabels: people of a provider and of the pool have one, and no attribute of theirs has a say in it.
func TestLabels(t *testing.T) {
	for status, names := range map[string]map[string]string{
		external: {"Acme_anna@x.com": backend.LabelFor("Acme_anna@x.com", "s-1"),
			"Acme_www": backend.LabelFor("Acme_www", "s-1")},
		"CONFIRMED": {"demo": "demo", "john.doe": backend.LabelFor("john.doe", "s-1")},
	} {
		for name, want := range names {
			raw, err := json.Marshal(map[string]any{"userPoolId": "p", "userName": name, "request": map[string]any{
				"userAttributes": map[string]string{"sub": "s-1", "cognito:user_status": status, "custom:label": "bob",
					"label": "bob", "preferred_username": "bob"}}})
			if err != nil {
				t.Fatal(err)
			}
			out, err := function(t).Handle(t.Context(), raw)
			var answer struct{ Response override }
			if err != nil || json.Unmarshal(out, &answer) != nil {
				t.Fatal(err)
			}
			if got := answer.Response.Claims; got.Add[LabelClaim] != want || got.Groups != nil {
				t.Errorf("%s: %+v, want %q", name, got, want)
			}
		}
	}
}
