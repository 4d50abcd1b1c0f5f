package core

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"avatar-launcher/backend/awsx"
)

// The larger of the SDK's clients, with those of their operations that the launcher calls, each as a function. An
// interface that held such a client itself would keep every one of its operations in the program, 800 for EC2: Wails
// looks methods up by reflection, so the linker keeps whatever a value in an interface could be asked for. They were half
// of the program.

// call is one operation of a client.
type call[In, Out, Options any] func(context.Context, *In, ...func(*Options)) (*Out, error)

// ec2Client is *ec2.Client, see above.
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
	describeLaunchTemplateVersions call[ec2.DescribeLaunchTemplateVersionsInput, ec2.DescribeLaunchTemplateVersionsOutput, ec2.Options]
	describeInstanceTypes          call[ec2.DescribeInstanceTypesInput, ec2.DescribeInstanceTypesOutput, ec2.Options]
	describeInstanceTypeOfferings  call[ec2.DescribeInstanceTypeOfferingsInput, ec2.DescribeInstanceTypeOfferingsOutput, ec2.Options]
	describeImages                 call[ec2.DescribeImagesInput, ec2.DescribeImagesOutput, ec2.Options]
	describeSubnets                call[ec2.DescribeSubnetsInput, ec2.DescribeSubnetsOutput, ec2.Options]
	describeVpcs                   call[ec2.DescribeVpcsInput, ec2.DescribeVpcsOutput, ec2.Options]
}

func newEC2(cfg aws.Config, with func(*ec2.Options)) *ec2Client {
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

func (c *ec2Client) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, with ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return c.describeInstances(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceStatus(ctx context.Context, in *ec2.DescribeInstanceStatusInput, with ...func(*ec2.Options)) (*ec2.DescribeInstanceStatusOutput, error) {
	return c.describeInstanceStatus(ctx, in, with...)
}

func (c *ec2Client) RunInstances(ctx context.Context, in *ec2.RunInstancesInput, with ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error) {
	return c.runInstances(ctx, in, with...)
}

func (c *ec2Client) StartInstances(ctx context.Context, in *ec2.StartInstancesInput, with ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error) {
	return c.startInstances(ctx, in, with...)
}

func (c *ec2Client) StopInstances(ctx context.Context, in *ec2.StopInstancesInput, with ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error) {
	return c.stopInstances(ctx, in, with...)
}

func (c *ec2Client) TerminateInstances(ctx context.Context, in *ec2.TerminateInstancesInput, with ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error) {
	return c.terminateInstances(ctx, in, with...)
}

func (c *ec2Client) CreateTags(ctx context.Context, in *ec2.CreateTagsInput, with ...func(*ec2.Options)) (*ec2.CreateTagsOutput, error) {
	return c.createTags(ctx, in, with...)
}

func (c *ec2Client) DeleteTags(ctx context.Context, in *ec2.DeleteTagsInput, with ...func(*ec2.Options)) (*ec2.DeleteTagsOutput, error) {
	return c.deleteTags(ctx, in, with...)
}

func (c *ec2Client) DescribeLaunchTemplateVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput, with ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return c.describeLaunchTemplateVersions(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput, with ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	return c.describeInstanceTypes(ctx, in, with...)
}

func (c *ec2Client) DescribeInstanceTypeOfferings(ctx context.Context, in *ec2.DescribeInstanceTypeOfferingsInput, with ...func(*ec2.Options)) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	return c.describeInstanceTypeOfferings(ctx, in, with...)
}

func (c *ec2Client) DescribeImages(ctx context.Context, in *ec2.DescribeImagesInput, with ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error) {
	return c.describeImages(ctx, in, with...)
}

func (c *ec2Client) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput, with ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return c.describeSubnets(ctx, in, with...)
}

func (c *ec2Client) DescribeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput, with ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error) {
	return c.describeVpcs(ctx, in, with...)
}

// route53Client is *route53.Client, see above.
type route53Client struct {
	changeResourceRecordSets call[route53.ChangeResourceRecordSetsInput, route53.ChangeResourceRecordSetsOutput, route53.Options]
	listResourceRecordSets   call[route53.ListResourceRecordSetsInput, route53.ListResourceRecordSetsOutput, route53.Options]
	getHostedZone            call[route53.GetHostedZoneInput, route53.GetHostedZoneOutput, route53.Options]
	listHostedZonesByName    call[route53.ListHostedZonesByNameInput, route53.ListHostedZonesByNameOutput, route53.Options]
}

func newRoute53(cfg aws.Config, with func(*route53.Options)) *route53Client {
	c := route53.NewFromConfig(cfg, with)
	return &route53Client{
		changeResourceRecordSets: c.ChangeResourceRecordSets,
		listResourceRecordSets:   c.ListResourceRecordSets,
		getHostedZone:            c.GetHostedZone,
		listHostedZonesByName:    c.ListHostedZonesByName,
	}
}

func (c *route53Client) ChangeResourceRecordSets(ctx context.Context, in *route53.ChangeResourceRecordSetsInput, with ...func(*route53.Options)) (*route53.ChangeResourceRecordSetsOutput, error) {
	return c.changeResourceRecordSets(ctx, in, with...)
}

func (c *route53Client) ListResourceRecordSets(ctx context.Context, in *route53.ListResourceRecordSetsInput, with ...func(*route53.Options)) (*route53.ListResourceRecordSetsOutput, error) {
	return c.listResourceRecordSets(ctx, in, with...)
}

func (c *route53Client) GetHostedZone(ctx context.Context, in *route53.GetHostedZoneInput, with ...func(*route53.Options)) (*route53.GetHostedZoneOutput, error) {
	return c.getHostedZone(ctx, in, with...)
}

func (c *route53Client) ListHostedZonesByName(ctx context.Context, in *route53.ListHostedZonesByNameInput, with ...func(*route53.Options)) (*route53.ListHostedZonesByNameOutput, error) {
	return c.listHostedZonesByName(ctx, in, with...)
}

// cloudformationClient is *cloudformation.Client, see above.
type cloudformationClient struct {
	describeStackResources call[cloudformation.DescribeStackResourcesInput, cloudformation.DescribeStackResourcesOutput, cloudformation.Options]
	describeStacks         call[cloudformation.DescribeStacksInput, cloudformation.DescribeStacksOutput, cloudformation.Options]
	createChangeSet        call[cloudformation.CreateChangeSetInput, cloudformation.CreateChangeSetOutput, cloudformation.Options]
	describeChangeSet      call[cloudformation.DescribeChangeSetInput, cloudformation.DescribeChangeSetOutput, cloudformation.Options]
	executeChangeSet       call[cloudformation.ExecuteChangeSetInput, cloudformation.ExecuteChangeSetOutput, cloudformation.Options]
	deleteChangeSet        call[cloudformation.DeleteChangeSetInput, cloudformation.DeleteChangeSetOutput, cloudformation.Options]
	describeStackEvents    call[cloudformation.DescribeStackEventsInput, cloudformation.DescribeStackEventsOutput, cloudformation.Options]
	deleteStack            call[cloudformation.DeleteStackInput, cloudformation.DeleteStackOutput, cloudformation.Options]
}

func newCloudFormation(cfg aws.Config, with func(*cloudformation.Options)) *cloudformationClient {
	c := cloudformation.NewFromConfig(cfg, with)
	return &cloudformationClient{
		describeStackResources: c.DescribeStackResources,
		describeStacks:         c.DescribeStacks,
		createChangeSet:        c.CreateChangeSet,
		describeChangeSet:      c.DescribeChangeSet,
		executeChangeSet:       c.ExecuteChangeSet,
		deleteChangeSet:        c.DeleteChangeSet,
		describeStackEvents:    c.DescribeStackEvents,
		deleteStack:            c.DeleteStack,
	}
}

func (c *cloudformationClient) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, with ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return c.describeStacks(ctx, in, with...)
}

func (c *cloudformationClient) CreateChangeSet(ctx context.Context, in *cloudformation.CreateChangeSetInput, with ...func(*cloudformation.Options)) (*cloudformation.CreateChangeSetOutput, error) {
	return c.createChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DescribeChangeSet(ctx context.Context, in *cloudformation.DescribeChangeSetInput, with ...func(*cloudformation.Options)) (*cloudformation.DescribeChangeSetOutput, error) {
	return c.describeChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) ExecuteChangeSet(ctx context.Context, in *cloudformation.ExecuteChangeSetInput, with ...func(*cloudformation.Options)) (*cloudformation.ExecuteChangeSetOutput, error) {
	return c.executeChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DeleteChangeSet(ctx context.Context, in *cloudformation.DeleteChangeSetInput, with ...func(*cloudformation.Options)) (*cloudformation.DeleteChangeSetOutput, error) {
	return c.deleteChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackEvents(ctx context.Context, in *cloudformation.DescribeStackEventsInput, with ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error) {
	return c.describeStackEvents(ctx, in, with...)
}

func (c *cloudformationClient) DeleteStack(ctx context.Context, in *cloudformation.DeleteStackInput, with ...func(*cloudformation.Options)) (*cloudformation.DeleteStackOutput, error) {
	return c.deleteStack(ctx, in, with...)
}

// dynamodbClient is *dynamodb.Client, see above.
type dynamodbClient struct {
	deleteTable        call[dynamodb.DeleteTableInput, dynamodb.DeleteTableOutput, dynamodb.Options]
	describeTable      call[dynamodb.DescribeTableInput, dynamodb.DescribeTableOutput, dynamodb.Options]
	getItem            call[dynamodb.GetItemInput, dynamodb.GetItemOutput, dynamodb.Options]
	putItem            call[dynamodb.PutItemInput, dynamodb.PutItemOutput, dynamodb.Options]
	updateItem         call[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput, dynamodb.Options]
	deleteItem         call[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput, dynamodb.Options]
	query              call[dynamodb.QueryInput, dynamodb.QueryOutput, dynamodb.Options]
	scan               call[dynamodb.ScanInput, dynamodb.ScanOutput, dynamodb.Options]
	transactWriteItems call[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput, dynamodb.Options]
}

func newDynamoDB(cfg aws.Config, with func(*dynamodb.Options)) *dynamodbClient {
	c := dynamodb.NewFromConfig(cfg, with)
	return &dynamodbClient{
		deleteTable:        c.DeleteTable,
		describeTable:      c.DescribeTable,
		getItem:            c.GetItem,
		putItem:            c.PutItem,
		updateItem:         c.UpdateItem,
		deleteItem:         c.DeleteItem,
		query:              c.Query,
		scan:               c.Scan,
		transactWriteItems: c.TransactWriteItems,
	}
}

func (c *dynamodbClient) GetItem(ctx context.Context, in *dynamodb.GetItemInput, with ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return c.getItem(ctx, in, with...)
}

func (c *dynamodbClient) PutItem(ctx context.Context, in *dynamodb.PutItemInput, with ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return c.putItem(ctx, in, with...)
}

func (c *dynamodbClient) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, with ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return c.updateItem(ctx, in, with...)
}

func (c *dynamodbClient) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, with ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return c.deleteItem(ctx, in, with...)
}

func (c *dynamodbClient) Query(ctx context.Context, in *dynamodb.QueryInput, with ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return c.query(ctx, in, with...)
}

func (c *dynamodbClient) Scan(ctx context.Context, in *dynamodb.ScanInput, with ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return c.scan(ctx, in, with...)
}

func (c *dynamodbClient) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, with ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return c.transactWriteItems(ctx, in, with...)
}

// kinesisClient is *kinesis.Client, see above.
type kinesisClient struct {
	describeStreamSummary call[kinesis.DescribeStreamSummaryInput, kinesis.DescribeStreamSummaryOutput, kinesis.Options]
	listShards            call[kinesis.ListShardsInput, kinesis.ListShardsOutput, kinesis.Options]
	getShardIterator      call[kinesis.GetShardIteratorInput, kinesis.GetShardIteratorOutput, kinesis.Options]
	getRecords            call[kinesis.GetRecordsInput, kinesis.GetRecordsOutput, kinesis.Options]
}

func newKinesis(cfg aws.Config, with func(*kinesis.Options)) *kinesisClient {
	c := kinesis.NewFromConfig(cfg, with)
	return &kinesisClient{
		describeStreamSummary: c.DescribeStreamSummary,
		listShards:            c.ListShards,
		getShardIterator:      c.GetShardIterator,
		getRecords:            c.GetRecords,
	}
}

func (c *kinesisClient) DescribeStreamSummary(ctx context.Context, in *kinesis.DescribeStreamSummaryInput, with ...func(*kinesis.Options)) (*kinesis.DescribeStreamSummaryOutput, error) {
	return c.describeStreamSummary(ctx, in, with...)
}

func (c *kinesisClient) ListShards(ctx context.Context, in *kinesis.ListShardsInput, with ...func(*kinesis.Options)) (*kinesis.ListShardsOutput, error) {
	return c.listShards(ctx, in, with...)
}

func (c *kinesisClient) GetShardIterator(ctx context.Context, in *kinesis.GetShardIteratorInput, with ...func(*kinesis.Options)) (*kinesis.GetShardIteratorOutput, error) {
	return c.getShardIterator(ctx, in, with...)
}

func (c *kinesisClient) GetRecords(ctx context.Context, in *kinesis.GetRecordsInput, with ...func(*kinesis.Options)) (*kinesis.GetRecordsOutput, error) {
	return c.getRecords(ctx, in, with...)
}

// schedulerClient is *scheduler.Client, see above.
type schedulerClient struct {
	createSchedule call[scheduler.CreateScheduleInput, scheduler.CreateScheduleOutput, scheduler.Options]
	updateSchedule call[scheduler.UpdateScheduleInput, scheduler.UpdateScheduleOutput, scheduler.Options]
	getSchedule    call[scheduler.GetScheduleInput, scheduler.GetScheduleOutput, scheduler.Options]
	listSchedules  call[scheduler.ListSchedulesInput, scheduler.ListSchedulesOutput, scheduler.Options]
	deleteSchedule call[scheduler.DeleteScheduleInput, scheduler.DeleteScheduleOutput, scheduler.Options]
}

func newScheduler(cfg aws.Config, with func(*scheduler.Options)) *schedulerClient {
	c := scheduler.NewFromConfig(cfg, with)
	return &schedulerClient{
		createSchedule: c.CreateSchedule,
		updateSchedule: c.UpdateSchedule,
		getSchedule:    c.GetSchedule,
		listSchedules:  c.ListSchedules,
		deleteSchedule: c.DeleteSchedule,
	}
}

func (c *schedulerClient) CreateSchedule(ctx context.Context, in *scheduler.CreateScheduleInput, with ...func(*scheduler.Options)) (*scheduler.CreateScheduleOutput, error) {
	return c.createSchedule(ctx, in, with...)
}

func (c *schedulerClient) UpdateSchedule(ctx context.Context, in *scheduler.UpdateScheduleInput, with ...func(*scheduler.Options)) (*scheduler.UpdateScheduleOutput, error) {
	return c.updateSchedule(ctx, in, with...)
}

func (c *schedulerClient) GetSchedule(ctx context.Context, in *scheduler.GetScheduleInput, with ...func(*scheduler.Options)) (*scheduler.GetScheduleOutput, error) {
	return c.getSchedule(ctx, in, with...)
}

func (c *schedulerClient) ListSchedules(ctx context.Context, in *scheduler.ListSchedulesInput, with ...func(*scheduler.Options)) (*scheduler.ListSchedulesOutput, error) {
	return c.listSchedules(ctx, in, with...)
}

func (c *schedulerClient) DeleteSchedule(ctx context.Context, in *scheduler.DeleteScheduleInput, with ...func(*scheduler.Options)) (*scheduler.DeleteScheduleOutput, error) {
	return c.deleteSchedule(ctx, in, with...)
}

// cognitoClient is *cognitoidentityprovider.Client as an administrator uses it, see above.
type cognitoClient struct {
	deleteUserPool      call[cognito.DeleteUserPoolInput, cognito.DeleteUserPoolOutput, cognito.Options]
	listUserPools       call[cognito.ListUserPoolsInput, cognito.ListUserPoolsOutput, cognito.Options]
	adminGetUser        call[cognito.AdminGetUserInput, cognito.AdminGetUserOutput, cognito.Options]
	listUsers           call[cognito.ListUsersInput, cognito.ListUsersOutput, cognito.Options]
	adminCreateUser     call[cognito.AdminCreateUserInput, cognito.AdminCreateUserOutput, cognito.Options]
	adminAddUserToGroup call[cognito.AdminAddUserToGroupInput, cognito.AdminAddUserToGroupOutput, cognito.Options]
}

func newCognito(cfg aws.Config, with func(*cognito.Options)) *cognitoClient {
	c := cognito.NewFromConfig(cfg, with)
	return &cognitoClient{
		deleteUserPool:      c.DeleteUserPool,
		listUserPools:       c.ListUserPools,
		adminGetUser:        c.AdminGetUser,
		listUsers:           c.ListUsers,
		adminCreateUser:     c.AdminCreateUser,
		adminAddUserToGroup: c.AdminAddUserToGroup,
	}
}

func (c *cognitoClient) AdminGetUser(ctx context.Context, in *cognito.AdminGetUserInput, with ...func(*cognito.Options)) (*cognito.AdminGetUserOutput, error) {
	return c.adminGetUser(ctx, in, with...)
}

func (c *cognitoClient) ListUsers(ctx context.Context, in *cognito.ListUsersInput, with ...func(*cognito.Options)) (*cognito.ListUsersOutput, error) {
	return c.listUsers(ctx, in, with...)
}

func (c *cognitoClient) AdminCreateUser(ctx context.Context, in *cognito.AdminCreateUserInput, with ...func(*cognito.Options)) (*cognito.AdminCreateUserOutput, error) {
	return c.adminCreateUser(ctx, in, with...)
}

func (c *cognitoClient) AdminAddUserToGroup(ctx context.Context, in *cognito.AdminAddUserToGroupInput, with ...func(*cognito.Options)) (*cognito.AdminAddUserToGroupOutput, error) {
	return c.adminAddUserToGroup(ctx, in, with...)
}

// quotasClient is *servicequotas.Client, see above.
type quotasClient struct {
	getServiceQuota call[servicequotas.GetServiceQuotaInput, servicequotas.GetServiceQuotaOutput, servicequotas.Options]
}

func newQuotas(cfg aws.Config, with func(*servicequotas.Options)) *quotasClient {
	c := servicequotas.NewFromConfig(cfg, with)
	return &quotasClient{
		getServiceQuota: c.GetServiceQuota,
	}
}

func (c *quotasClient) GetServiceQuota(ctx context.Context, in *servicequotas.GetServiceQuotaInput, with ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error) {
	return c.getServiceQuota(ctx, in, with...)
}

func (c *ec2Client) DescribeSnapshots(ctx context.Context, in *ec2.DescribeSnapshotsInput, with ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error) {
	return c.describeSnapshots(ctx, in, with...)
}

func (c *ec2Client) GetEbsDefaultKmsKeyId(ctx context.Context, in *ec2.GetEbsDefaultKmsKeyIdInput, with ...func(*ec2.Options)) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return c.getEbsDefaultKmsKeyId(ctx, in, with...)
}

func (c *cognitoClient) ListUserPools(ctx context.Context, in *cognito.ListUserPoolsInput, with ...func(*cognito.Options)) (*cognito.ListUserPoolsOutput, error) {
	return c.listUserPools(ctx, in, with...)
}

func (c *cognitoClient) DeleteUserPool(ctx context.Context, in *cognito.DeleteUserPoolInput, with ...func(*cognito.Options)) (*cognito.DeleteUserPoolOutput, error) {
	return c.deleteUserPool(ctx, in, with...)
}

func (c *dynamodbClient) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, with ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return c.describeTable(ctx, in, with...)
}

func (c *dynamodbClient) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, with ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return c.deleteTable(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackResources(ctx context.Context, in *cloudformation.DescribeStackResourcesInput, with ...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error) {
	return c.describeStackResources(ctx, in, with...)
}

// identityPoolRoles is the one operation of *cognitoidentity.Client that removing a stack needs.
type identityPoolRoles struct {
	set call[cognitoidentity.SetIdentityPoolRolesInput, cognitoidentity.SetIdentityPoolRolesOutput, cognitoidentity.Options]
}

func (c identityPoolRoles) SetIdentityPoolRoles(ctx context.Context, in *cognitoidentity.SetIdentityPoolRolesInput,
	with ...func(*cognitoidentity.Options)) (*cognitoidentity.SetIdentityPoolRolesOutput, error) {
	return c.set(ctx, in, with...)
}

// pricingClient is the one operation of *pricing.Client that setup needs.
type pricingClient struct {
	get call[pricing.GetProductsInput, pricing.GetProductsOutput, pricing.Options]
}

func (c pricingClient) GetProducts(ctx context.Context, in *pricing.GetProductsInput,
	with ...func(*pricing.Options)) (*pricing.GetProductsOutput, error) {
	return c.get(ctx, in, with...)
}
