package fleet

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// ec2API is what the control plane needs of *ec2.Client.
type ec2API interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput,
		...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	DescribeInstanceStatus(context.Context, *ec2.DescribeInstanceStatusInput,
		...func(*ec2.Options)) (*ec2.DescribeInstanceStatusOutput, error)
	RunInstances(context.Context, *ec2.RunInstancesInput, ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error)
	StartInstances(context.Context, *ec2.StartInstancesInput, ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error)
	ModifyInstanceAttribute(context.Context, *ec2.ModifyInstanceAttributeInput,
		...func(*ec2.Options)) (*ec2.ModifyInstanceAttributeOutput, error)
	StopInstances(context.Context, *ec2.StopInstancesInput, ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error)
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput,
		...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
	DescribeLaunchTemplateVersions(context.Context, *ec2.DescribeLaunchTemplateVersionsInput, ...func(*ec2.Options)) (
		*ec2.DescribeLaunchTemplateVersionsOutput, error,
	)
	CreateReplaceRootVolumeTask(context.Context, *ec2.CreateReplaceRootVolumeTaskInput, ...func(*ec2.Options)) (
		*ec2.CreateReplaceRootVolumeTaskOutput, error,
	)
	DescribeReplaceRootVolumeTasks(context.Context, *ec2.DescribeReplaceRootVolumeTasksInput, ...func(*ec2.Options)) (
		*ec2.DescribeReplaceRootVolumeTasksOutput, error,
	)
	CreateTags(context.Context, *ec2.CreateTagsInput, ...func(*ec2.Options)) (*ec2.CreateTagsOutput, error)
	DeleteTags(context.Context, *ec2.DeleteTagsInput, ...func(*ec2.Options)) (*ec2.DeleteTagsOutput, error)
}

// ec2Compute implements compute.
type ec2Compute struct {
	api            ec2API
	launchTemplate string // its name
	poolTag        string // value of the tag "pool" on the stack's instances
}

var _ compute = ec2Compute{}

func (c ec2Compute) describe(ctx context.Context, instanceID string) (*instance, error) {
	out, err := c.api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{instanceID}})
	if err != nil {
		return nil, err
	}
	for _, i := range instancesIn(out) {
		return &i, nil
	}
	return nil, nil
}

func (c ec2Compute) status(ctx context.Context, instanceID string) (system, own string, err error) {
	out, err := c.api.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{InstanceIds: []string{instanceID}})
	if err != nil || len(out.InstanceStatuses) == 0 {
		return "", "", err
	}
	st := out.InstanceStatuses[0]
	if st.SystemStatus != nil {
		system = string(st.SystemStatus.Status)
	}
	if st.InstanceStatus != nil {
		own = string(st.InstanceStatus.Status)
	}
	return system, own, nil
}

func (c ec2Compute) list(ctx context.Context) ([]instance, error) {
	var all []instance
	pages := ec2.NewDescribeInstancesPaginator(c.api, &ec2.DescribeInstancesInput{
		MaxResults: aws.Int32(1000),
		Filters: []types.Filter{
			{Name: aws.String("tag:pool"), Values: []string{c.poolTag}},
			{
				Name:   aws.String("instance-state-name"),
				Values: []string{"pending", "running", "stopping", "stopped", "shutting-down", "terminated"},
			}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, instancesIn(page)...)
	}
	return all, nil
}

func (c ec2Compute) launched(ctx context.Context, token string) ([]instance, error) {
	out, err := c.api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("client-token"), Values: []string{token + "*"}}}})
	if err != nil {
		return nil, err
	}
	return instancesIn(out), nil
}

func (c ec2Compute) launch(ctx context.Context, clientToken, version string, at place, tags []tag) (*backend.Machine,
	error) {
	in := &ec2.RunInstancesInput{
		MinCount:    aws.Int32(1),
		MaxCount:    aws.Int32(1),
		ClientToken: &clientToken,
		LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateName: &c.launchTemplate,
			Version:            aws.String(cmp.Or(version, "$Latest")),
		},
		InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorStop,
		InstanceType:                      types.InstanceType(at.kind),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance,
			Tags: ec2Tags(tags)}},
	}
	if at.reservation != "" {
		in.CapacityReservationSpecification = &types.CapacityReservationSpecification{
			CapacityReservationTarget: &types.CapacityReservationTarget{CapacityReservationId: &at.reservation}}
	}
	if at.subnet != "" {
		in.SubnetId = aws.String(at.subnet)
	}
	out, err := c.api.RunInstances(ctx, in)
	if err != nil {
		return nil, err
	}
	if len(out.Instances) == 0 {
		return nil, errors.New("EC2 launched no instance")
	}
	m := machine(out.Instances[0])
	return &m, nil
}

func (c ec2Compute) template(ctx context.Context, version string) (template, error) {
	out, err := c.api.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: &c.launchTemplate,
		Versions:           []string{cmp.Or(version, "$Latest")},
	})
	if err != nil || len(out.LaunchTemplateVersions) == 0 {
		return template{}, err
	}
	latest := out.LaunchTemplateVersions[0]
	t := template{version: strconv.FormatInt(aws.ToInt64(latest.VersionNumber), 10)}
	if latest.LaunchTemplateData != nil {
		t.image = aws.ToString(latest.LaunchTemplateData.ImageId)
	}
	if !strings.HasPrefix(t.image, "ami-") {
		t.image = "" // an alias such as resolve:ssm:…: what it stands for is not known here
	}
	return t, nil
}

func (c ec2Compute) start(ctx context.Context, instanceID string) error {
	_, err := c.api.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{instanceID}})
	return err
}

func (c ec2Compute) changeType(ctx context.Context, instanceID, kind string) error {
	_, err := c.api.ModifyInstanceAttribute(ctx, &ec2.ModifyInstanceAttributeInput{InstanceId: &instanceID,
		InstanceType: &types.AttributeValue{Value: &kind}})
	return err
}

func (c ec2Compute) stop(ctx context.Context, instanceID string) error {
	_, err := c.api.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instanceID}})
	return err
}

func (c ec2Compute) terminate(ctx context.Context, instanceID string) error {
	_, err := c.api.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{instanceID}})
	return err
}

func (c ec2Compute) replaceDisk(ctx context.Context, instanceID, clientToken string) (string, error) {
	out, err := c.api.CreateReplaceRootVolumeTask(ctx, &ec2.CreateReplaceRootVolumeTaskInput{
		InstanceId:               &instanceID,
		ClientToken:              &clientToken,
		DeleteReplacedRootVolume: aws.Bool(true),
	})
	if err != nil {
		return "", err
	}
	if out.ReplaceRootVolumeTask == nil {
		return "", errors.New("EC2 named no task")
	}
	return aws.ToString(out.ReplaceRootVolumeTask.ReplaceRootVolumeTaskId), nil
}

// filterValues is the most values that one filter of EC2's takes.
const filterValues = 200

func (c ec2Compute) replacements(ctx context.Context, instanceIDs []string) (map[string]replacement, error) {
	all := map[string]replacement{}
	for ids := range slices.Chunk(instanceIDs, filterValues) {
		pages := ec2.NewDescribeReplaceRootVolumeTasksPaginator(c.api, &ec2.DescribeReplaceRootVolumeTasksInput{
			Filters: []types.Filter{{Name: aws.String("instance-id"), Values: ids}},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, t := range page.ReplaceRootVolumeTasks {
				ended, _ := time.Parse(time.RFC3339, aws.ToString(t.CompleteTime)) // zero while it goes on
				all[aws.ToString(t.ReplaceRootVolumeTaskId)] = replacement{string(t.TaskState), ended}
			}
		}
	}
	return all, nil
}

func (c ec2Compute) setTags(ctx context.Context, instanceID string, tags []tag) error {
	_, err := c.api.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{instanceID}, Tags: ec2Tags(tags)})
	return err
}

func (c ec2Compute) removeTags(ctx context.Context, instanceID string, keys []string) error {
	var all []types.Tag
	for _, k := range keys {
		all = append(all, types.Tag{Key: aws.String(k)})
	}
	_, err := c.api.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{instanceID}, Tags: all})
	return err
}

func ec2Tags(tags []tag) []types.Tag {
	var all []types.Tag
	for _, t := range tags {
		all = append(all, types.Tag{Key: aws.String(t.key), Value: aws.String(t.value)})
	}
	return all
}

// instancesIn returns the instances of an answer.
func instancesIn(out *ec2.DescribeInstancesOutput) []instance {
	var all []instance
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			all = append(all, instance{
				Machine:  machine(i),
				owner:    tagOf(i, "owner"),
				epoch:    tagOf(i, "epoch"),
				expireAt: tagOf(i, "expire-at"),
				gateKey:  tagOf(i, gate.Tag),
				guests:   tagOf(i, gate.GuestsTag),
				token:    aws.ToString(i.ClientToken),
				version:  tagOf(i, "aws:ec2launchtemplate:version"),
			})
		}
	}
	return all
}

func machine(i types.Instance) backend.Machine {
	m := backend.Machine{
		InstanceID: aws.ToString(i.InstanceId),
		ImageID:    aws.ToString(i.ImageId),
		Type:       string(i.InstanceType),
		PublicIP:   aws.ToString(i.PublicIpAddress),
		PrivateIP:  aws.ToString(i.PrivateIpAddress),
		SubnetID:   aws.ToString(i.SubnetId),
		LaunchTime: aws.ToTime(i.LaunchTime),
		Name:       tagOf(i, "Name"),
	}
	if i.State != nil {
		m.State = backend.InstanceState(i.State.Name)
	}
	if i.StateReason != nil {
		m.ReasonCode, m.Reason = aws.ToString(i.StateReason.Code), aws.ToString(i.StateReason.Message)
	}
	if i.Placement != nil {
		m.Zone = aws.ToString(i.Placement.AvailabilityZone)
	}
	return m
}

func tagOf(i types.Instance, key string) string {
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}
