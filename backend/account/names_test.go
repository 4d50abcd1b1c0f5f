package account

import (
	"strings"
	"testing"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/backend"
)

// setup is the account of an embedded cloud. CloudFormation, which it does not have, is w's.
func (c *cloud) setup(t *testing.T, w *wire) *Account {
	t.Helper()
	a := w.account(t)
	a.EC2, a.Route53, a.Quotas = ec2.NewFromConfig(c.cfg), route53.NewFromConfig(c.cfg), servicequotas.NewFromConfig(c.cfg)
	a.STS, a.Cognito = sts.NewFromConfig(c.cfg), cognito.NewFromConfig(c.cfg)
	return a
}

func (c *cloud) outputs() *Outputs {
	return &Outputs{UserPoolID: c.out.UserPoolID,
		Resources: backend.Resources{ZoneID: c.out.ZoneID, ZoneName: c.out.ZoneName}}
}

// record writes a record into the zone.
func (c *cloud) record(t *testing.T, name, kind, value string) {
	t.Helper()
	_, err := route53.NewFromConfig(
		c.cfg,
	).ChangeResourceRecordSets(
		t.Context(),
		&route53.ChangeResourceRecordSetsInput{HostedZoneId: &c.out.ZoneID,
			ChangeBatch: &route53types.ChangeBatch{
				Changes: []route53types.Change{{Action: route53types.ChangeActionUpsert,
					ResourceRecordSet: &route53types.ResourceRecordSet{
						Name: &name, Type: route53types.RRType(kind), TTL: new(int64),
						ResourceRecords: []route53types.ResourceRecord{{Value: &value}}}}},
			}},
	)
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, checks []backend.Check, name string) backend.Check {
	t.Helper()
	for _, each := range checks {
		if each.Name.String() == name {
			return each
		}
	}
	t.Fatalf("there is no check %q in %+v", name, checks)
	return backend.Check{}
}

// TestSetupListsTheNamesThatAreInTheZone: those that a user's name could collide with, and no others.
func TestSetupListsTheNamesThatAreInTheZone(t *testing.T) {
	c := openCloud(t)
	zone := c.out.ZoneName
	none := &wire{answers: map[string][]string{"DescribeStacks": {noStack}}}
	ours := &wire{answers: map[string][]string{"DescribeStacks": {stack("CREATE_COMPLETE", ourTag+
		"<Outputs><member><OutputKey>UserPoolId</OutputKey><OutputValue>"+c.out.UserPoolID+
		"</OutputValue></member></Outputs>")}}}
	for _, each := range []struct {
		name  string
		make  func()
		stack *wire
		ok    bool
		why   string
	}{
		{"an empty zone", func() {}, none, true, "No other name"},
		{"names that are in nobody's way", func() {
			c.record(t, "_acme.deep."+zone, "CNAME", "example.com")
			c.record(t, "_acme."+zone, "CNAME", "example.com")
			c.record(t, "eve."+zone, "A", "192.0.2.1")
			c.record(t, "txt."+zone, "TXT", `"x"`)
		}, none, true, "No other name"},
		{"the name of one of its users", func() {
			c.record(t, "demo."+zone, "A", "198.51.100.7")
		}, ours, true, "No other name"},
		{"the name of a user of another stack", func() {}, none, false, "demo (A)."},
		{"a company's names", func() {
			c.record(t, "www."+zone, "CNAME", "example.com")
			c.record(t, "vpn."+zone, "AAAA", "2001:db8::1")
		}, ours, false, "vpn (AAAA), www (CNAME)."},
	} {
		each.make()
		_, checks, err := c.setup(t, each.stack).Preflight(t.Context(), Spec{Zone: zone})
		if err != nil {
			t.Fatal(err)
		}
		got := check(t, checks, "Names")
		if got.OK != each.ok || !strings.Contains(got.Why.String(), each.why) ||
			got.OK == strings.Contains(got.Cure.String(), "--ignore-checks") {
			t.Errorf("%s: %+v", each.name, got)
		}
	}
}

// TestAUserGetsNoNameThatIsTaken by another record of the zone. Their own record is no obstacle.
func TestAUserGetsNoNameThatIsTaken(t *testing.T) {
	c := openCloud(t)
	a := c.setup(t, &wire{})
	c.record(t, "printer."+c.out.ZoneName, "CNAME", "example.com")
	_, err := a.CreateUser(t.Context(), c.outputs(), NewUser{Name: "printer", Email: "p@example.com", Group: "user"})
	if p := backend.ProblemOf(err); p == nil || p.Kind != backend.KindConfig ||
		!strings.Contains(p.Why.String(), "CNAME") {
		t.Errorf("printer: %v", err)
	}
	if existed, err := a.CreateUser(t.Context(), c.outputs(),
		NewUser{Name: "zoe", Email: "z@example.com", Group: "user"}); existed ||
		err != nil {
		t.Errorf("zoe: %v, %v", existed, err)
	}
	c.record(t, "zoe."+c.out.ZoneName, "A", "198.51.100.7")
	if existed, err := a.CreateUser(t.Context(), c.outputs(),
		NewUser{Name: "zoe", Email: "z@example.com", Group: "keeper"}); !existed ||
		err != nil {
		t.Errorf("zoe, who has a record by now: %v, %v", existed, err)
	}
	for _, name := range []string{"www", "vpn", "mail", "ns1"} {
		if _, err := ParseUser(name+"=a@example.com", "user"); err == nil || !strings.Contains(err.Error(), "reserved") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnInvitationCanBeSentAgain, to who never signed in and to nobody else.
func TestAnInvitationCanBeSentAgain(t *testing.T) {
	c := openCloud(t)
	a := c.setup(t, &wire{})
	invitations := func() int64 { return c.CallCounts()["cognito-idp:AdminCreateUser"] }
	zoe := NewUser{Name: "zoe", Email: "z@example.com", Group: "user"}
	before := invitations()
	for want := int64(1); want <= 2; want++ {
		if _, err := a.CreateUser(t.Context(), c.outputs(), zoe); err != nil || invitations()-before != want {
			t.Errorf("%d invitations, want %d: %v", invitations()-before, want, err)
		}
	}
	before = invitations()
	demo := NewUser{Name: c.out.DemoUsers[0].Username, Email: "d@example.com", Group: "user"}
	if existed, err := a.CreateUser(t.Context(), c.outputs(), demo); !existed || err != nil || invitations() != before {
		t.Errorf("somebody who has signed in: %v, %v, %d invitations", existed, err, invitations()-before)
	}
}
