package account

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"avatar-launcher/backend"
)

// sent returns the template as it would be sent.
func sent(t *testing.T, p Parameters) Template {
	t.Helper()
	body, err := template(t).Body("us-east-1", p)
	if err != nil {
		t.Fatal(err)
	}
	var out Template
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWithControlByTheAccountUsersMayCallOneFunction by its address, and nothing else, whatever their
// group but operators'.
func TestWithControlByTheAccountUsersMayCallOneFunction(t *testing.T) {
	tmpl := sent(t, Parameters{functionBucket: "b", "Control": controlAccount})
	choice := func(then, otherwise any) any { return map[string]any{"Fn::If": []any{byAccount, then, otherwise}} }
	arn := func(role string) any { return map[string]any{"Fn::GetAtt": []any{role, "Arn"}} }
	for path, got := range map[string]any{
		"UserRole":   tmpl.at("Resources", "UserGroup", "Properties", "RoleArn"),
		"KeeperRole": tmpl.at("Resources", "KeeperGroup", "Properties", "RoleArn"),
	} {
		if diff := cmp.Diff(choice(arn("CallerRole"), arn(path)), got); diff != "" {
			t.Errorf("the group of %s: %s", path, diff)
		}
	}
	if diff := cmp.Diff(choice(arn("CallerRole"), arn("UserRole")),
		tmpl.at("Resources", "IdentityPoolRoles", "Properties", "Roles", "authenticated")); diff != "" {
		t.Errorf("those in no group: %s", diff)
	}
	caller := asMap(tmpl.at("Resources", "CallerRole", "Properties"))
	if diff := cmp.Diff([]any{map[string]any{"Ref": "CallPolicy"}}, caller["ManagedPolicyArns"]); diff != "" ||
		caller["Policies"] != nil {
		t.Errorf("the caller's role: %s, %v", diff, caller["Policies"])
	}
	statements, _ := tmpl.at("Resources", "CallPolicy", "Properties", "PolicyDocument", "Statement").([]any)
	function := map[string]any{
		"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-broker",
	}
	want := []any{
		map[string]any{"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": function,
			"Condition": map[string]any{"StringEquals": map[string]any{"lambda:FunctionUrlAuthType": "AWS_IAM"}}},
		map[string]any{"Effect": "Allow", "Action": "lambda:InvokeFunction",
			"Resource":  function,
			"Condition": map[string]any{"Bool": map[string]any{"lambda:InvokedViaFunctionUrl": "true"}}},
	}
	if diff := cmp.Diff(want, statements); diff != "" {
		t.Errorf("what a caller may do: %s", diff)
	}
	if got := tmpl.at("Resources", "BrokerUrl", "Properties", "AuthType"); got != "AWS_IAM" {
		t.Errorf("the function's address takes callers by %v", got)
	}
}

// TestWithControlByDesktopsThereIsNoBroker in the template, and nothing that refers to one.
func TestWithControlByDesktopsThereIsNoBroker(t *testing.T) {
	for name, p := range map[string]Parameters{"with a keeper": {functionBucket: "b"}, "alone": {},
		"without a package": {"Control": controlAccount}} {
		text, err := json.Marshal(sent(t, p)["Resources"])
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Broker", "CallPolicy", "CallerRole", byAccount} {
			if strings.Contains(string(text), `"`+word) {
				t.Errorf("%s: the template has %s", name, word)
			}
		}
	}
}

// TestControlByTheAccountNeedsARegionWithAddresses of functions, and a refusal says so.
func TestControlByTheAccountNeedsARegionWithAddresses(t *testing.T) {
	given := Parameters{functionBucket: "b", "Control": controlAccount}
	_, err := template(t).Body("il-central-1", given)
	if p := backend.ProblemOf(err); p == nil || p.Kind != backend.KindConfig ||
		!strings.Contains(p.What.String(), "il-central-1") {
		t.Errorf("refused by %v", err)
	}
	given["Control"] = "desktop"
	if _, err := template(t).Body("il-central-1", given); err != nil {
		t.Error(err)
	}
}
