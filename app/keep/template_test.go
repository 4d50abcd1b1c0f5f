package keep_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"avatar-launcher/app/keep"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
)

// resources are those of the stack's template.
func resources(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("../../build/aws/avatar-launcher.yaml")
	if err != nil {
		t.Fatal(err)
	}
	template, err := account.ParseTemplate(data)
	if err != nil {
		t.Fatal(err)
	}
	return template["Resources"].(map[string]any)
}

func properties(t *testing.T, resource string) map[string]any {
	t.Helper()
	return resources(t)[resource].(map[string]any)["Properties"].(map[string]any)
}

// named returns the name of a resource of a stack with a prefix.
func named(t *testing.T, resource, property string) string {
	t.Helper()
	sub, _ := properties(t, resource)[property].(map[string]any)["Fn::Sub"].(string)
	if !strings.Contains(sub, "${Prefix}") {
		t.Errorf("the name of %s has no prefix: %q", resource, sub)
	}
	return strings.ReplaceAll(sub, "${Prefix}", "staging-")
}

// TestTheStacksSettingsAreTaken: the profile that the template gives the function is a whole one.
func TestTheStacksSettingsAreTaken(t *testing.T) {
	variables := properties(t, "KeeperFunction")["Environment"].(map[string]any)["Variables"].(map[string]any)
	sub := variables[keep.ProfileVariable].(map[string]any)["Fn::Sub"].([]any)
	text := strings.NewReplacer("${AWS::Region}", "eu-central-1", "${UserPool}", "eu-central-1_Ab1", "${UserPoolClient}",
		"client",
		"${IdentityPool}", "eu-central-1:12345678-1234-1234-1234-123456789012", "${HostedZoneId}", "Z123", "${ZoneName}",
		"avatar.example.com",
		"${Subnets}", `subnet-0123456789abcdef0","subnet-0123456789abcdef1`, "${Types}", `g5.2xlarge","g6.xlarge`,
		"${StopRole.Arn}", "arn:aws:iam::123456789012:role/stop",
		"${DeadLetters.Arn}", "arn:aws:sqs:eu-central-1:123456789012:dead", "${Size}", "3", "${Prefix}", "staging-",
		"${SessionsTable}", named(t, "SessionsTable", "TableName"),
		"${InstancesTable}", named(t, "InstancesTable", "TableName"),
		"${LeasesTable}", named(t, "LeasesTable", "TableName"), "${AuditTable}", named(t, "AuditTable", "TableName"),
		"${LogStream}", named(t, "LogStream", "Name"), "${ScheduleGroup}", named(t, "ScheduleGroup", "Name")).Replace(sub[0].(string))
	if strings.Contains(text, "${") {
		t.Fatalf("what is in %s?", text)
	}
	p, err := keep.Settings(func(name string) string {
		return map[string]string{keep.ProfileVariable: text,
			keep.SettingsVariable: `{"warm_pool":{"max_instances":20}}`}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	r := p.Resources()
	if p.WarmPool.Size != 3 || p.WarmPool.MaxInstances != 20 || len(r.SubnetIDs) != 2 || len(r.InstanceTypes) != 2 ||
		p.Log.ReadyPattern == "" {
		t.Errorf("the function's profile is %+v", p)
	}
	want := backend.Resources{SessionsTable: "staging-avatar-sessions", InstancesTable: "staging-avatar-instances",
		LeasesTable: "staging-avatar-leases", AuditTable: "staging-avatar-audit", Stream: "staging-avatar-logs",
		ScheduleGroup: "staging-avatar-launcher", LaunchTemplate: "staging-avatar-launcher", PoolTag: "staging-avatar"}
	got := backend.Resources{SessionsTable: r.SessionsTable, InstancesTable: r.InstancesTable, LeasesTable: r.LeasesTable,
		AuditTable: r.AuditTable, Stream: r.Stream, ScheduleGroup: r.ScheduleGroup, LaunchTemplate: r.LaunchTemplate,
		PoolTag: r.PoolTag}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the function works on %+v", got)
	}
}

// TestEveryMetricHasAnAlarm, and every alarm of the keeper a metric that the function writes.
func TestEveryMetricHasAnAlarm(t *testing.T) {
	alarms := map[any]string{}
	for name, r := range resources(t) {
		p := r.(map[string]any)["Properties"].(map[string]any)
		if p["Namespace"] == keep.MetricNamespace {
			alarms[p["MetricName"]] = name
		}
	}
	for _, metric := range []string{keep.MetricPasses, keep.MetricMissing, keep.MetricHeldBack} {
		if alarms[metric] == "" {
			t.Errorf("%s has no alarm", metric)
		}
	}
	if len(alarms) != 3 {
		t.Errorf("the alarms ask for %v", alarms)
	}
}

// TestEC2sEventsWakeTheKeeper with the source that makes it watch for longer.
func TestEC2sEventsWakeTheKeeper(t *testing.T) {
	pattern := properties(t, "KeeperWake")["EventPattern"].(map[string]any)
	if source := pattern["source"].([]any); len(source) != 1 || source[0] != keep.EC2Source {
		t.Errorf("the rule waits for %v", source)
	}
	if got := properties(t, "KeeperSchedule")["ScheduleExpression"]; got != "rate(5 minutes)" {
		t.Errorf("the schedule is %v", got)
	}
}
