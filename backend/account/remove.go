package account

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// templateID is the tag in which EC2 names the launch template of an instance.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
const templateID = "aws:ec2launchtemplate:id"

// Instances lists the stack's instances that are not terminated, by ID.
func (a *Account) Instances(ctx context.Context) ([]string, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return nil, problem(messages.New("account.cannotLookStack"), err)
	}
	if s == nil {
		return nil, nil
	}
	ids, err := a.instances(ctx, originOf(s))
	return ids, problem(messages.New("account.cannotListInstances"), err)
}

// origin tells a stack's instances from those of others.
type origin struct{ pool, template string }

// originOf returns by what a stack's instances are known. A stack of an earlier version does not name its tag.
func originOf(s *cfntypes.Stack) origin {
	return origin{pool: cmp.Or(output(s, "PoolTag"), backend.DefaultPoolTag), template: output(s, "LaunchTemplateId")}
}

// instances lists the pool's instances except those of another launch template, which another stack owns. Without a
// template it lists all: a stack of an earlier version does not say which is its own.
func (a *Account) instances(ctx context.Context, which origin) ([]string, error) {
	var ids []string
	pages := ec2.NewDescribeInstancesPaginator(a.EC2, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String(poolTag), Values: []string{which.pool}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				if of := tagOf(i.Tags, templateID); which.template == "" || of == "" || of == which.template {
					ids = append(ids, aws.ToString(i.InstanceId))
				}
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// tagOf returns a tag's value, "" if there is none.
func tagOf(tags []types.Tag, key string) string {
	for _, t := range tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

// Remove stops and terminates the stack's instances, waits until they are gone, since the stack's security group cannot
// be deleted before, and deletes the stack with its bucket. The users and the audit stay, unless purge is set.
func (a *Account) Remove(ctx context.Context, purge bool, report func(Event)) error {
	s, err := a.removable(ctx)
	if err != nil {
		return a.removeAlone(ctx, err, report)
	}
	which := originOf(s)
	if everMade(s.StackStatus) { // else the instances are another stack's
		if err := a.close(ctx, s); err != nil {
			return problem(messages.New("account.cannotClosePool"), err)
		}
		if err := a.clear(ctx, which, report); err != nil {
			return problem(messages.New("account.cannotDeleteInstances"), err)
		}
	}
	if err := a.deleteStack(ctx, s, report); err != nil {
		return err
	}
	if everMade(s.StackStatus) { // a keeper whose credentials still held may have launched some meanwhile
		if err := a.clear(ctx, which, report); err != nil {
			return problem(messages.New("account.cannotDeleteInstances"), err)
		}
	}
	if err := a.removeFiles(ctx, report); err != nil || !purge {
		return err
	}
	return a.purge(ctx, s)
}

// removeAlone deletes the bucket if a setup that failed, or an earlier removal, left it without a stack. It returns err
// if there is none.
func (a *Account) removeAlone(ctx context.Context, err error, report func(Event)) error {
	s, stackErr := a.describe(ctx, a.Stack)
	if stackErr != nil || s != nil {
		return err
	}
	f := a.files()
	if left, filesErr := f.describe(ctx, f.Stack); filesErr != nil || left == nil || !f.ours(left) {
		return err
	}
	return a.removeFiles(ctx, report)
}

// removable returns the stack, or a problem if there is none or the launcher did not make it.
func (a *Account) removable(ctx context.Context) (*cfntypes.Stack, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return nil, problem(messages.New("account.cannotLookStack"), err)
	}
	if s == nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.noStack", a.Stack, a.Region),
			Next: messages.New("account.nameAnotherStackRegion")}
	}
	if !a.ours(s) {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.stackNotOneLauncher", a.Stack),
			Next: messages.New("account.nameAnotherStackNothing")}
	}
	return s, nil
}

// deleteStack deletes the stack and reports each event until it is gone.
func (a *Account) deleteStack(ctx context.Context, s *cfntypes.Stack, report func(Event)) error {
	id := aws.ToString(s.StackId) // a deleted stack is found by its ID only
	seen, err := a.newest(ctx)
	if err != nil {
		return problem(messages.New("account.cannotDeleteStack"), err)
	}
	if _, err := a.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &id}); err != nil {
		return problem(messages.New("account.cannotDeleteStack"), err)
	}
	left, failures, err := a.follow(ctx, id, seen, report)
	if err != nil {
		return problem(messages.New("account.cannotDeleteStack"), err)
	}
	if left == nil {
		return nil
	}
	p := backend.ProblemOf(failed(failures))
	p.What, p.Next = messages.New("account.stackNotWhollyDeleted"), messages.New("account.deleteNamesHandCall")
	return p
}

// close ends sign-ins and sets the pool's size to 0, or a keeper would launch anew what Remove terminates. Credentials
// that were given before hold for up to an hour.
func (a *Account) close(ctx context.Context, s *cfntypes.Stack) error {
	if id := output(s, "IdentityPoolId"); id != "" {
		_, err := a.IdentityPool.SetIdentityPoolRoles(ctx, &cognitoidentity.SetIdentityPoolRolesInput{IdentityPoolId: &id,
			Roles: map[string]string{}})
		if err != nil && code(err) != "ResourceNotFoundException" { // an earlier try deleted it
			return err
		}
	}
	return a.closePool(ctx, output(s, "LeasesTable"))
}

// closePool sets the pool's size to 0 for all desktops. The row is the one that fleet.Service.Resize writes.
func (a *Account) closePool(ctx context.Context, table string) error {
	if table == "" {
		return nil
	}
	_, err := a.DynamoDB.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: map[string]attribute{
		"LeaseId": text("pool-size"), "Size": &dynamotypes.AttributeValueMemberN{Value: "0"}, "By": text("setup"),
		"Why": text("the stack is being removed")}})
	if code(err) == "ResourceNotFoundException" {
		return nil // an earlier try deleted the table
	}
	return err
}

// everMade reports whether the stack has ever had instances of its own.
func everMade(s cfntypes.StackStatus) bool {
	return s != cfntypes.StackStatusRollbackComplete && s != cfntypes.StackStatusRollbackFailed &&
		s != cfntypes.StackStatusCreateFailed &&
		s != cfntypes.StackStatusReviewInProgress && !strings.HasPrefix(string(s), "IMPORT_")
}

// clear stops all instances first, which is quick and ends their cost, and then deletes them.
func (a *Account) clear(ctx context.Context, which origin, report func(Event)) error {
	ids, err := a.instances(ctx, which)
	if err != nil || len(ids) == 0 {
		return err
	}
	if _, err := a.EC2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: ids}); err != nil &&
		code(err) != "IncorrectInstanceState" {
		return err
	}
	for _, id := range ids {
		report(Event{Resource: id, Type: "AWS::EC2::Instance", Status: "STOP_REQUESTED"})
	}
	if _, err := a.EC2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids}); err != nil {
		return err
	}
	for {
		left, err := a.instances(ctx, which)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			break
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
	for _, id := range ids {
		report(Event{Resource: id, Type: "AWS::EC2::Instance", Status: "DELETE_COMPLETE"})
	}
	return nil
}
