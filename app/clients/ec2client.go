package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"avatar-launcher/backend/awsx"
)

// ec2Client is *ec2.Client, see call.
type ec2Client struct {
	getEbsDefaultKmsKeyId          call[ec2.GetEbsDefaultKmsKeyIdInput, ec2.GetEbsDefaultKmsKeyIdOutput, ec2.Options]
	describeSnapshots              call[ec2.DescribeSnapshotsInput, ec2.DescribeSnapshotsOutput, ec2.Options]
	describeInstances              call[ec2.DescribeInstancesInput, ec2.DescribeInstancesOutput, ec2.Options]
	describeInstanceStatus         call[ec2.DescribeInstanceStatusInput, ec2.DescribeInstanceStatusOutput, ec2.Options]
	runInstances                   call[ec2.RunInstancesInput, ec2.RunInstancesOutput, ec2.Options]
	startInstances                 call[ec2.StartInstancesInput, ec2.StartInstancesOutput, ec2.Options]
	stopInstances                  call[ec2.StopInstancesInput, ec2.StopInstancesOutput, ec2.Options]
	terminateInstances             call[ec2.TerminateInstancesInput, ec2.TerminateInstancesOutput, ec2.Options]
	createTags                     call[ec2.CreateTagsInput, ec2.CreateTagsOutput, ec2.Options]
	deleteTags                     call[ec2.DeleteTagsInput, ec2.DeleteTagsOutput, ec2.Options]
	describeLaunchTemplateVersions call[ec2.DescribeLaunchTemplateVersionsInput, ec2.DescribeLaunchTemplateVersionsOutput,
		ec2.Options]
	describeInstanceTypes         call[ec2.DescribeInstanceTypesInput, ec2.DescribeInstanceTypesOutput, ec2.Options]
	describeInstanceTypeOfferings call[ec2.DescribeInstanceTypeOfferingsInput, ec2.DescribeInstanceTypeOfferingsOutput,
		ec2.Options]
	describeImages  call[ec2.DescribeImagesInput, ec2.DescribeImagesOutput, ec2.Options]
	describeSubnets call[ec2.DescribeSubnetsInput, ec2.DescribeSubnetsOutput, ec2.Options]
	describeVpcs    call[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput, ec2.Options]
}

// EC2 returns a narrow client of the service. with changes its options.
func EC2(cfg aws.Config, with func(*ec2.Options)) *ec2Client {
	c := ec2.NewFromConfig(cfg, func(o *ec2.Options) { o.Retryer = awsx.CorrectClock(o.Retryer) }, with)
	return &ec2Client{
		getEbsDefaultKmsKeyId:          c.GetEbsDefaultKmsKeyId,
		describeSnapshots:              c.DescribeSnapshots,
		describeInstances:              c.DescribeInstances,
		describeInstanceStatus:         c.DescribeInstanceStatus,
		runInstances:                   c.RunInstances,
		startInstances:                 c.StartInstances,
		stopInstances:                  c.StopInstances,
		terminateInstances:             c.TerminateInstances,
		createTags:                     c.CreateTags,
		deleteTags:                     c.DeleteTags,
		describeLaunchTemplateVersions: c.DescribeLaunchTemplateVersions,
		describeInstanceTypes:          c.DescribeInstanceTypes,
		describeInstanceTypeOfferings:  c.DescribeInstanceTypeOfferings,
		describeImages:                 c.DescribeImages,
		describeSubnets:                c.DescribeSubnets,
		describeVpcs:                   c.DescribeVpcs,
	}
}

func (c *ec2Client) DescribeInstances(
	ctx context.Context,
	in *ec2.DescribeInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstancesOutput, error) {
	return c.describeInstances(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceStatus(
	ctx context.Context,
	in *ec2.DescribeInstanceStatusInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceStatusOutput, error) {
	return c.describeInstanceStatus(ctx, in, with...)
}

func (c *ec2Client) RunInstances(
	ctx context.Context,
	in *ec2.RunInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.RunInstancesOutput, error) {
	return c.runInstances(ctx, in, with...)
}

func (c *ec2Client) StartInstances(
	ctx context.Context,
	in *ec2.StartInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.StartInstancesOutput, error) {
	return c.startInstances(ctx, in, with...)
}

func (c *ec2Client) StopInstances(
	ctx context.Context,
	in *ec2.StopInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.StopInstancesOutput, error) {
	return c.stopInstances(ctx, in, with...)
}

func (c *ec2Client) TerminateInstances(
	ctx context.Context,
	in *ec2.TerminateInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.TerminateInstancesOutput, error) {
	return c.terminateInstances(ctx, in, with...)
}

func (c *ec2Client) CreateTags(
	ctx context.Context,
	in *ec2.CreateTagsInput,
	with ...func(*ec2.Options),
) (*ec2.CreateTagsOutput, error) {
	return c.createTags(ctx, in, with...)
}

func (c *ec2Client) DeleteTags(
	ctx context.Context,
	in *ec2.DeleteTagsInput,
	with ...func(*ec2.Options),
) (*ec2.DeleteTagsOutput, error) {
	return c.deleteTags(ctx, in, with...)
}

func (c *ec2Client) DescribeLaunchTemplateVersions(
	ctx context.Context,
	in *ec2.DescribeLaunchTemplateVersionsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return c.describeLaunchTemplateVersions(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypes(
	ctx context.Context,
	in *ec2.DescribeInstanceTypesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceTypesOutput, error) {
	return c.describeInstanceTypes(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypeOfferings(
	ctx context.Context,
	in *ec2.DescribeInstanceTypeOfferingsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	return c.describeInstanceTypeOfferings(ctx, in, with...)
}

func (c *ec2Client) DescribeImages(
	ctx context.Context,
	in *ec2.DescribeImagesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeImagesOutput, error) {
	return c.describeImages(ctx, in, with...)
}

func (c *ec2Client) DescribeSubnets(
	ctx context.Context,
	in *ec2.DescribeSubnetsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeSubnetsOutput, error) {
	return c.describeSubnets(ctx, in, with...)
}

func (c *ec2Client) DescribeVpcs(
	ctx context.Context,
	in *ec2.DescribeVpcsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeVpcsOutput, error) {
	return c.describeVpcs(ctx, in, with...)
}
