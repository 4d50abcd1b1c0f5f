package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
)

// The larger of the SDK's clients, with those of their operations that the launcher calls, each as a function. An
// interface that held such a client itself would keep every one of its operations in the program, 800 for EC2: Wails
// looks methods up by reflection, so the linker keeps whatever a value in an interface could be asked for. They were
// half of the program.

// call is one operation of a client.
type call[In, Out, Options any] func(context.Context, *In, ...func(*Options)) (*Out, error)

// route53Client is *route53.Client, see above.
type route53Client struct {
	changeResourceRecordSets call[route53.ChangeResourceRecordSetsInput, route53.ChangeResourceRecordSetsOutput,
		route53.Options]
	listResourceRecordSets call[route53.ListResourceRecordSetsInput, route53.ListResourceRecordSetsOutput, route53.Options]
	getHostedZone          call[route53.GetHostedZoneInput, route53.GetHostedZoneOutput, route53.Options]
	listHostedZonesByName  call[route53.ListHostedZonesByNameInput, route53.ListHostedZonesByNameOutput, route53.Options]
}

// Route53 returns a narrow client of the service. with changes its options.
func Route53(cfg aws.Config, with func(*route53.Options)) *route53Client {
	c := route53.NewFromConfig(cfg, with)
	return &route53Client{
		changeResourceRecordSets: c.ChangeResourceRecordSets,
		listResourceRecordSets:   c.ListResourceRecordSets,
		getHostedZone:            c.GetHostedZone,
		listHostedZonesByName:    c.ListHostedZonesByName,
	}
}

func (c *route53Client) ChangeResourceRecordSets(
	ctx context.Context,
	in *route53.ChangeResourceRecordSetsInput,
	with ...func(*route53.Options),
) (*route53.ChangeResourceRecordSetsOutput, error) {
	return c.changeResourceRecordSets(ctx, in, with...)
}

func (c *route53Client) ListResourceRecordSets(
	ctx context.Context,
	in *route53.ListResourceRecordSetsInput,
	with ...func(*route53.Options),
) (*route53.ListResourceRecordSetsOutput, error) {
	return c.listResourceRecordSets(ctx, in, with...)
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

// DynamoDB returns a narrow client of the service. with changes its options.
func DynamoDB(cfg aws.Config, with func(*dynamodb.Options)) *dynamodbClient {
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

func (c *dynamodbClient) UpdateItem(
	ctx context.Context,
	in *dynamodb.UpdateItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.UpdateItemOutput, error) {
	return c.updateItem(ctx, in, with...)
}

func (c *dynamodbClient) DeleteItem(
	ctx context.Context,
	in *dynamodb.DeleteItemInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DeleteItemOutput, error) {
	return c.deleteItem(ctx, in, with...)
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

// kinesisClient is *kinesis.Client, see above.
type kinesisClient struct {
	describeStreamSummary call[kinesis.DescribeStreamSummaryInput, kinesis.DescribeStreamSummaryOutput, kinesis.Options]
	listShards            call[kinesis.ListShardsInput, kinesis.ListShardsOutput, kinesis.Options]
	getShardIterator      call[kinesis.GetShardIteratorInput, kinesis.GetShardIteratorOutput, kinesis.Options]
	getRecords            call[kinesis.GetRecordsInput, kinesis.GetRecordsOutput, kinesis.Options]
}

// Kinesis returns a narrow client of the service. with changes its options.
func Kinesis(cfg aws.Config, with func(*kinesis.Options)) *kinesisClient {
	c := kinesis.NewFromConfig(cfg, with)
	return &kinesisClient{
		describeStreamSummary: c.DescribeStreamSummary,
		listShards:            c.ListShards,
		getShardIterator:      c.GetShardIterator,
		getRecords:            c.GetRecords,
	}
}

func (c *kinesisClient) DescribeStreamSummary(
	ctx context.Context,
	in *kinesis.DescribeStreamSummaryInput,
	with ...func(*kinesis.Options),
) (*kinesis.DescribeStreamSummaryOutput, error) {
	return c.describeStreamSummary(ctx, in, with...)
}

func (c *kinesisClient) ListShards(
	ctx context.Context,
	in *kinesis.ListShardsInput,
	with ...func(*kinesis.Options),
) (*kinesis.ListShardsOutput, error) {
	return c.listShards(ctx, in, with...)
}

func (c *kinesisClient) GetShardIterator(
	ctx context.Context,
	in *kinesis.GetShardIteratorInput,
	with ...func(*kinesis.Options),
) (*kinesis.GetShardIteratorOutput, error) {
	return c.getShardIterator(ctx, in, with...)
}

func (c *kinesisClient) GetRecords(
	ctx context.Context,
	in *kinesis.GetRecordsInput,
	with ...func(*kinesis.Options),
) (*kinesis.GetRecordsOutput, error) {
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

// Scheduler returns a narrow client of the service. with changes its options.
func Scheduler(cfg aws.Config, with func(*scheduler.Options)) *schedulerClient {
	c := scheduler.NewFromConfig(cfg, with)
	return &schedulerClient{
		createSchedule: c.CreateSchedule,
		updateSchedule: c.UpdateSchedule,
		getSchedule:    c.GetSchedule,
		listSchedules:  c.ListSchedules,
		deleteSchedule: c.DeleteSchedule,
	}
}

func (c *schedulerClient) CreateSchedule(
	ctx context.Context,
	in *scheduler.CreateScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.CreateScheduleOutput, error) {
	return c.createSchedule(ctx, in, with...)
}

func (c *schedulerClient) UpdateSchedule(
	ctx context.Context,
	in *scheduler.UpdateScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.UpdateScheduleOutput, error) {
	return c.updateSchedule(ctx, in, with...)
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

func (c *schedulerClient) DeleteSchedule(
	ctx context.Context,
	in *scheduler.DeleteScheduleInput,
	with ...func(*scheduler.Options),
) (*scheduler.DeleteScheduleOutput, error) {
	return c.deleteSchedule(ctx, in, with...)
}
