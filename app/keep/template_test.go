package keep_test

import (
	"os"
	"strings"
	"testing"

	"avatar-launcher/app/keep"
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
		"${DeadLetters.Arn}", "arn:aws:sqs:eu-central-1:123456789012:dead", "${Size}", "3").Replace(sub[0].(string))
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
	for resource, name := range map[string]string{"SessionsTable": r.SessionsTable, "InstancesTable": r.InstancesTable,
		"LeasesTable": r.LeasesTable, "AuditTable": r.AuditTable} {
		if got := properties(t, resource)["TableName"]; got != name {
			t.Errorf("%s is called %v, and the function looks for %s", resource, got, name)
		}
	}
	if got := properties(t, "LogStream")["Name"]; got != r.Stream {
		t.Errorf("the stream is called %v, and the function looks for %s", got, r.Stream)
	}
	if got := properties(t, "ScheduleGroup")["Name"]; got != r.ScheduleGroup {
		t.Errorf("the schedule group is called %v, and the function looks for %s", got, r.ScheduleGroup)
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
