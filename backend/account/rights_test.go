package account

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

var (
	ann = backend.User{ID: "11111111-1111-4111-8111-111111111111", Username: "ann"}
	bob = backend.User{ID: "22222222-2222-4222-8222-222222222222", Username: "bob"}
)

// cloud is an embedded one with its operator's clients.
type cloud struct {
	*localcloud.Cloud
	out localcloud.Outputs
	cfg aws.Config
}

func openCloud(t *testing.T) *cloud {
	t.Helper()
	c, err := localcloud.Open(localcloud.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	out := c.Outputs()
	return &cloud{Cloud: c, out: out, cfg: aws.Config{Region: out.Region, BaseEndpoint: aws.String("http://localcloud"),
		RetryMaxAttempts: 1,
		HTTPClient:       &http.Client{Transport: c.Transport()},
		Credentials:      credentials.NewStaticCredentialsProvider(out.OperatorAccessKeyID, out.OperatorSecretAccessKey, "")}}
}

// as is the configuration of somebody who is signed in with a group's role.
func (c *cloud) as(t *testing.T, group string, u backend.User) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(c.cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::123456789012:role/avatar-launcher-" + group), RoleSessionName: &u.Username,
		Tags: []ststypes.Tag{{Key: aws.String("sub"), Value: &u.ID}, {Key: aws.String("username"), Value: &u.Username}}})
	if err != nil {
		t.Fatal(err)
	}
	cfg, x := c.cfg.Copy(), out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*x.AccessKeyId, *x.SecretAccessKey, *x.SessionToken)
	return cfg
}

// instance launches one of the pool, with an owner where one is given.
func (c *cloud) instance(t *testing.T, owner string) string {
	t.Helper()
	out, err := ec2.NewFromConfig(c.cfg).RunInstances(t.Context(), launchOf(&c.out.LaunchTemplate, owner))
	if err != nil {
		t.Fatal(err)
	}
	return *out.Instances[0].InstanceId
}

func launchOf(template *string, owner string) *ec2.RunInstancesInput {
	tags := []ec2types.Tag{{Key: aws.String("pool"), Value: aws.String("avatar")}}
	tags = append(tags, ec2types.Tag{Key: aws.String("expire-at"), Value: aws.String("2026-01-01T00:00:00Z")})
	if owner != "" {
		tags = append(tags, ec2types.Tag{Key: aws.String("owner"), Value: &owner})
	}
	return &ec2.RunInstancesInput{
		MinCount:          aws.Int32(1),
		MaxCount:          aws.Int32(1),
		LaunchTemplate:    &ec2types.LaunchTemplateSpecification{LaunchTemplateName: template},
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: tags}},
	}
}

// TestWhatAUserMustNotDo tries each thing as ann, a member of the group user, and is refused; then somebody who may
// does the same, so that the refusal was one of rights and of nothing else.
func TestWhatAUserMustNotDo(t *testing.T) {
	c := openCloud(t)
	user, keeper, his := c.as(t, "user", ann), c.as(t, "keeper", ann), c.as(t, "user", bob)
	operatorRole := "arn:aws:iam::123456789012:role/avatar-launcher-operator"
	audit := func(who string) map[string]attribute {
		return map[string]attribute{"UserId": text(who), "At": text("2026-01-01T00:00:00Z"), "Day": text("2026-01-01")}
	}
	for _, each := range []struct {
		name string
		do   func(theirs, warm string) deed // by the IDs of an instance of bob's and of one that is nobody's
		may  *aws.Config                    // who may
	}{
		{"start another's instance", func(theirs, warm string) deed { return starting(theirs) }, &his},
		{"stop another's instance", func(theirs, warm string) deed { return stopping(theirs) }, &his},
		{"take another's instance by its tags", func(theirs, warm string) deed {
			return tagging(theirs, "owner", ann.ID)
		}, &keeper},
		{"move another's end", func(theirs, warm string) deed {
			return tagging(theirs, "expire-at", "2099-01-01T00:00:00Z")
		}, &his},
		{"make the key of another's gate", func(theirs, warm string) deed { return tagging(theirs, "gate-key", "A") }, &his},
		{"start an instance that is not claimed", func(theirs, warm string) deed { return starting(warm) }, &keeper},
		{"take an instance out of the pool", func(theirs, warm string) deed {
			return tagging(warm, "pool", "mine", "owner", ann.ID)
		}, &c.cfg},
		{"claim an instance for another", func(theirs, warm string) deed { return tagging(warm, "owner", bob.ID) }, &keeper},
		{"read another's session", func(theirs, warm string) deed {
			return reading(c.out.SessionsTable, "UserId", bob.ID)
		}, &his},
		{"read all sessions", func(theirs, warm string) deed { return scanning(c.out.SessionsTable) }, &keeper},
		{"write another's session", func(theirs, warm string) deed {
			return writing(c.out.SessionsTable, map[string]attribute{"UserId": text(bob.ID)})
		}, &his},
		{"write another's session in a transaction", func(theirs, warm string) deed {
			return batching(c.out.SessionsTable, map[string]attribute{"UserId": text(bob.ID)})
		}, &his},
		{"delete another's session", func(theirs, warm string) deed {
			return deleting(c.out.SessionsTable, "UserId", bob.ID)
		}, &keeper},
		{"delete an instance's row", func(theirs, warm string) deed {
			return deleting(c.out.InstancesTable, "InstanceId", warm)
		}, &keeper},
		{"read another's history", func(theirs, warm string) deed {
			return looking(c.out.AuditTable, "", "UserId", bob.ID)
		}, &his},
		{"read everybody's day",
			func(theirs, warm string) deed { return looking(c.out.AuditTable, c.out.DayIndex, "Day", "2026-01-01") }, &keeper},
		{"write history in another's name", func(theirs, warm string) deed {
			return writing(c.out.AuditTable, audit(bob.ID))
		}, &his},
		{"write history in the pool's name", func(theirs, warm string) deed {
			return writing(c.out.AuditTable, audit("pool"))
		}, &keeper},
		{"point another's name", func(theirs, warm string) deed {
			return pointing(c.out.ZoneID, "A", "bob."+c.out.ZoneName)
		}, &his},
		{"point another's name beside the own", func(theirs, warm string) deed {
			return pointing(c.out.ZoneID, "A", "ann."+c.out.ZoneName, "bob."+c.out.ZoneName)
		}, &keeper},
		{"point a name below the own", func(theirs, warm string) deed {
			return pointing(c.out.ZoneID, "A", "x.ann."+c.out.ZoneName)
		}, &keeper},
		{"point the zone itself", func(theirs, warm string) deed {
			return pointing(c.out.ZoneID, "A", c.out.ZoneName)
		}, &c.cfg},
		{"write another type of record", func(theirs, warm string) deed {
			return pointing(c.out.ZoneID, "TXT", "ann."+c.out.ZoneName)
		}, &c.cfg},
		{"pass another role to the scheduler",
			func(theirs, warm string) deed { return arming(c.out.SchedulerGroup, warm, operatorRole) }, &c.cfg},
		{"arm in another group", func(theirs, warm string) deed {
			return arming("default", warm, c.out.StopRoleARN)
		}, &c.cfg},
		{"disarm a stop", func(theirs, warm string) deed { return disarming(c.out.SchedulerGroup, theirs) }, &keeper},
		{"resize the pool by an instance of nobody's",
			func(theirs, warm string) deed { return launching(launchOf(&c.out.LaunchTemplate, "")) }, &keeper},
		{"launch for another", func(theirs, warm string) deed {
			return launching(launchOf(&c.out.LaunchTemplate, bob.ID))
		}, &his},
		{"launch what nothing stops", func(theirs, warm string) deed {
			in := launchOf(&c.out.LaunchTemplate, ann.ID)
			in.TagSpecifications[0].Tags = slices.DeleteFunc(in.TagSpecifications[0].Tags,
				func(t ec2types.Tag) bool { return *t.Key == "expire-at" })
			return launching(in)
		}, &c.cfg},
		{"launch a type that is not the stack's",
			func(theirs, warm string) deed { return launchingWith(c, "InstanceType", "g5.8xlarge") }, &c.cfg},
		{"launch on the spot market", func(theirs, warm string) deed { return launchingWith(c, "market", "spot") }, &c.cfg},
		{"launch with the first version of the metadata service",
			func(theirs, warm string) deed { return launchingWith(c, "tokens", "optional") }, &c.cfg},
		{"launch with a disk of 300 GB", func(theirs, warm string) deed { return launchingWith(c, "disk", "") }, &c.cfg},
		{"launch another image", func(theirs, warm string) deed {
			return launchingWith(c, "image", "ami-0a7a7a20000000002")
		}, &c.cfg},
		{"reboot an instance", func(theirs, warm string) deed { return rebooting(warm) }, &c.cfg},
		{"resize the pool by its row", func(theirs, warm string) deed {
			return writing(c.out.LeasesTable, map[string]attribute{"LeaseId": text("size"), "Size": text("50")})
		}, &keeper},
		{"take the pool's lease", func(theirs, warm string) deed {
			return writing(c.out.LeasesTable, map[string]attribute{"LeaseId": text("pool"), "Holder": text("ann")})
		}, &keeper},
		{"take another's place in the queue", func(theirs, warm string) deed {
			return writing(c.out.LeasesTable, map[string]attribute{"LeaseId": text("queue#" + bob.ID)})
		}, &his},
		{"resize the pool by deleting what is warm", func(theirs, warm string) deed { return terminating(warm) }, &keeper},
		{"terminate another's instance", func(theirs, warm string) deed { return terminating(theirs) }, &his},
	} {
		t.Run(each.name, func(t *testing.T) {
			theirs, warm := c.instance(t, bob.ID), c.instance(t, "")
			do := each.do(theirs, warm)
			if err := do(t.Context(), user); !isDenied(err) {
				t.Errorf("a user was not refused: %v", err)
			}
			if err := do(t.Context(), *each.may); isDenied(err) {
				t.Errorf("nor was it a matter of rights: %v", err)
			}
		})
	}
}

// TestWhatEveryUserMay: the same kinds of call on what is the user's own.
func TestWhatEveryUserMay(t *testing.T) {
	c := openCloud(t)
	mine, warm := c.instance(t, ann.ID), c.instance(t, "")
	user := c.as(t, "user", ann)
	for _, each := range []struct {
		name string
		do   deed
	}{
		{"claim what is nobody's", tagging(warm, "Name", "avatar-ann", "owner", ann.ID, "epoch", "2", "expire-at",
			"2026-01-01T00:00:00Z", "gate-key", "A")},
		{"then start it", starting(warm)},
		{"stop the own", stopping(mine)},
		{"make the own gate's key", tagging(mine, "gate-key", "A")},
		{"move the own end", tagging(mine, "expire-at", "2026-01-01T00:00:00Z")},
		{"own session", writing(c.out.SessionsTable, map[string]attribute{"UserId": text(ann.ID)})},
		{"own history", writing(c.out.AuditTable,
			map[string]attribute{"UserId": text(ann.ID), "At": text("2026-01-01T00:00:00Z")})},
		{"own name", pointing(c.out.ZoneID, "A", "ann."+c.out.ZoneName)},
		{"own stop", arming(c.out.SchedulerGroup, mine, c.out.StopRoleARN)},
		{"own launch", launching(launchOf(&c.out.LaunchTemplate, ann.ID))},
		{"terminate the own", terminating(mine)},
	} {
		if err := each.do(t.Context(), user); err != nil {
			t.Errorf("%s: %v", each.name, err)
		}
	}
}

// TestWhatIAMCannotRefuse: user data has no condition key. The day that this fails is the day to add the condition.
func TestWhatIAMCannotRefuse(t *testing.T) {
	c := openCloud(t)
	if err := launchingWith(c, "user data", "IyEvYmluL2Jhc2gK")(t.Context(), c.as(t, "user", ann)); err != nil {
		t.Error(err)
	}
	readme, err := os.ReadFile("../../build/aws/README.md")
	if err != nil || !strings.Contains(string(readme), "user data of their own") {
		t.Errorf("build/aws/README.md does not say so (%v)", err)
	}
}

// doctor is ann's.
func (c *cloud) doctor(t *testing.T, group string) *Doctor {
	t.Helper()
	cfg := c.as(t, group, ann)
	o := c.out
	return &Doctor{
		STS:       sts.NewFromConfig(cfg),
		DynamoDB:  dynamodb.NewFromConfig(cfg),
		EC2:       ec2.NewFromConfig(cfg),
		Kinesis:   kinesis.NewFromConfig(cfg),
		Route53:   route53.NewFromConfig(cfg),
		Scheduler: scheduler.NewFromConfig(cfg),
		Quotas:    servicequotas.NewFromConfig(cfg),
		User:      ann,
		Names: backend.Resources{
			SessionsTable:  o.SessionsTable,
			InstancesTable: o.InstancesTable,
			LeasesTable:    o.LeasesTable,
			AuditTable:     o.AuditTable,
			StateIndex:     o.StateIndex,
			Stream:         o.Stream,
			LaunchTemplate: o.LaunchTemplate,
			ZoneID:         o.ZoneID,
			ZoneName:       o.ZoneName,
			ScheduleGroup:  o.SchedulerGroup,
			StopRoleARN:    o.StopRoleARN,
		},
	}
}
