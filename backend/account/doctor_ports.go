package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// doctorEC2 is what the doctor asks of *ec2.Client.
type doctorEC2 interface {
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput,
		...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	DescribeLaunchTemplateVersions(
		context.Context,
		*ec2.DescribeLaunchTemplateVersionsInput,
		...func(*ec2.Options),
	) (*ec2.DescribeLaunchTemplateVersionsOutput, error)
	DescribeInstanceTypes(context.Context, *ec2.DescribeInstanceTypesInput,
		...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error)
	RunInstances(context.Context, *ec2.RunInstancesInput, ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error)
	StartInstances(context.Context, *ec2.StartInstancesInput, ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error)
	StopInstances(context.Context, *ec2.StopInstancesInput, ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error)
}

// doctorDynamoDB is what the doctor asks of *dynamodb.Client.
type doctorDynamoDB interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// doctorSTS is what the doctor asks of *sts.Client.
type doctorSTS interface {
	stsAPI
	DecodeAuthorizationMessage(context.Context, *sts.DecodeAuthorizationMessageInput, ...func(*sts.Options)) (
		*sts.DecodeAuthorizationMessageOutput, error,
	)
}

// doctorKinesis is what the doctor asks of *kinesis.Client.
type doctorKinesis interface {
	DescribeStreamSummary(
		context.Context,
		*kinesis.DescribeStreamSummaryInput,
		...func(*kinesis.Options),
	) (*kinesis.DescribeStreamSummaryOutput, error)
	ListShards(context.Context, *kinesis.ListShardsInput, ...func(*kinesis.Options)) (*kinesis.ListShardsOutput, error)
	GetShardIterator(context.Context, *kinesis.GetShardIteratorInput,
		...func(*kinesis.Options)) (*kinesis.GetShardIteratorOutput, error)
}

// doctorRoute53 is what the doctor asks of *route53.Client.
type doctorRoute53 interface {
	GetHostedZone(context.Context, *route53.GetHostedZoneInput,
		...func(*route53.Options)) (*route53.GetHostedZoneOutput, error)
	ChangeResourceRecordSets(
		context.Context,
		*route53.ChangeResourceRecordSetsInput,
		...func(*route53.Options),
	) (*route53.ChangeResourceRecordSetsOutput, error)
}

// doctorScheduler is what the doctor asks of *scheduler.Client.
type doctorScheduler interface {
	UpdateSchedule(context.Context, *scheduler.UpdateScheduleInput,
		...func(*scheduler.Options)) (*scheduler.UpdateScheduleOutput, error)
}
