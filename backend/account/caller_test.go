package account

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/store"
	cloudwire "avatar-launcher/backend/localcloud/wire"
)

// substituted is a text that CloudFormation has filled in.
var substituted = regexp.MustCompile(`\{"Fn::Sub":("[^"]*")\}`)

// permission is an action on a resource.
type permission struct {
	action, resource string
	free             bool // it is allowed without a condition
}

// permissions are all that a shipped policy allows: each action of each statement on each of its resources.
func permissions(t *testing.T, policy string) []permission {
	t.Helper()
	doc, err := iam.PolicyDocument(policy)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct{ Statement []map[string]any }
	if err := json.Unmarshal(doc, &parsed); err != nil {
		t.Fatal(err)
	}
	var out []permission
	for _, s := range parsed.Statement {
		if s["Effect"] != "Allow" {
			continue
		}
		for _, action := range texts(s["Action"]) {
			for _, resource := range texts(s["Resource"]) {
				resource = strings.NewReplacer("*", "x", "${aws:PrincipalTag/sub}", ann.ID).Replace(resource)
				out = append(out, permission{action, resource, s["Condition"] == nil})
			}
		}
	}
	return out
}

// texts reads a JSON value that is one text or several.
func texts(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var out []string
	all, _ := v.([]any)
	for _, one := range all {
		text, _ := one.(string)
		out = append(out, text)
	}
	return out
}

// TestWithControlByTheAccountADesktopMayDoNothingElse asks for everything that is allowed to the roles keeper, user and
// operator as a user whose desktop has the role of the template: each is refused, whatever condition keys come with it,
// and the call of the broker's function is not. The keeper's role is allowed what needs no condition, so that the
// question is a right one.
func TestWithControlByTheAccountADesktopMayDoNothingElse(t *testing.T) {
	roles, err := iam.New(cloudwire.Env{Region: "us-east-1", AccountID: "123456789012", Now: time.Now,
		Rand: func(int64) int64 { return 0 }, NewID: func(int) string { return "0" },
		Throttle: func() bool { return false }}, openStore(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(sent(t, Parameters{functionBucket: "b", "Control": controlAccount}).at("Resources",
		"CallPolicy", "Properties", "PolicyDocument"))
	if err != nil {
		t.Fatal(err)
	}
	const function = "arn:aws:lambda:us-east-1:123456789012:function:avatar-launcher-broker"
	text := strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::Region}", "us-east-1", "${AWS::AccountId}", "123456789012",
		"${AWS::StackName}", "avatar-launcher").Replace(string(doc))
	if err := roles.PutRolePolicy("caller", []byte(substituted.ReplaceAllString(text, "$1"))); err != nil {
		t.Fatal(err)
	}
	keeper, err := iam.PolicyDocument("keeper")
	if err != nil {
		t.Fatal(err)
	}
	if err := roles.PutRolePolicy("keeper", keeper); err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{"sub": ann.ID, "username": ann.Username}
	desktop, pool := roles.RolePrincipal("caller", "ann", tags), roles.RolePrincipal("keeper", "function", nil)
	asked := 0
	for _, policy := range []string{"keeper", "user", "operator"} {
		for _, d := range permissions(t, policy) {
			asked++
			for _, keys := range []map[string][]string{nil, {"lambda:FunctionUrlAuthType": {"AWS_IAM"},
				"lambda:InvokedViaFunctionUrl": {"true"}, "dynamodb:LeadingKeys": {ann.ID}, "aws:RequestTag/owner": {ann.ID},
				"ec2:ResourceTag/owner": {ann.ID}, "ec2:ResourceTag/pool": {"avatar"}}} {
				if roles.Allowed(desktop, d.action, d.resource, keys) {
					t.Errorf("a desktop may %s on %s", d.action, d.resource)
				}
			}
			if policy == "keeper" && d.free && !roles.Allowed(pool, d.action, d.resource, nil) {
				t.Errorf("the keeper may not %s on %s: the question is a wrong one", d.action, d.resource)
			}
		}
	}
	if asked < 60 {
		t.Errorf("%d permissions were asked for", asked)
	}
	for action, key := range map[string]map[string][]string{
		"lambda:InvokeFunctionUrl": {"lambda:FunctionUrlAuthType": {"AWS_IAM"}},
		"lambda:InvokeFunction":    {"lambda:InvokedViaFunctionUrl": {"true"}},
	} {
		if !slices.Equal([]bool{true, false, false}, []bool{roles.Allowed(desktop, action, function, key),
			roles.Allowed(desktop, action, function, nil), roles.Allowed(desktop, action, function+"2", key)}) {
			t.Errorf("%s is not allowed as it should be", action)
		}
	}
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}
