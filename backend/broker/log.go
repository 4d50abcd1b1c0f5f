package broker

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// kinesisAPI is what reading a log needs of *kinesis.Client.
type kinesisAPI interface {
	ListShards(context.Context, *kinesis.ListShardsInput, ...func(*kinesis.Options)) (*kinesis.ListShardsOutput, error)
	GetShardIterator(context.Context, *kinesis.GetShardIteratorInput,
		...func(*kinesis.Options)) (*kinesis.GetShardIteratorOutput, error)
	GetRecords(context.Context, *kinesis.GetRecordsInput, ...func(*kinesis.Options)) (*kinesis.GetRecordsOutput, error)
}

// Log reads the stream of the instances' logs.
type Log struct {
	API    kinesisAPI
	Stream string
}

// logMargin is how much earlier than a session's claim a record may have arrived: the clocks of DynamoDB's writer and
// of Kinesis differ. The last owner's instance has been stopped for longer.
const logMargin = 2 * time.Second

// records is a page of a shard, with the records of the caller's instance alone.
type records struct {
	Records []record  `json:"records"`
	Next    *string   `json:"next"`
	Behind  int64     `json:"behind"`
	Child   []childOf `json:"children,omitempty"`
}

type record struct {
	Data     []byte    `json:"data"`
	Key      string    `json:"key"`
	Sequence string    `json:"sequence"`
	At       time.Time `json:"at"`
}

type childOf struct {
	Shard   string   `json:"shard"`
	Parents []string `json:"parents"`
	From    string   `json:"from"`
	To      string   `json:"to"`
}

// noLog is the Problem of an account without a log.
func noLog() *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("broker.noLogRead"),
		Why:  messages.New("broker.accountFunctionKnowsNo"),
		Next: messages.New("common.askOperator")}
}

func (c *call) shards(ctx context.Context) (any, error) {
	if c.h.Log.API == nil {
		return nil, noLog()
	}
	in := &kinesis.ListShardsInput{StreamName: &c.h.Log.Stream}
	if c.in.NextToken != "" {
		in = &kinesis.ListShardsInput{NextToken: &c.in.NextToken}
	}
	out, err := c.h.Log.API.ListShards(ctx, in)
	if err != nil {
		return nil, err
	}
	return &kinesis.ListShardsOutput{Shards: out.Shards, NextToken: out.NextToken}, nil
}

func (c *call) iterator(ctx context.Context) (any, error) {
	if c.h.Log.API == nil {
		return nil, noLog()
	}
	in := &kinesis.GetShardIteratorInput{StreamName: &c.h.Log.Stream, ShardId: &c.in.Shard,
		ShardIteratorType: types.ShardIteratorType(c.in.Type), Timestamp: c.in.Since}
	if c.in.Sequence != "" {
		in.StartingSequenceNumber = &c.in.Sequence
	}
	out, err := c.h.Log.API.GetShardIterator(ctx, in)
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// records reads a page of a shard and leaves out what is not of the caller's instance, or was written
// before it was theirs.
func (c *call) records(ctx context.Context) (any, error) {
	if c.h.Log.API == nil {
		return nil, noLog()
	}
	s, err := c.h.Fleet.Current(ctx, c.user)
	if err != nil {
		return nil, err
	}
	in := &kinesis.GetRecordsInput{ShardIterator: &c.in.Iterator}
	if c.in.Limit > 0 {
		in.Limit = &c.in.Limit
	}
	out, err := c.h.Log.API.GetRecords(ctx, in)
	if err != nil {
		return nil, err
	}
	page := &records{Next: out.NextShardIterator, Behind: aws.ToInt64(out.MillisBehindLatest)}
	for _, r := range out.Records {
		if isOwn(r, s) {
			page.Records = append(page.Records, record{Data: r.Data, Key: aws.ToString(r.PartitionKey),
				Sequence: aws.ToString(r.SequenceNumber), At: aws.ToTime(r.ApproximateArrivalTimestamp)})
		}
	}
	for _, s := range out.ChildShards {
		child := childOf{Shard: aws.ToString(s.ShardId), Parents: s.ParentShards}
		if s.HashKeyRange != nil {
			child.From, child.To = aws.ToString(s.HashKeyRange.StartingHashKey), aws.ToString(s.HashKeyRange.EndingHashKey)
		}
		page.Child = append(page.Child, child)
	}
	return page, nil
}

// isOwn reports whether a record is of the session's instance and of its time. The stack's instances write with their
// ID as the partition key.
func isOwn(r types.Record, s *backend.Session) bool {
	return s != nil && s.InstanceID != "" && aws.ToString(r.PartitionKey) == s.InstanceID &&
		!aws.ToTime(r.ApproximateArrivalTimestamp).Before(s.CreationTime.Add(-logMargin))
}
