package account

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"avatar-launcher/backend"
)

// removal is an account of the embedded cloud whose CloudFormation has one stack, with outputs, until it is deleted.
func (c *cloud) removal(t *testing.T, outputs map[string]string) (*Account, *wire) {
	t.Helper()
	made := ""
	for name, value := range outputs {
		made += "<member><OutputKey>" + name + "</OutputKey><OutputValue>" + value + "</OutputValue></member>"
	}
	there := stack("CREATE_COMPLETE", ourTag+"<Outputs>"+made+"</Outputs>")
	w := &wire{answers: map[string][]string{"DescribeStacks": {there, there, noStack},
		"DescribeStackEvents": {stackEvents()}, "DeleteStack": {""}, "DescribeStackResources": {"!ValidationError"}}}
	a := c.setup(t, w)
	a.DynamoDB, a.IdentityPool = dynamodb.NewFromConfig(c.cfg), cognitoidentity.NewFromConfig(c.cfg)
	return a, w
}

// TestRemoveClosesThePoolFirst: a keeper at work launches nothing anew, and what was launched is gone.
func TestRemoveClosesThePoolFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		k := c.desktop(t, "keeper", bob)
		keepFor(t, k, 5*60e9)
		a, _ := c.removal(t, map[string]string{"LeasesTable": c.out.LeasesTable, "IdentityPoolId": c.out.IdentityPoolID})
		if ids, err := a.Instances(t.Context()); err != nil || len(ids) != 2 {
			t.Fatalf("the pool has %v, %v", ids, err)
		}
		if err := a.Remove(t.Context(), false, func(Event) {}); err != nil {
			t.Fatal(err)
		}
		keepFor(t, k, 5*60e9)
		if ids, err := a.instances(t.Context(), origin{pool: backend.DefaultPoolTag}); err != nil || len(ids) != 0 {
			t.Errorf("the keeper launched %v, %v", ids, err)
		}
		roles, err := cognitoidentity.NewFromConfig(c.cfg).GetIdentityPoolRoles(t.Context(),
			&cognitoidentity.GetIdentityPoolRolesInput{IdentityPoolId: &c.out.IdentityPoolID})
		if err != nil || len(roles.Roles) != 0 || len(roles.RoleMappings) != 0 {
			t.Errorf("sign-ins still get the roles %v, %v", roles, err)
		}
	})
}

// TestRemoveTerminatesItsOwnInstancesOnly, which the launch template tells from those of another stack.
func TestRemoveTerminatesItsOwnInstancesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		api := ec2.NewFromConfig(c.cfg)
		other, err := api.CreateLaunchTemplate(t.Context(),
			&ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("other"),
				LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String(c.image(t)),
					InstanceType: "g5.xlarge"}})
		if err != nil {
			t.Fatal(err)
		}
		own := c.instance(t, "")
		run, err := api.RunInstances(t.Context(), launchOf(other.LaunchTemplate.LaunchTemplateName, ""))
		if err != nil {
			t.Fatal(err)
		}
		templates, err := api.DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{
			LaunchTemplateNames: []string{c.out.LaunchTemplate}})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := c.removal(t, map[string]string{"LaunchTemplateId": *templates.LaunchTemplates[0].LaunchTemplateId})
		if ids, err := a.Instances(t.Context()); err != nil || !slices.Equal(ids, []string{own}) {
			t.Errorf("%v, %v: only %s is the stack's", ids, err, own)
		}
		if err := a.Remove(t.Context(), false, func(Event) {}); err != nil {
			t.Fatal(err)
		}
		if ids, err := a.instances(t.Context(), origin{pool: backend.DefaultPoolTag}); err != nil ||
			!slices.Equal(ids, []string{*run.Instances[0].InstanceId}) {
			t.Errorf("left: %v, %v", ids, err)
		}
	})
}

// TestRemoveClearsWhatIsLaunchedMeanwhile by a keeper whose credentials outlive the stack.
func TestRemoveClearsWhatIsLaunchedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		a, w := c.removal(t, nil)
		if _, err := a.Instances(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.answers["DescribeStackEvents"] = []string{
			stackEvents(),
			stackEvents(stackEvent("1", "LogStream", "AWS::Kinesis::Stream", "DELETE_COMPLETE", "")),
		}
		launched := ""
		err := a.Remove(t.Context(), false, func(e Event) {
			if launched == "" { // the stack is being deleted
				launched = c.instance(t, "")
			}
		})
		if ids, listErr := a.instances(t.Context(), origin{pool: backend.DefaultPoolTag}); err != nil || launched == "" ||
			listErr != nil || len(ids) != 0 {
			t.Errorf("%v; launched %q, left %v, %v", err, launched, ids, listErr)
		}
	})
}

// TestUsersAndAuditStayUnlessPurged.
func TestUsersAndAuditStayUnlessPurged(t *testing.T) {
	for _, purge := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := openCloud(t)
			a, _ := c.removal(t, map[string]string{"UserPoolId": c.out.UserPoolID, "AuditTable": c.out.AuditTable})
			if _, err := a.Instances(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := a.Remove(t.Context(), purge, func(Event) {}); err != nil {
				t.Fatal(err)
			}
			kept, err := a.Kept(t.Context())
			if err != nil || (len(kept) == 2) == purge {
				t.Errorf("purge %v leaves %v, %v", purge, kept, err)
			}
		})
	}
	for _, name := range []string{usersResource, auditResource} {
		if policy := template(t).at("Resources", name, "DeletionPolicy"); policy != "RetainExceptOnCreate" {
			t.Errorf("%s has the DeletionPolicy %v", name, policy)
		}
	}
}

// TestSetupTakesUpWhatWasKept by an import, whose template has these resources and no others.
func TestSetupTakesUpWhatWasKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answers: map[string][]string{
			"DescribeStacks": {noStack, stack("IMPORT_COMPLETE", ourTag)},
			"ListUserPools": {
				`{"UserPools":[{"Id":"us-east-1_Kept","Name":"avatar-launcher"},{"Id":"us-east-1_Other","Name":"shop"}]}`,
			},
			"DescribeTable":       {`{"Table":{"TableName":"avatar-audit"}}`},
			"CreateChangeSet":     {"<Id>1</Id>"},
			"DescribeChangeSet":   {planned},
			"ExecuteChangeSet":    {""},
			"DescribeStackEvents": {stackEvents()}, "DescribeStackResources": {"!ValidationError"}}}
		a := w.account(t)
		kept, err := a.Kept(t.Context())
		if err != nil || !strings.Contains(KeptText(kept).String(),
			"the users (us-east-1_Kept) and the activity log (avatar-audit)") {
			t.Fatalf("%v, %v", kept, err)
		}
		if err := a.TakeUp(t.Context(), kept, func(Event) {}); err != nil {
			t.Fatal(err)
		}
		form := w.sent["CreateChangeSet"]
		body := form.Get("TemplateBody")
		if form.Get("ChangeSetType") != "IMPORT" || !strings.Contains(body, "avatar-audit") ||
			strings.Contains(body, "AWS::EC2") ||
			form.Get("ResourcesToImport.member.2.ResourceIdentifier.entry.1.value") != "avatar-audit" {
			t.Errorf("%v", form)
		}
	})
}

// TestWhatAnotherStackHasIsNotKept: it is that stack's, and cannot be imported.
func TestWhatAnotherStackHasIsNotKept(t *testing.T) {
	w := &wire{answers: map[string][]string{"DescribeStacks": {noStack}, "DescribeTable": {"!ResourceNotFoundException"},
		"ListUserPools": {`{"UserPools":[{"Id":"us-east-1_Theirs","Name":"avatar-launcher"}]}`},
		"DescribeStackResources": {"<StackResources><member><PhysicalResourceId>us-east-1_Theirs</PhysicalResourceId>" +
			"<ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackResources>"}}}
	if kept, err := w.account(t).Kept(t.Context()); err != nil || len(kept) != 0 {
		t.Errorf("%v, %v", kept, err)
	}
}

// image returns the image of the embedded cloud's launch template.
func (c *cloud) image(t *testing.T) string {
	t.Helper()
	out, err := ec2.NewFromConfig(c.cfg).DescribeLaunchTemplateVersions(t.Context(),
		&ec2.DescribeLaunchTemplateVersionsInput{
			LaunchTemplateName: &c.out.LaunchTemplate, Versions: []string{"$Latest"}})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.LaunchTemplateVersions[0].LaunchTemplateData.ImageId)
}
