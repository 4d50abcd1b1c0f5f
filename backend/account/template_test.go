package account

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"avatar-launcher/backend/localcloud/iam"
)

const templateFile = "../../build/aws/avatar-launcher.yaml"

var write = flag.Bool("write", false,
	"put the files of build/aws/instance and the policies of the embedded cloud into the template")

func template(t *testing.T) Template {
	t.Helper()
	data, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	out, err := ParseTemplate(data)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// resolve says of each intrinsic function what it stands for in the embedded cloud, whose documents name every account
// and region by a star.
func resolve(t *testing.T, v any) any {
	t.Helper()
	attributes := map[string]string{"StopRole.Arn": "arn:aws:iam::*:role/avatar-launcher-stop",
		"InstanceRole.Arn": "arn:aws:iam::*:role/avatar-launcher-instance",
		"UserPool.Arn":     "arn:aws:cognito-idp:*:*:userpool/*"}
	names := strings.NewReplacer("${!", "\x00", "${AWS::Partition}", "aws", "${AWS::Region}", "*", "${AWS::AccountId}",
		"*",
		"${HostedZoneId}", "*", "${LaunchTemplate}", "*", "${ZoneName}", "avatar.localhost", "${VolumeSize}", "100",
		"${Prefix}", "")
	switch v := v.(type) {
	case []any:
		out := []any{}
		for _, each := range v {
			out = append(out, resolve(t, each))
		}
		return out
	case map[string]any:
		if text, ok := v["Fn::Sub"].(string); ok {
			text = names.Replace(text)
			if strings.Contains(text, "${") {
				t.Errorf("what is in %q?", text)
			}
			return strings.ReplaceAll(text, "\x00", "${")
		}
		if parts, ok := v["Fn::GetAtt"].([]any); ok {
			name := parts[0].(string) + "." + parts[1].(string)
			if attributes[name] == "" {
				t.Errorf("what is %s?", name)
			}
			return attributes[name]
		}
		if v["Fn::Split"] != nil { // the types that the embedded cloud's users may launch
			return []any{"g4dn.xlarge", "g4dn.2xlarge", "g5.xlarge", "g5.2xlarge", "g5.4xlarge", "g6.xlarge", "g6.2xlarge",
				"g6.4xlarge"}
		}
		out := map[string]any{}
		for k, each := range v {
			out[k] = resolve(t, each)
		}
		return out
	}
	return v
}

// TestTheStacksPoliciesAreTheEmbeddedClouds holds the template to the documents that every other test is confined by.
// Run it with -write after a change of one.
func TestTheStacksPoliciesAreTheEmbeddedClouds(t *testing.T) {
	if *write {
		carryPolicies(t)
	}
	tmpl := template(t)
	inline := func(role string) any {
		list := tmpl.at("Resources", role, "Properties", "Policies").([]any)
		return list[0].(map[string]any)["PolicyDocument"]
	}
	for name, got := range map[string]any{
		"user": inline("UserRole"), "operator": inline("OperatorRole"), "stop": inline("StopRole"),
		"keeper": tmpl.at("Resources", "KeeperPolicy", "Properties", "PolicyDocument"),
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := iam.PolicyDocument(name)
			if err != nil {
				t.Fatal(err)
			}
			var want any
			if err := json.Unmarshal(doc, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, resolve(t, got)); diff != "" {
				t.Errorf(
					"iam/policies/%s.json and the template differ; go test ./backend/account -run Stacks -write (-json +template):\n%s",
					name,
					diff,
				)
			}
		})
	}
	keeper := []any{map[string]any{"Ref": "KeeperPolicy"}}
	for _, role := range []string{"KeeperRole", "OperatorRole"} {
		if diff := cmp.Diff(any(keeper),
			chosen(tmpl.at("Resources", role, "Properties", "ManagedPolicyArns"), byAccount, false)); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
	if got := tmpl.at("Resources", "UserRole", "Properties", "ManagedPolicyArns"); got != nil {
		t.Errorf("UserRole has more than its document: %v", got)
	}
}

// longPrefix is the longest value of the parameter Prefix.
const longPrefix = "sixteen-letters-"

// TestPoliciesFit: AWS counts policies without their white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func TestPoliciesFit(t *testing.T) {
	for name, most := range map[string]int{"user": 10_240, "operator": 10_240, "keeper": 6_144} {
		doc, err := iam.PolicyDocument(name)
		if err != nil {
			t.Fatal(err)
		}
		long := strings.NewReplacer(
			":*:*:",
			":ap-southeast-2:123456789012:",
			"hostedzone/*",
			"hostedzone/Z0123456789ABCDEFGHIJ",
			"avatar.localhost",
			"a-rather-long-name-for-a-zone.of-an-example.com",
			"launch-template/*",
			"launch-template/lt-0123456789abcdef0",
			"/avatar-", "/"+longPrefix+"avatar-",
			`"avatar"`, `"`+longPrefix+`avatar"`,
		).Replace(string(doc))
		if n := len(regexp.MustCompile(`\s`).ReplaceAllString(long, "")); n > most {
			t.Errorf("%s would be %d characters long in an account, and %d are allowed", name, n, most)
		}
	}
}

// TestOnlyTheSignedInMayTakeARole: by this identity pool, and not as guests.
func TestOnlyTheSignedInMayTakeARole(t *testing.T) {
	tmpl := template(t)
	for _, role := range []string{"UserRole", "KeeperRole", "OperatorRole"} {
		got := tmpl.at("Resources", role, "Properties", "AssumeRolePolicyDocument")
		want := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": map[string]any{"Federated": "cognito-identity.amazonaws.com"},
			"Action": []any{"sts:AssumeRoleWithWebIdentity", "sts:TagSession"},
			"Condition": map[string]any{
				"StringEquals": map[string]any{
					"cognito-identity.amazonaws.com:aud": map[string]any{"Ref": "IdentityPool"},
				},
				"ForAnyValue:StringLike": map[string]any{"cognito-identity.amazonaws.com:amr": "authenticated"},
			}}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
}

// TestTheTemplateCarriesTheInstancesFiles compares both to the letter. Run it with -write after a change of a script.
func TestTheTemplateCarriesTheInstancesFiles(t *testing.T) {
	for system, file := range map[string]string{"linux": "linux.sh", "windows": "windows.ps1", "pins": "pins"} {
		want, err := os.ReadFile("../../build/aws/instance/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if *write {
			carry(t, system, string(want))
		}
		if diff := cmp.Diff(string(want), template(t).at("Mappings", "FirstBoot", system, "script")); diff != "" {
			t.Errorf("%s and the template differ; go test ./backend/account -run InstancesFiles -write:\n%s", file, diff)
		}
		// EC2's limit on user data, before base64. The pins and some lines come before a script.
		script := comments.ReplaceAllString(string(want), "")
		if system == "linux" {
			script = packed(script)
		}
		if n := len(script) + 1400; n > 16<<10 {
			t.Errorf("%s is too long for user data: %d bytes", file, n)
		}
	}
}

// carry replaces a script of the template's mapping FirstBoot.
func carry(t *testing.T, system, script string) {
	t.Helper()
	data, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "\n    "+system+":\n      script: |\n")
	if !ok {
		t.Fatalf("the template has no place for %s", system)
	}
	end := regexp.MustCompile(`(?m)^ {0,7}[^ \n]`).FindStringIndex(rest)[0]
	indented := regexp.MustCompile(`(?m)^(.+)$`).ReplaceAllString(strings.TrimSuffix(script, "\n"), "        $1")
	tail := "\n"
	if !strings.HasPrefix(rest[end:], " ") {
		tail = "\n\n"
	}
	all := head + "\n    " + system + ":\n      script: |\n" + indented + tail + rest[end:]
	if err := os.WriteFile(templateFile, []byte(all), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestThePackedScriptIsTheScript runs it with a bash that shows what it is to run.
func TestThePackedScriptIsTheScript(t *testing.T) {
	body, err := template(t).Body("us-east-1", Parameters{"OperatingSystem": "linux"})
	if err != nil {
		t.Fatal(err)
	}
	var sent Template
	if err := json.Unmarshal([]byte(body), &sent); err != nil {
		t.Fatal(err)
	}
	script, _ := sent.at("Mappings", "FirstBoot", "linux", "script").(string)
	out, err := exec.CommandContext(t.Context(), "bash", "-c", "set -eu; bash() { cat \"$@\"; }\n"+script).CombinedOutput()
	want, _ := template(t).at("Mappings", "FirstBoot", "linux", "script").(string)
	if diff := cmp.Diff(comments.ReplaceAllString(want, ""), string(out)); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}

func TestBodyFits(t *testing.T) {
	for system, has := range map[string]string{"linux": "#!/bin/bash", "windows": "New-Service"} {
		body, err := template(t).Body("us-east-1", Parameters{"OperatingSystem": system, "BudgetEmail": "you@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if len(body) > maxInline {
			t.Errorf("%s: without the function, the body has %d bytes and needs a bucket", system, len(body))
		}
		whole, err := template(t).Body("us-east-1", Parameters{"OperatingSystem": system, functionBucket: "b"})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s with the function: %d bytes", system, len(whole))
		if !json.Valid([]byte(body)) || !strings.Contains(body, has) || !strings.Contains(body, "vector "+system+" ") {
			t.Errorf("%s: the body lacks its script or the pins", system)
		}
		t.Logf("%s: %d bytes", system, len(body))
	}
	if _, err := (Template{"Description": strings.Repeat("x", maxBody)}).Body("us-east-1", nil); err == nil {
		t.Error("a body that is too long was not refused")
	}
}

// TestPasswordlessIsDecidedBeforeItIsSent looks at the choices in what is sent: none are left to CloudFormation, and no
// condition is sent that nothing asks for.
func TestPasswordlessIsDecidedBeforeItIsSent(t *testing.T) {
	for value, want := range map[string][]any{"no": {"PASSWORD"}, "passkeys": {"PASSWORD", "WEB_AUTHN"},
		"passkeys-and-codes": {"PASSWORD", "WEB_AUTHN", "EMAIL_OTP"}} {
		body, err := template(t).Body("us-east-1", Parameters{"Passwordless": value})
		if err != nil {
			t.Fatal(err)
		}
		var sent Template
		if err := json.Unmarshal([]byte(body), &sent); err != nil {
			t.Fatal(err)
		}
		pool := func(path ...string) any { return sent.at(append([]string{"Resources"}, path...)...) }
		factors := pool("UserPool", "Properties", "Policies", "SignInPolicy", "AllowedFirstAuthFactors")
		if diff := cmp.Diff(any(want), factors); diff != "" {
			t.Errorf("%s: %s", value, diff)
		}
		flows := fmt.Sprint(pool("UserPoolClient", "Properties", "ExplicitAuthFlows"))
		style := pool("SignInStyle") != nil
		if on := value != "no"; strings.Contains(flows, "ALLOW_USER_AUTH") != on || style != on {
			t.Errorf("%s: flows %s, a style %v", value, flows, style)
		}
		for name := range asMap(sent.at("Conditions")) {
			if strings.Count(body, `"`+name+`"`) < 2 {
				t.Errorf("%s: the condition %s is sent for nothing", value, name)
			}
		}
	}
}

// TestTheBudgetIsLeftOutWhereItCannotBe, and is another one for another address or amount.
func TestTheBudgetIsLeftOutWhereItCannotBe(t *testing.T) {
	name := func(region string, p Parameters) any {
		t.Helper()
		body, err := template(t).Body(region, p)
		if err != nil {
			t.Fatal(err)
		}
		var made Template
		if err := json.Unmarshal([]byte(body), &made); err != nil {
			t.Fatal(err)
		}
		return made.at("Resources", "Budget", "Properties", "Budget", "BudgetName", "Fn::Sub")
	}
	mine := Parameters{"BudgetEmail": "you@example.com"}
	if got := name("us-east-1", nil); got != nil {
		t.Errorf("nobody to tell: %v", got)
	}
	if got := name("eu-north-1", mine); got != nil {
		t.Errorf("a region without budgets: %v", got)
	}
	first := name("us-east-1", mine)
	if text, _ := first.(string); !strings.HasPrefix(text, "${AWS::StackName}-${AWS::Region}-") {
		t.Errorf("the budget is called %v", first)
	}
	if name("us-east-1", mine) != first || name("us-east-1", Parameters{"BudgetEmail": "me@example.com"}) == first ||
		name("us-east-1", Parameters{"BudgetEmail": "you@example.com", "BudgetAmount": "900"}) == first {
		t.Error("the name does not follow the address and the amount")
	}
}

// TestBodyLeavesTheTemplateAsItIs: one Template serves any number of requests.
func TestBodyLeavesTheTemplateAsItIs(t *testing.T) {
	tmpl := template(t)
	if _, err := tmpl.Body("eu-north-1", Parameters{"OperatingSystem": "windows"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(template(t), tmpl); diff != "" {
		t.Error(diff)
	}
}

// TestAStopThatFailsIsHeard: what EventBridge Scheduler gives up is kept, and each way of giving up has an alarm.
func TestAStopThatFailsIsHeard(t *testing.T) {
	tmpl := template(t)
	metrics := map[string]bool{}
	for _, r := range tmpl.at("Resources").(map[string]any) {
		if name, ok := Template(r.(map[string]any)).at("Properties", "MetricName").(string); ok {
			metrics[name] = true
		}
	}
	for _, want := range []string{"ApproximateNumberOfMessagesVisible", "InvocationDroppedCount"} {
		if !metrics[want] {
			t.Errorf("there is no alarm on %s", want)
		}
	}
	if got := tmpl.at("Outputs", "DeadLetterArn", "Value", "Fn::GetAtt"); got == nil {
		t.Error("the stack does not say where failed stops go")
	}
	second := tmpl.at("Resources", "StopRole", "Properties", "Policies").([]any)[1].(map[string]any)
	if text, _ := json.Marshal(second); !strings.Contains(string(text), `"sqs:SendMessage"`) {
		t.Errorf("the stop role may not write there: %s", text)
	}
}

// TestTheRolesMayUseTheDisksKey: without these five actions a launch ends and a start falls back, with an
// answer of 200.
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
func TestTheRolesMayUseTheDisksKey(t *testing.T) {
	policy, err := json.Marshal(template(t).at("Resources", "DiskKeyPolicy", "Properties"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey",
		"kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*",
		"kms:ViaService", "kms:GrantIsForAWSResource", "UserRole", "KeeperRole", "OperatorRole"} {
		if !strings.Contains(string(policy), want) {
			t.Errorf("%s is not in %s", want, policy)
		}
	}
}

// TestEveryStatementIsArgued holds build/aws/README.md to the documents: a statement that nobody can
// argue for is one too many.
func TestEveryStatementIsArgued(t *testing.T) {
	readme, err := os.ReadFile("../../build/aws/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"user", "operator"} {
		doc, err := iam.PolicyDocument(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sid := range regexp.MustCompile(`"Sid": "(\w+)"`).FindAllStringSubmatch(string(doc), -1) {
			if !strings.Contains(string(readme), sid[1]) {
				t.Errorf("%s: nothing is said of %s", name, sid[1])
			}
		}
	}
}
