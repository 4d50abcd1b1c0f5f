package account

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

type attribute = dynamotypes.AttributeValue

func text(s string) attribute { return &dynamotypes.AttributeValueMemberS{Value: s} }

func row(key, value string) map[string]attribute { return map[string]attribute{key: text(value)} }

// dryRun is the code of a dry run that would have gone well.
const dryRun = "DryRunOperation"

// neverWrite updates a row on a condition that no row fulfils: the permission is asked for, and nothing is written.
func (d *Doctor) neverWrite(ctx context.Context, table string, key map[string]attribute) error {
	_, err := d.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: key,
		UpdateExpression:    aws.String("REMOVE DoctorWasHere"),
		ConditionExpression: aws.String("attribute_exists(DoctorWasHere)")})
	return permitted(err, "ConditionalCheckFailedException")
}

// own deletes a record that is not there, which Route 53 refuses after the permission.
func (d *Doctor) own(ctx context.Context) (messages.Message, error) {
	if p := backend.CheckUsername(d.User.DomainLabel()); p != nil {
		return messages.Message{}, finding{p.Why, p.Next}
	}
	name := d.User.DomainLabel() + "." + strings.TrimSuffix(d.Names.ZoneName, ".")
	_, err := d.Route53.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &d.Names.ZoneID,
		ChangeBatch: &route53types.ChangeBatch{Changes: []route53types.Change{{Action: route53types.ChangeActionDelete,
			ResourceRecordSet: &route53types.ResourceRecordSet{Name: aws.String(name + "."), Type: route53types.RRTypeA,
				TTL:             aws.Int64(1),
				ResourceRecords: []route53types.ResourceRecord{{Value: aws.String("192.0.2.254")}}}}}}})
	return messages.New("account.pointInstance", name), permitted(err, "InvalidChangeBatch")
}

// stopRole moves the armed stop of an instance that there is not. The scheduler looks at the role first.
func (d *Doctor) stopRole(ctx context.Context) (messages.Message, error) {
	const nobody = "i-00000000000000000"
	input, _ := json.Marshal(map[string]any{"InstanceIds": []string{nobody}})
	_, err := d.Scheduler.UpdateSchedule(ctx,
		&scheduler.UpdateScheduleInput{Name: aws.String(nobody), GroupName: &d.Names.ScheduleGroup,
			ScheduleExpression: aws.String(
				"at(2099-01-01T00:00:00)",
			), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
			Target: &schedulertypes.Target{
				Arn:     aws.String("arn:aws:scheduler:::aws-sdk:ec2:stopInstances"),
				RoleArn: &d.Names.StopRoleARN,
				Input:   aws.String(string(input)),
			}})
	if code(err) == "ValidationException" {
		return messages.Message{}, finding{
			messages.New("account.eventbridgeSchedulerNotTake", message(err)),
			messages.New("account.correctSchedulerStopRole"),
		}
	}
	return messages.New("account.stopsCanArmedGroup", d.Names.ScheduleGroup), permitted(err, "ResourceNotFoundException")
}

// template reads the instance type that the launch template's newest version names.
func (d *Doctor) template(ctx context.Context) (kind string, why messages.Message, err error) {
	out, err := d.EC2.DescribeLaunchTemplateVersions(
		ctx,
		&ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: &d.Names.LaunchTemplate, Versions: []string{"$Latest"}},
	)
	if err != nil {
		return "", messages.Message{}, err
	}
	if len(out.LaunchTemplateVersions) == 0 || out.LaunchTemplateVersions[0].LaunchTemplateData == nil {
		return "", messages.Message{},
			finding{messages.New("account.launchTemplateNoVersion"), messages.New("account.updateStackSetup")}
	}
	data := out.LaunchTemplateVersions[0].LaunchTemplateData
	return string(data.InstanceType), messages.New("account.launches", data.InstanceType, aws.ToString(data.ImageId)), nil
}

// launching is a dry run of a cold start, with the tags that a user's own launch has.
func (d *Doctor) launching(ctx context.Context) (messages.Message, error) {
	tags := []ec2types.Tag{{Key: aws.String("pool"), Value: aws.String(d.poolTag())},
		{Key: aws.String("owner"), Value: &d.User.ID},
		{Key: aws.String("expire-at"), Value: aws.String(time.Now().UTC().Format(time.RFC3339))}}
	in := &ec2.RunInstancesInput{DryRun: aws.Bool(true), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: &d.Names.LaunchTemplate,
			Version: aws.String("$Latest")},
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: tags}}}
	// without one EC2 takes the default VPC's, which the template's security group may not be in
	if len(d.Names.SubnetIDs) > 0 {
		in.SubnetId = &d.Names.SubnetIDs[0]
	}
	_, err := d.EC2.RunInstances(ctx, in)
	return messages.New("account.launchInstanceOwn"), permitted(err, dryRun)
}

// poolTag returns the value of the tag "pool" on the stack's instances.
func (d *Doctor) poolTag() string { return cmp.Or(d.Names.PoolTag, backend.DefaultPoolTag) }

// working is a dry run on the user's own instance. Without one there is nothing that a user may start or stop.
func (d *Doctor) working(ctx context.Context) (messages.Message, error) {
	out, err := d.EC2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
		{Name: aws.String(poolTag), Values: []string{d.poolTag()}},
		{Name: aws.String("tag:owner"), Values: []string{d.User.ID}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}}})
	if err != nil {
		return messages.Message{}, err
	}
	i := slices.IndexFunc(out.Reservations, func(r ec2types.Reservation) bool { return len(r.Instances) > 0 })
	if i < 0 {
		return messages.New("account.instancesCanSeenHold"), nil
	}
	ids := []string{aws.ToString(out.Reservations[i].Instances[0].InstanceId)}
	if _, err := d.EC2.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: ids, DryRun: aws.Bool(true)}); permitted(
		err,
		dryRun,
	) != nil {
		return messages.Message{}, err
	}
	_, err = d.EC2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: ids, DryRun: aws.Bool(true)})
	return messages.New("account.startStop", ids[0]), permitted(err, dryRun)
}

// quota holds the account's quota against the launch template's instance type.
func (d *Doctor) quota(ctx context.Context) backend.Check {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	kind, _, err := d.template(ctx)
	if err == nil {
		var out *ec2.DescribeInstanceTypesOutput
		out, err = d.EC2.DescribeInstanceTypes(
			ctx,
			&ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{ec2types.InstanceType(kind)}},
		)
		if err == nil && len(out.InstanceTypes) > 0 && out.InstanceTypes[0].VCpuInfo != nil {
			return quotaCheck(ctx, d.Quotas, kind, int(aws.ToInt32(out.InstanceTypes[0].VCpuInfo.DefaultVCpus)))
		}
	}
	if err != nil {
		return d.verdict(ctx, messages.New("account.quota"), messages.Message{}, err)
	}
	return backend.Check{Name: messages.New("account.quota"), OK: true, Why: messages.New("account.ec2NotSayHow", kind)}
}
