package account

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
)

// TestPrefixOfAStack checks that each stack name gives a prefix that the template takes, and that different ones give
// different prefixes.
func TestPrefixOfAStack(t *testing.T) {
	if got := prefixOf(DefaultStack); got != "" {
		t.Errorf("the default stack has the prefix %q", got)
	}
	if got := prefixOf("staging"); got != "staging-" {
		t.Errorf("staging has the prefix %q", got)
	}
	pattern, _ := template(t).at("Parameters", prefixParameter, "AllowedPattern").(string)
	allowed := regexp.MustCompile(strings.Replace(pattern, "(?!.*(aws|amazon|cognito))", "", 1))
	seen := map[string]string{DefaultStack: ""}
	for _, stack := range []string{"staging", "Staging", "STAGING", "aws", "my-aws-test", "aamazonws", "amazon-cognito",
		"a", "ab-", "a--b",
		"avatar-launcher-staging", "avatar-launcher-staging-2", "A1234567890123456789", strings.Repeat("x", 128), "caws-",
		"x-aws-y"} {
		got := prefixOf(stack)
		if !allowed.MatchString(got) || got == "" || reservedWords.MatchString(got) || len(got) > longestPrefix {
			t.Errorf("%s has the prefix %q", stack, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%s and %s have the prefix %q", stack, other, got)
		}
		seen[got] = stack
	}
	for i := range 2000 { // parts of hashes begin and end with anything
		if got := prefixOf(fmt.Sprint("AWS", i)); !allowed.MatchString(got) || reservedWords.MatchString(got) {
			t.Errorf("AWS%d has the prefix %q", i, got)
		}
	}
	if got := len(longPrefix); got != longestPrefix || !allowed.MatchString(longPrefix) {
		t.Errorf("the longest prefix of the policies' test has %d characters", got)
	}
}

// TestAnOldStackKeepsItsNames: an update gives no prefix to a stack that has none, and a new stack one of its own.
func TestAnOldStackKeepsItsNames(t *testing.T) {
	parameter := func(name, value string) string {
		return "<member><ParameterKey>" + name + "</ParameterKey><ParameterValue>" + value + "</ParameterValue></member>"
	}
	zone := "<Parameters>" + parameter("ZoneName", "a.example.com") + "</Parameters>"
	with := "<Parameters>" + parameter("ZoneName", "a.example.com") + parameter("Prefix", "old-") + "</Parameters>"
	for name, tt := range map[string]struct {
		stack, answer, prefix string
		given                 Parameters
		set                   string // what becomes of the parameter
	}{
		"new":                   {"staging", noStack, "staging-", Parameters{}, "staging-"},
		"new, the default's":    {DefaultStack, noStack, "", Parameters{}, ""},
		"new, named":            {"staging", noStack, "s-", Parameters{"Prefix": "s-"}, "s-"},
		"of an earlier version": {"staging", stack("CREATE_COMPLETE", ourTag+zone), "", Parameters{}, ""},
		"of what was kept":      {"staging", stack("IMPORT_COMPLETE", ourTag), "staging-", Parameters{}, "staging-"},
		"with a prefix":         {"staging", stack("CREATE_COMPLETE", ourTag+with), "old-", Parameters{}, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &wire{answers: map[string][]string{"DescribeStacks": {tt.answer}}}
			a := w.account(t)
			a.Stack = tt.stack
			if err := a.Named(t.Context(), tt.given); err != nil || a.prefix != tt.prefix || tt.given["Prefix"] != tt.set {
				t.Errorf("%s: prefix %q, parameter %q, %v", name, a.prefix, tt.given["Prefix"], err)
			}
		})
	}
}

// TestEveryNameHasThePrefix: a resource with a name of its own keeps a second stack out of the region, unless the name
// has the prefix or the stack's name.
func TestEveryNameHasThePrefix(t *testing.T) {
	names := regexp.MustCompile(
		`^(TableName|Name|Domain|LaunchTemplateName|UserPoolName|IdentityPoolName|FunctionName|RoleName|` +
			`GroupName|ManagedPolicyName|InstanceProfileName|TopicName|QueueName|AlarmName|BucketName|LogGroupName)$`)
	var walk func(resource string, v any)
	walk = func(resource string, v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(resource, each)
			}
		case map[string]any:
			for _, each := range v {
				walk(resource, each)
			}
		case string:
			if v == "avatar" || strings.Contains(v, "avatar-") && !strings.Contains(v, "${Prefix}avatar") &&
				v != "avatar-launcher-desktop" {
				t.Errorf("%s says %s in each stack", resource, v)
			}
		}
	}
	for name, r := range template(t).at("Resources").(map[string]any) {
		properties := asMap(asMap(r)["Properties"])
		if name == "LaunchTemplate" {
			delete(asMap(properties["LaunchTemplateData"]), "UserData")
		}
		walk(name, properties)
		for key, v := range properties {
			text, _ := asMap(v)["Fn::Sub"].(string)
			kind, _ := asMap(r)["Type"].(string)
			fixed := text != "" && !strings.HasPrefix(text, "${Prefix}") && !strings.HasPrefix(text, "${AWS::StackName}")
			if _, literal := v.(string); names.MatchString(key) && (literal || fixed) && kind != "AWS::Cognito::UserPoolGroup" {
				t.Errorf("%s: %s is %v in each stack", name, key, v)
			}
		}
	}
}

// TestThePrefixIsFilledIn: the body that is sent has the names as they are, and takes no other prefix.
func TestThePrefixIsFilledIn(t *testing.T) {
	for _, prefix := range []string{"", "staging-"} {
		body, err := template(t).Body("us-east-1", Parameters{prefixParameter: prefix, functionBucket: "b"})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"TableName":"` + prefix + `avatar-sessions"`,
			`"ec2:ResourceTag/pool":"` + prefix + `avatar"`,
			`table/` + prefix + `avatar-leases"`, `"AllowedValues":["` + prefix + `"]`,
			`\"pool_tag\":\"` + prefix + `avatar\"`} {
			if !strings.Contains(body, want) {
				t.Errorf("with the prefix %q the body lacks %s", prefix, want)
			}
		}
		if strings.Contains(body, "${Prefix}") {
			t.Errorf("with the prefix %q something is not filled in", prefix)
		}
	}
}
