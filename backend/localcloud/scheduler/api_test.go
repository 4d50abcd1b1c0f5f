package scheduler

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestValidation(t *testing.T) {
	c := newCloud(t, "")
	target := func(changes m) m {
		out := scheduleOf("", nil)["Target"].(m)
		maps.Copy(out, changes)
		return out
	}
	for _, tc := range []struct {
		name string
		in   m
		says string
	}{
		{"no window", scheduleOf("rate(1 minute)", m{"FlexibleTimeWindow": nil}), "flexibleTimeWindow"},
		{"bad window", scheduleOf("rate(1 minute)", m{"FlexibleTimeWindow": m{"Mode": "SOMETIMES"}}), "enum"},
		{"window without size", scheduleOf("rate(1 minute)", m{"FlexibleTimeWindow": m{"Mode": "FLEXIBLE"}}),
			"MaximumWindowInMinutes"},
		{"size without window", scheduleOf("rate(1 minute)",
			m{"FlexibleTimeWindow": m{"Mode": "OFF", "MaximumWindowInMinutes": 5}}), "MaximumWindowInMinutes"},
		{"no target", scheduleOf("rate(1 minute)", m{"Target": nil}), "target"},
		{"no role", scheduleOf("rate(1 minute)", m{"Target": target(m{"RoleArn": ""})}), "roleArn"},
		{"bad role", scheduleOf("rate(1 minute)", m{"Target": target(m{"RoleArn": "stopper"})}), "roleArn"},
		{"bad ARN", scheduleOf("rate(1 minute)", m{"Target": target(m{"Arn": "ec2"})}), "Arn"},
		{"read-only API", scheduleOf("rate(1 minute)",
			m{"Target": target(m{"Arn": "arn:aws:scheduler:::aws-sdk:ec2:describeInstances"})}), "describeInstances"},
		{"input is no JSON", scheduleOf("rate(1 minute)", m{"Target": target(m{"Input": "{"})}), "JSON"},
		{"retries", scheduleOf("rate(1 minute)", m{"Target": target(m{"RetryPolicy": m{"MaximumRetryAttempts": 186}})}),
			"185"},
		{"event age", scheduleOf("rate(1 minute)", m{"Target": target(m{"RetryPolicy": m{"MaximumEventAgeInSeconds": 59}})}),
			"86400"},
		{"bad zone", scheduleOf("rate(1 minute)", m{"ScheduleExpressionTimezone": "Mars/Olympus"}), "timezone Mars/Olympus"},
		{"this machine's zone", scheduleOf("rate(1 minute)", m{"ScheduleExpressionTimezone": "Local"}), "timezone"},
		{"old start", scheduleOf("rate(1 minute)", m{"StartDate": time.Now().Add(-6 * time.Minute).Unix()}), "5 minutes ago"},
		{"old end", scheduleOf("rate(1 minute)", m{"EndDate": time.Now().Add(-time.Minute).Unix()}), "EndDate"},
		{"end before start", scheduleOf("rate(1 minute)",
			m{"StartDate": time.Now().Unix() + 100, "EndDate": time.Now().Unix() + 50}), "before the EndDate"},
		{"bad state", scheduleOf("rate(1 minute)", m{"State": "ON"}), "state"},
		{"bad action", scheduleOf("rate(1 minute)", m{"ActionAfterCompletion": "KEEP"}), "actionAfterCompletion"},
		{"bad expression", scheduleOf("rate(1 week)", nil), "Invalid Schedule Expression rate(1 week)."},
	} {
		for _, method := range []string{"POST", "PUT"} {
			out, code := c.call(method, "/schedules/s", tc.in)
			wiretest.Want(t, tc.name, code, "ValidationException")
			if says, _ := out["Message"].(string); !strings.Contains(says, tc.says) {
				t.Errorf("%s: %q does not say %q", tc.name, says, tc.says)
			}
		}
	}
	_, code := c.call("POST", "/schedules/"+strings.Repeat("x", 65), scheduleOf("rate(1 minute)", nil))
	wiretest.Want(t, "long name", code, "ValidationException")
	_, code = c.call("POST", "/schedules/s", scheduleOf("rate(1 minute)", m{"GroupName": "none"}))
	wiretest.Want(t, "no group", code, "ResourceNotFoundException")
	_, code = c.call("PUT", "/schedules/s", scheduleOf("rate(1 minute)", nil))
	wiretest.Want(t, "update what is not there", code, "ResourceNotFoundException")
	_, code = c.call("DELETE", "/schedules/s", nil)
	wiretest.Want(t, "delete what is not there", code, "ResourceNotFoundException")
	status, _, code := c.raw("POST", "/schedules/s", "{", nil)
	wiretest.Want(t, "no JSON", fmt.Sprintf("%d %s", status, code), "400 ValidationException")
	_, code = c.call("PATCH", "/schedules/s", nil)
	wiretest.Want(t, "no operation", code, "UnknownOperationException")
}

func TestClientTokenAndConflict(t *testing.T) {
	c := newCloud(t, "")
	expression := in(time.Hour)
	first := c.must("POST", "/schedules/s", scheduleOf(expression, m{"ClientToken": "t1"}))
	again := c.must("POST", "/schedules/s", scheduleOf(expression, m{"ClientToken": "t1"}))
	wiretest.Want(t, "same token, same schedule", fmt.Sprint(again), fmt.Sprint(first))
	wiretest.Want(t, "ARN", first["ScheduleArn"].(string), "arn:aws:scheduler:us-east-1:123456789012:schedule/default/s")
	_, code := c.call("POST", "/schedules/s", scheduleOf(in(2*time.Hour), m{"ClientToken": "t1"}))
	wiretest.Want(t, "same token, other schedule", code, "ConflictException")
	status, _, code := c.raw("POST", "/schedules/s", string(marshal(t, scheduleOf(expression, m{"ClientToken": "t2"}))),
		nil)
	wiretest.Want(t, "other token", fmt.Sprintf("%d %s", status, code), "409 ConflictException")
}

func TestUpdateReplacesEverything(t *testing.T) {
	c := newCloud(t, "")
	c.must("POST", "/schedules/s",
		scheduleOf(in(time.Hour), m{"Description": "d", "State": "DISABLED", "ActionAfterCompletion": "DELETE",
			"ScheduleExpressionTimezone": "Europe/Berlin"}))
	c.must("PUT", "/schedules/s",
		scheduleOf("rate(5 minutes)",
			m{"Target": m{"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": role}}))
	got := c.must("GET", "/schedules/s", nil)
	for k, v := range map[string]any{
		"Description": nil, "State": "ENABLED", "ActionAfterCompletion": "NONE", "ScheduleExpressionTimezone": "UTC",
		"ScheduleExpression": "rate(5 minutes)",
		"Name":               "s", "GroupName": "default",
	} {
		wiretest.Want(t, k, got[k], v)
	}
	wiretest.Want(t, "input", got["Target"].(m)["Input"], nil)
	wiretest.Want(t, "retries by default", got["Target"].(m)["RetryPolicy"].(m)["MaximumRetryAttempts"].(float64), 185)
}

func TestGroupsListsAndTags(t *testing.T) {
	c := newCloud(t, "")
	arn := c.must("POST", "/schedule-groups/g", m{"Tags": []m{{"Key": "a", "Value": "1"}}})["ScheduleGroupArn"].(string)
	_, code := c.call("POST", "/schedule-groups/g", m{})
	wiretest.Want(t, "twice", code, "ConflictException")
	for i := range 5 {
		c.must("POST", fmt.Sprintf("/schedules/s%d", i), scheduleOf("rate(1 day)", m{"GroupName": "g", "State": "DISABLED"}))
	}
	c.must("POST", "/schedules/other", scheduleOf("rate(1 day)", m{"State": "DISABLED"}))
	names := func(path string) (out []string) {
		for {
			page := c.must("GET", path, nil)
			for _, s := range page["Schedules"].([]any) {
				out = append(out, s.(m)["Name"].(string))
			}
			next, more := page["NextToken"].(string)
			if !more {
				return out
			}
			path = strings.Split(path, "&NextToken")[0] + "&NextToken=" + next
		}
	}
	wiretest.Want(t, "in pages", fmt.Sprint(names("/schedules?MaxResults=2&ScheduleGroup=g")), "[s0 s1 s2 s3 s4]")
	wiretest.Want(t, "all", fmt.Sprint(names("/schedules?MaxResults=4")), "[other s0 s1 s2 s3 s4]")
	wiretest.Want(t, "by prefix", fmt.Sprint(names("/schedules?NamePrefix=o")), "[other]")
	wiretest.Want(t, "by state", fmt.Sprint(names("/schedules?State=ENABLED")), "[]")
	for _, query := range []string{"MaxResults=0", "MaxResults=101", "State=ON", "NextToken=%21"} {
		_, code := c.call("GET", "/schedules?"+query, nil)
		wiretest.Want(t, query, code, "ValidationException")
	}
	tags := "/tags/" + url.PathEscape(arn)
	c.must("POST", tags, m{"Tags": []m{{"Key": "b", "Value": "2"}}})
	c.must("DELETE", tags+"?TagKeys=a", nil)
	wiretest.Want(t, "tags", fmt.Sprint(c.must("GET", tags, nil)["Tags"]), "[map[Key:b Value:2]]")
	wiretest.Want(t, "groups", len(c.must("GET", "/schedule-groups", nil)["ScheduleGroups"].([]any)), 2)
	wiretest.Want(t, "group", c.must("GET", "/schedule-groups/g", nil)["State"].(string), "ACTIVE")
	c.must("DELETE", "/schedule-groups/g", nil)
	wiretest.Want(t, "the group's schedules went with it", fmt.Sprint(names("/schedules?MaxResults=9")), "[other]")
	_, code = c.call("DELETE", "/schedule-groups/default", nil)
	wiretest.Want(t, "the default group", code, "ValidationException")
}

// policy allows the listed "action resource" pairs, and iam:PassRole only to the scheduler.
type policy []string

func (p policy) Allowed(_ wire.Principal, action, resource string, keys map[string][]string) bool {
	if action == "iam:PassRole" && fmt.Sprint(keys["iam:PassedToService"]) != "[scheduler.amazonaws.com]" {
		return false
	}
	for _, a := range p {
		if a == action+" "+resource {
			return true
		}
	}
	return false
}

func TestAuthorisation(t *testing.T) {
	c := newCloud(t, "")
	const arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/s"
	body := string(marshal(t, scheduleOf(in(time.Hour), nil)))
	for _, tc := range []struct {
		name, method string
		policy       policy
		status       int
	}{
		{"nothing", "POST", nil, 403},
		{"without PassRole", "POST", policy{"scheduler:CreateSchedule " + arn}, 403},
		{"another role", "POST", policy{"scheduler:CreateSchedule " + arn,
			"iam:PassRole arn:aws:iam::123456789012:role/other"}, 403},
		{"another schedule", "POST", policy{"scheduler:CreateSchedule " + arn + "x", "iam:PassRole " + role}, 403},
		{"both", "POST", policy{"scheduler:CreateSchedule " + arn, "iam:PassRole " + role}, 200},
		{"update without PassRole", "PUT", policy{"scheduler:UpdateSchedule " + arn}, 403},
		{"get", "GET", policy{"scheduler:GetSchedule " + arn}, 200},
		{"get without", "GET", nil, 403},
		{"delete without", "DELETE", nil, 403},
		{"delete", "DELETE", policy{"scheduler:DeleteSchedule " + arn}, 200},
	} {
		status, _, code := c.raw(tc.method, "/schedules/s", body, tc.policy)
		wiretest.Want(t, tc.name, status, tc.status)
		wiretest.Want(t, tc.name, code == "AccessDeniedException", tc.status == 403)
	}
}
