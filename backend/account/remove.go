package account

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"avatar-launcher/backend"
)

// Instances lists the launcher's instances that are not terminated, by ID.
func (a *Account) Instances(ctx context.Context) ([]string, error) {
	var ids []string
	pages := ec2.NewDescribeInstancesPaginator(a.EC2, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String(poolTag), Values: []string{pool}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, problem("list the instances", err)
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				ids = append(ids, aws.ToString(i.InstanceId))
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Remove stops and terminates the launcher's instances, waits until they are gone, since the stack's security group
// cannot be deleted before, and deletes the stack with all that is in it: users, records, log and armed stops.
func (a *Account) Remove(ctx context.Context, report func(Event)) error {
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return problem("look for the stack", err)
	}
	if s == nil {
		return &backend.Problem{Kind: backend.KindConfig, What: "There is no stack " + a.Stack + " in " + a.Region,
			Next: "Name another by --stack or --region; if it is gone already, nothing is left to do."}
	}
	if !a.ours(s) {
		return &backend.Problem{Kind: backend.KindConfig, What: "The stack " + a.Stack + " is not one that the launcher made",
			Next: "Name another by --stack. Nothing was touched."}
	}
	if everMade(s.StackStatus) { // else the instances are another stack's
		if err := a.closePool(ctx, s); err != nil {
			return problem("close the pool", err)
		}
		if err := a.clear(ctx, report); err != nil {
			return problem("delete the instances", err)
		}
	}
	id := aws.ToString(s.StackId) // a deleted stack is found by its ID only
	seen, err := a.newest(ctx)
	if err != nil {
		return problem("delete the stack", err)
	}
	if _, err := a.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &id}); err != nil {
		return problem("delete the stack", err)
	}
	left, failures, err := a.follow(ctx, id, seen, report)
	if err != nil {
		return problem("delete the stack", err)
	}
	if left == nil {
		return a.nothingLeft(ctx, everMade(s.StackStatus))
	}
	p := backend.ProblemOf(failed(failures))
	p.What, p.Next = "The stack was not wholly deleted", "Delete what it names by hand, then call setup --remove again."
	return p
}

// closePool sets the pool's size to 0 for all desktops, or a keeper would launch anew what Remove terminates. The row is
// the one that fleet.Service.Resize writes.
func (a *Account) closePool(ctx context.Context, s *cfntypes.Stack) error {
	for _, o := range s.Outputs {
		if aws.ToString(o.OutputKey) != "LeasesTable" {
			continue
		}
		_, err := a.DynamoDB.PutItem(ctx, &dynamodb.PutItemInput{TableName: o.OutputValue, Item: map[string]attribute{
			"LeaseId": text("pool-size"), "Size": &dynamotypes.AttributeValueMemberN{Value: "0"}, "By": text("setup"),
			"Why": text("the stack is being removed")}})
		if code(err) == "ResourceNotFoundException" {
			return nil // an earlier try deleted the table
		}
		return err
	}
	return nil
}

// nothingLeft returns a problem if an instance was launched while the stack was being deleted: nothing stops it any more.
func (a *Account) nothingLeft(ctx context.Context, looked bool) error {
	if !looked {
		return nil
	}
	ids, err := a.Instances(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	return &backend.Problem{Kind: backend.KindConfig, What: "Instances are left", Why: "They were launched while the stack was being deleted: " + strings.Join(ids, ", ") + ".",
		Next: "Terminate them in the EC2 console. Nothing else stops them."}
}

func everMade(s cfntypes.StackStatus) bool {
	return s != cfntypes.StackStatusRollbackComplete && s != cfntypes.StackStatusRollbackFailed && s != cfntypes.StackStatusCreateFailed &&
		s != cfntypes.StackStatusReviewInProgress
}

// clear stops all instances first, which is quick and ends their cost, and then deletes them.
func (a *Account) clear(ctx context.Context, report func(Event)) error {
	ids, err := a.Instances(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	if _, err := a.EC2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: ids}); err != nil && code(err) != "IncorrectInstanceState" {
		return err
	}
	for _, id := range ids {
		report(Event{Resource: id, Type: "AWS::EC2::Instance", Status: "STOP_REQUESTED"})
	}
	if _, err := a.EC2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: ids}); err != nil {
		return err
	}
	for {
		left, err := a.Instances(ctx)
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
