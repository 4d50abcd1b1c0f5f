// Code generated from operations_test.go. DO NOT EDIT.

package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

type cloudformationClient struct {
	createChangeSet call[
		cloudformation.CreateChangeSetInput,
		cloudformation.CreateChangeSetOutput,
		cloudformation.Options,
	]
	deleteChangeSet call[
		cloudformation.DeleteChangeSetInput,
		cloudformation.DeleteChangeSetOutput,
		cloudformation.Options,
	]
	deleteStack call[
		cloudformation.DeleteStackInput,
		cloudformation.DeleteStackOutput,
		cloudformation.Options,
	]
	describeChangeSet call[
		cloudformation.DescribeChangeSetInput,
		cloudformation.DescribeChangeSetOutput,
		cloudformation.Options,
	]
	describeStackEvents call[
		cloudformation.DescribeStackEventsInput,
		cloudformation.DescribeStackEventsOutput,
		cloudformation.Options,
	]
	describeStackResources call[
		cloudformation.DescribeStackResourcesInput,
		cloudformation.DescribeStackResourcesOutput,
		cloudformation.Options,
	]
	describeStacks call[
		cloudformation.DescribeStacksInput,
		cloudformation.DescribeStacksOutput,
		cloudformation.Options,
	]
	executeChangeSet call[
		cloudformation.ExecuteChangeSetInput,
		cloudformation.ExecuteChangeSetOutput,
		cloudformation.Options,
	]
}

func narrowCloudformation(c *cloudformation.Client) *cloudformationClient {
	return &cloudformationClient{
		createChangeSet:        c.CreateChangeSet,
		deleteChangeSet:        c.DeleteChangeSet,
		deleteStack:            c.DeleteStack,
		describeChangeSet:      c.DescribeChangeSet,
		describeStackEvents:    c.DescribeStackEvents,
		describeStackResources: c.DescribeStackResources,
		describeStacks:         c.DescribeStacks,
		executeChangeSet:       c.ExecuteChangeSet,
	}
}

func (c *cloudformationClient) CreateChangeSet(
	ctx context.Context,
	in *cloudformation.CreateChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.CreateChangeSetOutput, error) {
	return c.createChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DeleteChangeSet(
	ctx context.Context,
	in *cloudformation.DeleteChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DeleteChangeSetOutput, error) {
	return c.deleteChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DeleteStack(
	ctx context.Context,
	in *cloudformation.DeleteStackInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DeleteStackOutput, error) {
	return c.deleteStack(ctx, in, with...)
}

func (c *cloudformationClient) DescribeChangeSet(
	ctx context.Context,
	in *cloudformation.DescribeChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeChangeSetOutput, error) {
	return c.describeChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackEvents(
	ctx context.Context,
	in *cloudformation.DescribeStackEventsInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStackEventsOutput, error) {
	return c.describeStackEvents(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackResources(
	ctx context.Context,
	in *cloudformation.DescribeStackResourcesInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStackResourcesOutput, error) {
	return c.describeStackResources(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStacks(
	ctx context.Context,
	in *cloudformation.DescribeStacksInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStacksOutput, error) {
	return c.describeStacks(ctx, in, with...)
}

func (c *cloudformationClient) ExecuteChangeSet(
	ctx context.Context,
	in *cloudformation.ExecuteChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.ExecuteChangeSetOutput, error) {
	return c.executeChangeSet(ctx, in, with...)
}

type cognitoidentityClient struct {
	setIdentityPoolRoles call[
		cognitoidentity.SetIdentityPoolRolesInput,
		cognitoidentity.SetIdentityPoolRolesOutput,
		cognitoidentity.Options,
	]
}

func narrowCognitoidentity(c *cognitoidentity.Client) *cognitoidentityClient {
	return &cognitoidentityClient{
		setIdentityPoolRoles: c.SetIdentityPoolRoles,
	}
}

func (c *cognitoidentityClient) SetIdentityPoolRoles(
	ctx context.Context,
	in *cognitoidentity.SetIdentityPoolRolesInput,
	with ...func(*cognitoidentity.Options),
) (*cognitoidentity.SetIdentityPoolRolesOutput, error) {
	return c.setIdentityPoolRoles(ctx, in, with...)
}

type cognitoidentityproviderClient struct {
	adminAddUserToGroup call[
		cognitoidentityprovider.AdminAddUserToGroupInput,
		cognitoidentityprovider.AdminAddUserToGroupOutput,
		cognitoidentityprovider.Options,
	]
	adminCreateUser call[
		cognitoidentityprovider.AdminCreateUserInput,
		cognitoidentityprovider.AdminCreateUserOutput,
		cognitoidentityprovider.Options,
	]
	adminGetUser call[
		cognitoidentityprovider.AdminGetUserInput,
		cognitoidentityprovider.AdminGetUserOutput,
		cognitoidentityprovider.Options,
	]
	deleteUserPool call[
		cognitoidentityprovider.DeleteUserPoolInput,
		cognitoidentityprovider.DeleteUserPoolOutput,
		cognitoidentityprovider.Options,
	]
	listUserPools call[
		cognitoidentityprovider.ListUserPoolsInput,
		cognitoidentityprovider.ListUserPoolsOutput,
		cognitoidentityprovider.Options,
	]
	listUsers call[
		cognitoidentityprovider.ListUsersInput,
		cognitoidentityprovider.ListUsersOutput,
		cognitoidentityprovider.Options,
	]
}

func narrowCognitoidentityprovider(c *cognitoidentityprovider.Client) *cognitoidentityproviderClient {
	return &cognitoidentityproviderClient{
		adminAddUserToGroup: c.AdminAddUserToGroup,
		adminCreateUser:     c.AdminCreateUser,
		adminGetUser:        c.AdminGetUser,
		deleteUserPool:      c.DeleteUserPool,
		listUserPools:       c.ListUserPools,
		listUsers:           c.ListUsers,
	}
}

func (c *cognitoidentityproviderClient) AdminAddUserToGroup(
	ctx context.Context,
	in *cognitoidentityprovider.AdminAddUserToGroupInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.AdminAddUserToGroupOutput, error) {
	return c.adminAddUserToGroup(ctx, in, with...)
}

func (c *cognitoidentityproviderClient) AdminCreateUser(
	ctx context.Context,
	in *cognitoidentityprovider.AdminCreateUserInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.AdminCreateUserOutput, error) {
	return c.adminCreateUser(ctx, in, with...)
}

func (c *cognitoidentityproviderClient) AdminGetUser(
	ctx context.Context,
	in *cognitoidentityprovider.AdminGetUserInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.AdminGetUserOutput, error) {
	return c.adminGetUser(ctx, in, with...)
}

func (c *cognitoidentityproviderClient) DeleteUserPool(
	ctx context.Context,
	in *cognitoidentityprovider.DeleteUserPoolInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.DeleteUserPoolOutput, error) {
	return c.deleteUserPool(ctx, in, with...)
}

func (c *cognitoidentityproviderClient) ListUserPools(
	ctx context.Context,
	in *cognitoidentityprovider.ListUserPoolsInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.ListUserPoolsOutput, error) {
	return c.listUserPools(ctx, in, with...)
}

func (c *cognitoidentityproviderClient) ListUsers(
	ctx context.Context,
	in *cognitoidentityprovider.ListUsersInput,
	with ...func(*cognitoidentityprovider.Options),
) (*cognitoidentityprovider.ListUsersOutput, error) {
	return c.listUsers(ctx, in, with...)
}

type dynamodbClient struct {
	deleteItem call[
		dynamodb.DeleteItemInput,
		dynamodb.DeleteItemOutput,
		dynamodb.Options,
	]
	deleteTable call[
		dynamodb.DeleteTableInput,
		dynamodb.DeleteTableOutput,
		dynamodb.Options,
	]
	describeTable call[
		dynamodb.DescribeTableInput,
		dynamodb.DescribeTableOutput,
		dynamodb.Options,
	]
	getItem call[
		dynamodb.GetItemInput,
		dynamodb.GetItemOutput,
		dynamodb.Options,
	]
	putItem call[
		dynamodb.PutItemInput,
		dynamodb.PutItemOutput,
		dynamodb.Options,
	]
	query call[
		dynamodb.QueryInput,
		dynamodb.QueryOutput,
		dynamodb.Options,
	]
	scan call[
		dynamodb.ScanInput,
		dynamodb.ScanOutput,
		dynamodb.Options,
	]
	transactWriteItems call[
		dynamodb.TransactWriteItemsInput,
		dynamodb.TransactWriteItemsOutput,
		dynamodb.Options,
	]
	updateItem call[
		dynamodb.UpdateItemInput,
		dynamodb.UpdateItemOutput,
		dynamodb.Options,
	]
}

func narrowDynamodb(c *dynamodb.Client) *dynamodbClient {
	return &dynamodbClient{
		deleteItem:         c.DeleteItem,
		deleteTable:        c.DeleteTable,
		describeTable:      c.DescribeTable,
		getItem:            c.GetItem,
		putItem:            c.PutItem,
		query:              c.Query,
		scan:               c.Scan,
		transactWriteItems: c.TransactWriteItems,
		updateItem:         c.UpdateItem,
	}
}

func (c *dynamodbClient) DeleteItem(
	ctx context.Context,
	in *dynamodb.DeleteItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DeleteItemOutput, error) {
	return c.deleteItem(ctx, in, with...)
}

func (c *dynamodbClient) DeleteTable(
	ctx context.Context,
	in *dynamodb.DeleteTableInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DeleteTableOutput, error) {
	return c.deleteTable(ctx, in, with...)
}

func (c *dynamodbClient) DescribeTable(
	ctx context.Context,
	in *dynamodb.DescribeTableInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DescribeTableOutput, error) {
	return c.describeTable(ctx, in, with...)
}

func (c *dynamodbClient) GetItem(
	ctx context.Context,
	in *dynamodb.GetItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.GetItemOutput, error) {
	return c.getItem(ctx, in, with...)
}

func (c *dynamodbClient) PutItem(
	ctx context.Context,
	in *dynamodb.PutItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.PutItemOutput, error) {
	return c.putItem(ctx, in, with...)
}

func (c *dynamodbClient) Query(
	ctx context.Context,
	in *dynamodb.QueryInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.QueryOutput, error) {
	return c.query(ctx, in, with...)
}

func (c *dynamodbClient) Scan(
	ctx context.Context,
	in *dynamodb.ScanInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.ScanOutput, error) {
	return c.scan(ctx, in, with...)
}

func (c *dynamodbClient) TransactWriteItems(
	ctx context.Context,
	in *dynamodb.TransactWriteItemsInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.TransactWriteItemsOutput, error) {
	return c.transactWriteItems(ctx, in, with...)
}

func (c *dynamodbClient) UpdateItem(
	ctx context.Context,
	in *dynamodb.UpdateItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	return c.updateItem(ctx, in, with...)
}

type ec2Client struct {
	createReplaceRootVolumeTask call[
		ec2.CreateReplaceRootVolumeTaskInput,
		ec2.CreateReplaceRootVolumeTaskOutput,
		ec2.Options,
	]
	createTags call[
		ec2.CreateTagsInput,
		ec2.CreateTagsOutput,
		ec2.Options,
	]
	deleteTags call[
		ec2.DeleteTagsInput,
		ec2.DeleteTagsOutput,
		ec2.Options,
	]
	describeImages call[
		ec2.DescribeImagesInput,
		ec2.DescribeImagesOutput,
		ec2.Options,
	]
	describeInstanceStatus call[
		ec2.DescribeInstanceStatusInput,
		ec2.DescribeInstanceStatusOutput,
		ec2.Options,
	]
	describeInstanceTypeOfferings call[
		ec2.DescribeInstanceTypeOfferingsInput,
		ec2.DescribeInstanceTypeOfferingsOutput,
		ec2.Options,
	]
	describeInstanceTypes call[
		ec2.DescribeInstanceTypesInput,
		ec2.DescribeInstanceTypesOutput,
		ec2.Options,
	]
	describeInstances call[
		ec2.DescribeInstancesInput,
		ec2.DescribeInstancesOutput,
		ec2.Options,
	]
	describeLaunchTemplateVersions call[
		ec2.DescribeLaunchTemplateVersionsInput,
		ec2.DescribeLaunchTemplateVersionsOutput,
		ec2.Options,
	]
	describeReplaceRootVolumeTasks call[
		ec2.DescribeReplaceRootVolumeTasksInput,
		ec2.DescribeReplaceRootVolumeTasksOutput,
		ec2.Options,
	]
	describeSnapshots call[
		ec2.DescribeSnapshotsInput,
		ec2.DescribeSnapshotsOutput,
		ec2.Options,
	]
	describeSubnets call[
		ec2.DescribeSubnetsInput,
		ec2.DescribeSubnetsOutput,
		ec2.Options,
	]
	describeVpcs call[
		ec2.DescribeVpcsInput,
		ec2.DescribeVpcsOutput,
		ec2.Options,
	]
	getEbsDefaultKmsKeyId call[
		ec2.GetEbsDefaultKmsKeyIdInput,
		ec2.GetEbsDefaultKmsKeyIdOutput,
		ec2.Options,
	]
	modifyInstanceAttribute call[
		ec2.ModifyInstanceAttributeInput,
		ec2.ModifyInstanceAttributeOutput,
		ec2.Options,
	]
	runInstances call[
		ec2.RunInstancesInput,
		ec2.RunInstancesOutput,
		ec2.Options,
	]
	startInstances call[
		ec2.StartInstancesInput,
		ec2.StartInstancesOutput,
		ec2.Options,
	]
	stopInstances call[
		ec2.StopInstancesInput,
		ec2.StopInstancesOutput,
		ec2.Options,
	]
	terminateInstances call[
		ec2.TerminateInstancesInput,
		ec2.TerminateInstancesOutput,
		ec2.Options,
	]
}

func narrowEc2(c *ec2.Client) *ec2Client {
	return &ec2Client{
		createReplaceRootVolumeTask:    c.CreateReplaceRootVolumeTask,
		createTags:                     c.CreateTags,
		deleteTags:                     c.DeleteTags,
		describeImages:                 c.DescribeImages,
		describeInstanceStatus:         c.DescribeInstanceStatus,
		describeInstanceTypeOfferings:  c.DescribeInstanceTypeOfferings,
		describeInstanceTypes:          c.DescribeInstanceTypes,
		describeInstances:              c.DescribeInstances,
		describeLaunchTemplateVersions: c.DescribeLaunchTemplateVersions,
		describeReplaceRootVolumeTasks: c.DescribeReplaceRootVolumeTasks,
		describeSnapshots:              c.DescribeSnapshots,
		describeSubnets:                c.DescribeSubnets,
		describeVpcs:                   c.DescribeVpcs,
		getEbsDefaultKmsKeyId:          c.GetEbsDefaultKmsKeyId,
		modifyInstanceAttribute:        c.ModifyInstanceAttribute,
		runInstances:                   c.RunInstances,
		startInstances:                 c.StartInstances,
		stopInstances:                  c.StopInstances,
		terminateInstances:             c.TerminateInstances,
	}
}

func (c *ec2Client) CreateReplaceRootVolumeTask(
	ctx context.Context,
	in *ec2.CreateReplaceRootVolumeTaskInput,
	with ...func(*ec2.Options),
) (*ec2.CreateReplaceRootVolumeTaskOutput, error) {
	return c.createReplaceRootVolumeTask(ctx, in, with...)
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

func (c *ec2Client) DescribeImages(
	ctx context.Context,
	in *ec2.DescribeImagesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeImagesOutput, error) {
	return c.describeImages(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceStatus(
	ctx context.Context,
	in *ec2.DescribeInstanceStatusInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceStatusOutput, error) {
	return c.describeInstanceStatus(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypeOfferings(
	ctx context.Context,
	in *ec2.DescribeInstanceTypeOfferingsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	return c.describeInstanceTypeOfferings(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypes(
	ctx context.Context,
	in *ec2.DescribeInstanceTypesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstanceTypesOutput, error) {
	return c.describeInstanceTypes(ctx, in, with...)
}

func (c *ec2Client) DescribeInstances(
	ctx context.Context,
	in *ec2.DescribeInstancesInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeInstancesOutput, error) {
	return c.describeInstances(ctx, in, with...)
}

func (c *ec2Client) DescribeLaunchTemplateVersions(
	ctx context.Context,
	in *ec2.DescribeLaunchTemplateVersionsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return c.describeLaunchTemplateVersions(ctx, in, with...)
}

func (c *ec2Client) DescribeReplaceRootVolumeTasks(
	ctx context.Context,
	in *ec2.DescribeReplaceRootVolumeTasksInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeReplaceRootVolumeTasksOutput, error) {
	return c.describeReplaceRootVolumeTasks(ctx, in, with...)
}

func (c *ec2Client) DescribeSnapshots(
	ctx context.Context,
	in *ec2.DescribeSnapshotsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeSnapshotsOutput, error) {
	return c.describeSnapshots(ctx, in, with...)
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

func (c *ec2Client) GetEbsDefaultKmsKeyId(
	ctx context.Context,
	in *ec2.GetEbsDefaultKmsKeyIdInput,
	with ...func(*ec2.Options),
) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return c.getEbsDefaultKmsKeyId(ctx, in, with...)
}

func (c *ec2Client) ModifyInstanceAttribute(
	ctx context.Context,
	in *ec2.ModifyInstanceAttributeInput,
	with ...func(*ec2.Options),
) (*ec2.ModifyInstanceAttributeOutput, error) {
	return c.modifyInstanceAttribute(ctx, in, with...)
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

type kinesisClient struct {
	describeStreamSummary call[
		kinesis.DescribeStreamSummaryInput,
		kinesis.DescribeStreamSummaryOutput,
		kinesis.Options,
	]
	getRecords call[
		kinesis.GetRecordsInput,
		kinesis.GetRecordsOutput,
		kinesis.Options,
	]
	getShardIterator call[
		kinesis.GetShardIteratorInput,
		kinesis.GetShardIteratorOutput,
		kinesis.Options,
	]
	listShards call[
		kinesis.ListShardsInput,
		kinesis.ListShardsOutput,
		kinesis.Options,
	]
}

func narrowKinesis(c *kinesis.Client) *kinesisClient {
	return &kinesisClient{
		describeStreamSummary: c.DescribeStreamSummary,
		getRecords:            c.GetRecords,
		getShardIterator:      c.GetShardIterator,
		listShards:            c.ListShards,
	}
}

func (c *kinesisClient) DescribeStreamSummary(
	ctx context.Context,
	in *kinesis.DescribeStreamSummaryInput,
	with ...func(*kinesis.Options),
) (*kinesis.DescribeStreamSummaryOutput, error) {
	return c.describeStreamSummary(ctx, in, with...)
}

func (c *kinesisClient) GetRecords(
	ctx context.Context,
	in *kinesis.GetRecordsInput,
	with ...func(*kinesis.Options),
) (*kinesis.GetRecordsOutput, error) {
	return c.getRecords(ctx, in, with...)
}

func (c *kinesisClient) GetShardIterator(
	ctx context.Context,
	in *kinesis.GetShardIteratorInput,
	with ...func(*kinesis.Options),
) (*kinesis.GetShardIteratorOutput, error) {
	return c.getShardIterator(ctx, in, with...)
}

func (c *kinesisClient) ListShards(
	ctx context.Context,
	in *kinesis.ListShardsInput,
	with ...func(*kinesis.Options),
) (*kinesis.ListShardsOutput, error) {
	return c.listShards(ctx, in, with...)
}

type pricingClient struct {
	getProducts call[
		pricing.GetProductsInput,
		pricing.GetProductsOutput,
		pricing.Options,
	]
}

func narrowPricing(c *pricing.Client) *pricingClient {
	return &pricingClient{
		getProducts: c.GetProducts,
	}
}

func (c *pricingClient) GetProducts(
	ctx context.Context,
	in *pricing.GetProductsInput,
	with ...func(*pricing.Options),
) (*pricing.GetProductsOutput, error) {
	return c.getProducts(ctx, in, with...)
}

type route53Client struct {
	changeResourceRecordSets call[
		route53.ChangeResourceRecordSetsInput,
		route53.ChangeResourceRecordSetsOutput,
		route53.Options,
	]
	getHostedZone call[
		route53.GetHostedZoneInput,
		route53.GetHostedZoneOutput,
		route53.Options,
	]
	listHostedZonesByName call[
		route53.ListHostedZonesByNameInput,
		route53.ListHostedZonesByNameOutput,
		route53.Options,
	]
	listResourceRecordSets call[
		route53.ListResourceRecordSetsInput,
		route53.ListResourceRecordSetsOutput,
		route53.Options,
	]
}

func narrowRoute53(c *route53.Client) *route53Client {
	return &route53Client{
		changeResourceRecordSets: c.ChangeResourceRecordSets,
		getHostedZone:            c.GetHostedZone,
		listHostedZonesByName:    c.ListHostedZonesByName,
		listResourceRecordSets:   c.ListResourceRecordSets,
	}
}

func (c *route53Client) ChangeResourceRecordSets(
	ctx context.Context,
	in *route53.ChangeResourceRecordSetsInput,
	with ...func(*route53.Options),
) (*route53.ChangeResourceRecordSetsOutput, error) {
	return c.changeResourceRecordSets(ctx, in, with...)
}

func (c *route53Client) GetHostedZone(
	ctx context.Context,
	in *route53.GetHostedZoneInput,
	with ...func(*route53.Options),
) (*route53.GetHostedZoneOutput, error) {
	return c.getHostedZone(ctx, in, with...)
}

func (c *route53Client) ListHostedZonesByName(
	ctx context.Context,
	in *route53.ListHostedZonesByNameInput,
	with ...func(*route53.Options),
) (*route53.ListHostedZonesByNameOutput, error) {
	return c.listHostedZonesByName(ctx, in, with...)
}

func (c *route53Client) ListResourceRecordSets(
	ctx context.Context,
	in *route53.ListResourceRecordSetsInput,
	with ...func(*route53.Options),
) (*route53.ListResourceRecordSetsOutput, error) {
	return c.listResourceRecordSets(ctx, in, with...)
}

type s3Client struct {
	deleteObjects call[
		s3.DeleteObjectsInput,
		s3.DeleteObjectsOutput,
		s3.Options,
	]
	headObject call[
		s3.HeadObjectInput,
		s3.HeadObjectOutput,
		s3.Options,
	]
	listObjectsV2 call[
		s3.ListObjectsV2Input,
		s3.ListObjectsV2Output,
		s3.Options,
	]
	putObject call[
		s3.PutObjectInput,
		s3.PutObjectOutput,
		s3.Options,
	]
}

func narrowS3(c *s3.Client) *s3Client {
	return &s3Client{
		deleteObjects: c.DeleteObjects,
		headObject:    c.HeadObject,
		listObjectsV2: c.ListObjectsV2,
		putObject:     c.PutObject,
	}
}

func (c *s3Client) DeleteObjects(
	ctx context.Context,
	in *s3.DeleteObjectsInput,
	with ...func(*s3.Options),
) (*s3.DeleteObjectsOutput, error) {
	return c.deleteObjects(ctx, in, with...)
}

func (c *s3Client) HeadObject(
	ctx context.Context,
	in *s3.HeadObjectInput,
	with ...func(*s3.Options),
) (*s3.HeadObjectOutput, error) {
	return c.headObject(ctx, in, with...)
}

func (c *s3Client) ListObjectsV2(
	ctx context.Context,
	in *s3.ListObjectsV2Input,
	with ...func(*s3.Options),
) (*s3.ListObjectsV2Output, error) {
	return c.listObjectsV2(ctx, in, with...)
}

func (c *s3Client) PutObject(
	ctx context.Context,
	in *s3.PutObjectInput,
	with ...func(*s3.Options),
) (*s3.PutObjectOutput, error) {
	return c.putObject(ctx, in, with...)
}

type schedulerClient struct {
	createSchedule call[
		scheduler.CreateScheduleInput,
		scheduler.CreateScheduleOutput,
		scheduler.Options,
	]
	deleteSchedule call[
		scheduler.DeleteScheduleInput,
		scheduler.DeleteScheduleOutput,
		scheduler.Options,
	]
	getSchedule call[
		scheduler.GetScheduleInput,
		scheduler.GetScheduleOutput,
		scheduler.Options,
	]
	listSchedules call[
		scheduler.ListSchedulesInput,
		scheduler.ListSchedulesOutput,
		scheduler.Options,
	]
	updateSchedule call[
		scheduler.UpdateScheduleInput,
		scheduler.UpdateScheduleOutput,
		scheduler.Options,
	]
}

func narrowScheduler(c *scheduler.Client) *schedulerClient {
	return &schedulerClient{
		createSchedule: c.CreateSchedule,
		deleteSchedule: c.DeleteSchedule,
		getSchedule:    c.GetSchedule,
		listSchedules:  c.ListSchedules,
		updateSchedule: c.UpdateSchedule,
	}
}

func (c *schedulerClient) CreateSchedule(
	ctx context.Context,
	in *scheduler.CreateScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.CreateScheduleOutput, error) {
	return c.createSchedule(ctx, in, with...)
}

func (c *schedulerClient) DeleteSchedule(
	ctx context.Context,
	in *scheduler.DeleteScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.DeleteScheduleOutput, error) {
	return c.deleteSchedule(ctx, in, with...)
}

func (c *schedulerClient) GetSchedule(
	ctx context.Context,
	in *scheduler.GetScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.GetScheduleOutput, error) {
	return c.getSchedule(ctx, in, with...)
}

func (c *schedulerClient) ListSchedules(
	ctx context.Context,
	in *scheduler.ListSchedulesInput,
	with ...func(*scheduler.Options),
) (*scheduler.ListSchedulesOutput, error) {
	return c.listSchedules(ctx, in, with...)
}

func (c *schedulerClient) UpdateSchedule(
	ctx context.Context,
	in *scheduler.UpdateScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.UpdateScheduleOutput, error) {
	return c.updateSchedule(ctx, in, with...)
}

type servicequotasClient struct {
	getServiceQuota call[
		servicequotas.GetServiceQuotaInput,
		servicequotas.GetServiceQuotaOutput,
		servicequotas.Options,
	]
}

func narrowServicequotas(c *servicequotas.Client) *servicequotasClient {
	return &servicequotasClient{
		getServiceQuota: c.GetServiceQuota,
	}
}

func (c *servicequotasClient) GetServiceQuota(
	ctx context.Context,
	in *servicequotas.GetServiceQuotaInput,
	with ...func(*servicequotas.Options),
) (*servicequotas.GetServiceQuotaOutput, error) {
	return c.getServiceQuota(ctx, in, with...)
}
