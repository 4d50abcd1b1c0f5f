package account

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/messages"
)

// managing is what operators have the rights over users for.
const managing = "an operator manages users by AWS's own tools with this role; the launcher has no page for it"

// unused are allowed actions that the journey below does not ask for, and why they are allowed all the same.
var unused = map[string]map[string]string{
	"user": {
		"kinesis:GetRecords": "the live log, by package logs",
	},
	"keeper": {
		"kinesis:GetRecords": "the live log and the readiness line, by package logs",
	},
	"operator": {
		"cognito-idp:AdminAddUserToGroup":       managing,
		"cognito-idp:AdminCreateUser":           managing,
		"cognito-idp:AdminDeleteUser":           managing,
		"cognito-idp:AdminDisableUser":          managing,
		"cognito-idp:AdminEnableUser":           managing,
		"cognito-idp:AdminGetUser":              managing,
		"cognito-idp:AdminListGroupsForUser":    managing,
		"cognito-idp:AdminRemoveUserFromGroup":  managing,
		"cognito-idp:AdminResetUserPassword":    managing,
		"cognito-idp:AdminSetUserMFAPreference": managing,
		"cognito-idp:AdminSetUserPassword":      managing,
		"cognito-idp:AdminUserGlobalSignOut":    managing,
		"cognito-idp:DescribeUserPool":          managing,
		"cognito-idp:ListGroups":                managing,
		"cognito-idp:ListUsers":                 managing,
		"cognito-idp:ListUsersInGroup":          managing,
		"ec2:CreateLaunchTemplateVersion":       "a new image, by AWS's own tools; the launcher has no page for it",
		"ec2:ModifyLaunchTemplate":              "the same",
		"ec2:GetConsoleOutput":                  "why an instance does not boot, by AWS's own tools",
		"ec2:GetConsoleScreenshot":              "the same",
		"sts:DecodeAuthorizationMessage":        "the doctor reads by it why EC2 denied something, which it does not do here",
	},
}

// desktop is the control plane of somebody who is signed in with a group's role.
func (c *cloud) desktop(t *testing.T, group string, u backend.User) *fleet.Service {
	t.Helper()
	cfg := c.as(t, group, u)
	cfg.RetryMaxAttempts = 3
	o := c.out
	s := fleet.New(fleet.Options{EC2: ec2.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg),
		Route53:   route53.NewFromConfig(cfg),
		Scheduler: scheduler.NewFromConfig(cfg), LauncherID: u.Username,
		Names: backend.Resources{
			SessionsTable:  o.SessionsTable,
			InstancesTable: o.InstancesTable,
			LeasesTable:    o.LeasesTable,
			AuditTable:     o.AuditTable,
			StateIndex:     o.StateIndex,
			DayIndex:       o.DayIndex,
			LaunchTemplate: o.LaunchTemplate,
			InstanceTypes:  []string{"g5.2xlarge", "g6.2xlarge"},
			ZoneID:         o.ZoneID,
			ZoneName:       o.ZoneName,
			ParkingAddress: o.ParkingAddress,
			ScheduleGroup:  o.SchedulerGroup,
			StopRoleARN:    o.StopRoleARN,
		},
		Figures: fleet.Figures{PoolSize: 2, MaxInstances: 6, Recycle: backend.Reset, Window: time.Hour,
			Maximum: 12 * time.Hour, Grace: time.Minute, TTL: 10 * time.Second, ReadyTimeout: 10 * time.Minute},
		Avatar: fleet.Avatar{Scheme: "http", HealthPath: "/healthz", Transport: func(string) http.RoundTripper {
			return c.Transport()
		}}})
	t.Cleanup(s.Wait)
	return s
}

// session is a start, which must succeed.
func session(t *testing.T, s *fleet.Service, u backend.User) *backend.Session {
	t.Helper()
	out, err := s.Start(t.Context(), u, func(backend.Progress) {})
	if err != nil {
		t.Fatalf("start for %s: %v", u.Username, err)
	}
	return out
}

// queue starts while there is no capacity, and gives up once in the queue.
func queue(t *testing.T, s *fleet.Service, u backend.User) {
	t.Helper()
	ctx, giveUp := context.WithTimeout(t.Context(), 5*time.Minute)
	defer giveUp()
	if _, err := s.Start(ctx, u, func(p backend.Progress) {
		if p.Queue != nil {
			giveUp()
		}
	}); err == nil {
		t.Error("a start without capacity succeeded")
	}
}

// keepFor runs a keeper for a time.
func keepFor(t *testing.T, s *fleet.Service, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	_ = s.Keep(ctx, func(backend.Pool) {}) // it ends by the context's error
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

// live lets a user, a keeper and an operator do all that the launcher does.
func live(t *testing.T, c *cloud) {
	for _, group := range []string{"user", "keeper", "operator"} {
		c.doctor(t, group).Examine(t.Context())
	}
	s, k := c.desktop(t, "user", ann), c.desktop(t, "keeper", bob)
	cold := session(t, s, ann)
	_, err := s.Extend(t.Context(), *cold)
	must(t, err, s.Terminate(t.Context(), *cold, messages.Verbatim("test")))
	c.SetVCPUQuota(0)
	queue(t, s, ann)
	c.SetVCPUQuota(-1)
	keepFor(t, k, 5*time.Minute)
	c.SetVCPUQuota(0)
	queue(t, s, ann)
	c.SetVCPUQuota(-1)
	keepFor(t, k, 5*time.Minute)
	_, err = s.Prepare(t.Context(), ann)
	must(t, err)
	for _, who := range []struct {
		desktop *fleet.Service
		user    backend.User
	}{{s, ann}, {k, bob}} { // AWS has none of the first type, so a standby instance becomes one of the other
		c.SetCapacity("", "g5.2xlarge", 0)
		changed := session(t, who.desktop, who.user)
		c.SetCapacity("", "g5.2xlarge", -1)
		must(t, who.desktop.Terminate(t.Context(), *changed, messages.Verbatim("test")))
		keepFor(t, k, 5*time.Minute)
	}
	warm := session(t, s, ann)
	_, err = s.Current(t.Context(), ann)
	must(t, err)
	_, err = s.Sessions(t.Context(), ann, time.Now().Add(-time.Hour))
	must(t, err)
	must(t, s.Stop(t.Context(), *warm, messages.Verbatim("test")))
	mine := session(t, k, bob)
	keepFor(t, k, 10*time.Minute)
	_, err = k.Extend(t.Context(), *mine)
	must(t, err, k.Stop(t.Context(), *mine, messages.Verbatim("test")))
	one := backend.PoolSizes{Stopped: 1}
	must(t, k.Resize(t.Context(), bob, &one, "test"), k.Resize(t.Context(), bob, nil, "test"))
	op := c.desktop(t, "operator", bob)
	all, err := op.Overview(t.Context())
	must(t, err)
	if all != nil && len(all.Machines) > 0 {
		must(t, op.Retire(t.Context(), bob, all.Machines[0].InstanceID, "test"))
	}
	_, err = k.Occupancy(t.Context(), time.Now().Add(-time.Hour))
	must(t, err)
	session(t, s, ann) // and her desktop dies
	keepFor(t, k, 90*time.Minute)
	s.Wait()
	k.Wait()
}

// allowed lists the actions of a role's document.
func allowed(t *testing.T, name string) []string {
	t.Helper()
	doc, err := iam.PolicyDocument(name)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Statement []struct {
			Effect string
			Action any
		}
	}
	if err := json.Unmarshal(doc, &parsed); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, s := range parsed.Statement {
		switch a := s.Action.(type) {
		case string:
			out[a] = s.Effect == "Allow" || out[a]
		case []any:
			for _, each := range a {
				out[each.(string)] = s.Effect == "Allow" || out[each.(string)]
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// TestEveryAllowedActionIsUsed by the journey, the keeper or the doctor, or is argued by name.
func TestEveryAllowedActionIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		live(t, c)
		for role, argued := range unused {
			granted := c.Granted("avatar-launcher-" + role)
			if role == "keeper" {
				granted = append(granted, c.Granted("avatar-launcher-operator")...)
			}
			for _, action := range allowed(t, role) {
				used := slices.Contains(granted, action)
				if why := argued[action]; used == (why != "") {
					t.Errorf("%s may do %s: used %v, argued %q", role, action, used, why)
				}
			}
			for action := range argued {
				if !slices.Contains(allowed(t, role), action) {
					t.Errorf("%s: %s is argued and not allowed", role, action)
				}
			}
		}
	})
}
