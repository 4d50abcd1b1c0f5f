package broker

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// Stream reads the caller's log by a Handler. Package logs takes it in place of *kinesis.Client.
type Stream struct{ Client *Client }

// ListShards lists the stream's shards.
func (s Stream) ListShards(ctx context.Context, in *kinesis.ListShardsInput,
	_ ...func(*kinesis.Options)) (*kinesis.ListShardsOutput, error) {
	return ask[*kinesis.ListShardsOutput](ctx, s.Client, pathShards, request{NextToken: aws.ToString(in.NextToken)})
}

// GetShardIterator returns an iterator of a shard.
func (s Stream) GetShardIterator(ctx context.Context, in *kinesis.GetShardIteratorInput, _ ...func(*kinesis.Options)) (
	*kinesis.GetShardIteratorOutput, error,
) {
	iterator, err := ask[*string](ctx, s.Client, pathIterator, request{Shard: aws.ToString(in.ShardId),
		Sequence: aws.ToString(in.StartingSequenceNumber), Type: string(in.ShardIteratorType), Since: in.Timestamp})
	if err != nil {
		return nil, err
	}
	return &kinesis.GetShardIteratorOutput{ShardIterator: iterator}, nil
}

// GetRecords reads a page of a shard: the records of the caller's instance.
func (s Stream) GetRecords(ctx context.Context, in *kinesis.GetRecordsInput,
	_ ...func(*kinesis.Options)) (*kinesis.GetRecordsOutput, error) {
	page, err := ask[*records](ctx, s.Client, pathRecords,
		request{Iterator: aws.ToString(in.ShardIterator), Limit: aws.ToInt32(in.Limit)})
	if err != nil {
		return nil, err
	}
	out := &kinesis.GetRecordsOutput{NextShardIterator: page.Next, MillisBehindLatest: &page.Behind}
	for _, r := range page.Records {
		out.Records = append(out.Records, types.Record{Data: r.Data, PartitionKey: &r.Key, SequenceNumber: &r.Sequence,
			ApproximateArrivalTimestamp: &r.At})
	}
	for _, c := range page.Child {
		out.ChildShards = append(out.ChildShards, types.ChildShard{ShardId: &c.Shard, ParentShards: c.Parents,
			HashKeyRange: &types.HashKeyRange{StartingHashKey: &c.From, EndingHashKey: &c.To}})
	}
	return out, nil
}
