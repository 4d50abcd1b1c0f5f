package account

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

func sick(checks []backend.Check) []backend.Check {
	var out []backend.Check
	for _, c := range checks {
		if !c.OK {
			out = append(out, c)
		}
	}
	return out
}

// TestTheDoctorFindsAWholeCloudWell, by the rights of each group, and changes nothing.
func TestTheDoctorFindsAWholeCloudWell(t *testing.T) {
	for _, group := range []string{"user", "keeper", "operator"} {
		t.Run(group, func(t *testing.T) {
			c := openCloud(t)
			c.instance(t, ann.ID)
			checks := c.doctor(t, group).Examine(t.Context())
			for _, bad := range sick(checks) {
				t.Errorf("%s: %s %s", bad.Name, bad.Why, bad.Cure)
			}
			for _, each := range checks {
				if !strings.HasSuffix(each.Why.String(), ".") || !each.Cure.IsZero() {
					t.Errorf("%s: %q, %q", each.Name, each.Why, each.Cure)
				}
			}
			for _, call := range c.Calls() {
				if call.Status == 200 && regexp.MustCompile("^(Put|Update|Delete|Run|Start|Stop|Terminate|Change)").MatchString(
					call.Operation) &&
					call.Operation != "RunInstances" {
					t.Errorf("the doctor did something: %s %s", call.Service, call.Operation)
				}
			}
		})
	}
}

// TestTheDoctorNamesWhatIsWrong: one thing at a time, by its line and a sentence.
func TestTheDoctorNamesWhatIsWrong(t *testing.T) {
	for _, each := range []struct {
		name      string
		spoil     func(*testing.T, *cloud, *Doctor)
		line, why string
		others    bool // more lines may be wrong, too
	}{
		{"a table that is not there", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.AuditTable = "avatar-history"
		}, "Table avatar-history", "isn’t allowed to use dynamodb:Query", false},
		{"a stream that is not there", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.Stream = "other"
		}, "Log stream other", "kinesis:DescribeStreamSummary", false},
		{"a zone that is not there", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.ZoneID = "Z000000000000"
		}, "Domain avatar.localhost", "NoSuchHostedZone", true},
		{"a zone of another name", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.ZoneName = "avatar.example.com"
		}, "Domain avatar.example.com", "doesn’t cover avatar.example.com", true},
		{"a zone that is not delegated", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.LookupNS = func(context.Context, string) ([]string, error) { return []string{"ns1.example.net."}, nil }
		}, "Domain avatar.localhost", "delegated to other name servers", false},
		{"a zone that nobody knows", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.LookupNS = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
		}, "Domain avatar.localhost", "has no name servers in public DNS", false},
		{"a stop role that may not be passed", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.StopRoleARN = "arn:aws:iam::123456789012:role/other"
		}, "Automatic stop", "isn’t allowed to use scheduler:UpdateSchedule", false},
		{"a group of schedules that is not the stack's", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.ScheduleGroup = "other"
		}, "Automatic stop", "isn’t allowed to use scheduler:UpdateSchedule", false},
		{"a launch template that is not there", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.LaunchTemplate = "other"
		}, "Launch template other", "Not found", true},
		{"a subnet that is not there", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.Names.SubnetIDs = []string{"subnet-0000000000000000f"}
		}, "Launching", "does not exist", false},
		{"a user name that is no label", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.User.Username = "Ann Smith"
		}, "Your web address", "can’t be used in a web address", false},
		{"somebody else's name", func(_ *testing.T, _ *cloud, d *Doctor) {
			d.User.Username = "bob"
		}, "Your web address", "isn’t allowed to use route53:ChangeResourceRecordSets", false},
		{"no quota", func(_ *testing.T, c *cloud, _ *Doctor) {
			c.SetVCPUQuota(4)
		}, "GPU quota", "is 4 GPU vCPUs, but one g5.2xlarge needs 8", false},
		{"a clock that is wrong", func(_ *testing.T, c *cloud, _ *Doctor) {
			c.SetClockSkew(4 * time.Minute)
		}, "Clock", "is 4 min off", false},
		{"a service that is away", func(t *testing.T, c *cloud, _ *Doctor) {
			if _, err := c.AddFault(localcloud.Fault{Service: "kinesis", Kind: "drop-before"}); err != nil {
				t.Fatal(err)
			}
		}, "Log stream avatar-logs", "got no answer", false},
		{"a sign-in that is over", func(_ *testing.T, c *cloud, _ *Doctor) {
			c.SetClockSkew(2 * time.Hour)
		}, "AWS credentials", "expired or aren’t valid", true},
	} {
		t.Run(each.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := openCloud(t)
				d := c.doctor(t, "user")
				each.spoil(t, c, d)
				bad := sick(d.Examine(t.Context()))
				found := false
				for _, line := range bad {
					found = found || line.Name.String() == each.line && strings.Contains(line.Why.String(), each.why) &&
						!line.Cure.IsZero()
				}
				if !found || len(bad) > 1 && !each.others {
					t.Errorf("want %q: %q, got %+v", each.line, each.why, bad)
				}
			})
		})
	}
}

// TestTheDoctorSaysWhoKeepsThePool: to keep it is a right of some groups, and no fault of the others.
func TestTheDoctorSaysWhoKeepsThePool(t *testing.T) {
	for group, want := range map[string]string{"user": "doesn’t look after", "keeper": "can look after"} {
		for _, each := range openCloud(t).doctor(t, group).Examine(t.Context()) {
			if each.Name.ID == "account.keepingPool" && !strings.Contains(each.Why.String(), want) {
				t.Errorf("%s: %s", group, each.Why)
			}
		}
	}
}

// TestTheDoctorTriesAnInstanceOfTheUsersOwn.
func TestTheDoctorTriesAnInstanceOfTheUsersOwn(t *testing.T) {
	c := openCloud(t)
	d := c.doctor(t, "user")
	if why, err := d.working(t.Context()); err != nil || !strings.Contains(why.String(), "none is yours") {
		t.Errorf("without one: %q, %v", why, err)
	}
	id := c.instance(t, ann.ID)
	if why, err := d.working(t.Context()); err != nil || why.String() != "Starting and stopping "+aws.ToString(&id)+
		" is allowed." {
		t.Errorf("with one: %q, %v", why, err)
	}
}

// TestWithABrokerTheDoctorAsksNothingElse: the user's role may call the broker alone.
func TestWithABrokerTheDoctorAsksNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		for _, answer := range []error{nil, &backend.Problem{Kind: backend.KindDenied, What: messages.Verbatim("No"),
			Why: messages.Verbatim("Not you."), Next: messages.Verbatim("Ask.")}} {
			d := c.doctor(t, "user")
			d.Broker = func(context.Context) error { return answer }
			all := d.Examine(t.Context())
			if len(all) != 3 || all[2].Name.ID != "account.broker" || all[2].OK != (answer == nil) ||
				all[2].OK == (!all[2].Cure.IsZero()) {
				t.Errorf("%+v", all)
			}
		}
	})
}
