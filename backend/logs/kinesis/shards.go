package kinesis

import (
	"context"
	"crypto/md5"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// shardAge is how long a list of shards is used. It can be long, since reading a closed shard says that it is closed.
const shardAge = 10 * time.Minute

// shardCache holds the last list of the stream's shards.
type shardCache struct {
	mu     sync.Mutex
	shards []types.Shard
	listed time.Time
	skew   time.Duration // server's clock less ours
}

// forget makes the next call of list ask the stream.
func (c *shardCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listed = time.Time{}
}

// list returns all shards that hold records, closed ones included.
func (c *shardCache) list(ctx context.Context, api API, stream string) ([]types.Shard, error) {
	c.mu.Lock()
	shards, listed := c.shards, c.listed
	c.mu.Unlock()
	if !listed.IsZero() && time.Since(listed) < shardAge {
		return shards, nil
	}
	shards, skew, err := listShards(ctx, api, stream)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shards, c.listed, c.skew = shards, time.Now(), skew
	return shards, nil
}

// serverNow returns the time by the cloud's clock, which stamps records.
func (c *shardCache) serverNow() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.skew)
}

// startTime returns since, or just before now if since is in the future, which Kinesis rejects.
func (c *shardCache) startTime(since time.Time) time.Time {
	if now := c.serverNow(); since.After(now) {
		return now.Add(-clockTolerance)
	}
	return since
}

// listShards lists all shards, and measures the cloud's clock by the answer's Date header.
func listShards(ctx context.Context, api API, stream string) (all []types.Shard, skew time.Duration, err error) {
	in := &sdk.ListShardsInput{StreamName: aws.String(stream)}
	for {
		out, err := call(ctx, func(ctx context.Context) (*sdk.ListShardsOutput, error) { return api.ListShards(ctx, in) })
		if err != nil {
			return nil, 0, fmt.Errorf("list shards: %w", err)
		}
		all = append(all, out.Shards...)
		if t, ok := middleware.GetServerTime(out.ResultMetadata); ok {
			skew = skewOf(time.Until(t))
		}
		if aws.ToString(out.NextToken) == "" {
			return all, skew, nil
		}
		in = &sdk.ListShardsInput{NextToken: out.NextToken}
	}
}

// clockTolerance is the error of a clock measured by an HTTP Date header: whole seconds, and the time the answer took.
const clockTolerance = 3 * time.Second

// skewOf returns d, or 0 if it is below clockTolerance.
func skewOf(d time.Duration) time.Duration {
	if d.Abs() < clockTolerance {
		return 0
	}
	return d
}

// ownsKey reports whether a shard takes records with the partition key: the key's MD5, as a 128-bit number, is in its
// range.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key
func ownsKey(s types.Shard, key string) bool {
	if s.HashKeyRange == nil {
		return false
	}
	low, ok1 := new(big.Int).SetString(aws.ToString(s.HashKeyRange.StartingHashKey), 10)
	high, ok2 := new(big.Int).SetString(aws.ToString(s.HashKeyRange.EndingHashKey), 10)
	if !ok1 || !ok2 {
		return false
	}
	sum := md5.Sum([]byte(key))
	h := new(big.Int).SetBytes(sum[:])
	return low.Cmp(h) <= 0 && h.Cmp(high) <= 0
}

// shardsOf returns the shards that hold, held or will hold an instance's records: all of them if keys are random.
func shardsOf(all []types.Shard, instanceID string, random bool) []types.Shard {
	var out []types.Shard
	for _, s := range all {
		if random || ownsKey(s, instanceID) {
			out = append(out, s)
		}
	}
	return out
}

// startable returns the shards that can be read now: not begun, and each listed parent read to its end. A parent that
// is not listed has expired with its records.
func startable(shards []types.Shard, begun, ended map[string]bool) []types.Shard {
	listed := map[string]bool{}
	for _, s := range shards {
		listed[aws.ToString(s.ShardId)] = true
	}
	var out []types.Shard
	for _, s := range shards {
		id := aws.ToString(s.ShardId)
		open := func(parent *string) bool { return listed[aws.ToString(parent)] && !ended[aws.ToString(parent)] }
		if begun[id] || ended[id] || open(s.ParentShardId) || open(s.AdjacentParentShardId) {
			continue
		}
		out = append(out, s)
	}
	return out
}

// lacksChildren reports whether a listed shard that has been read to its end has no listed child.
func lacksChildren(all []types.Shard, ended map[string]bool) bool {
	parents := map[string]bool{}
	for _, s := range all {
		parents[aws.ToString(s.ParentShardId)], parents[aws.ToString(s.AdjacentParentShardId)] = true, true
	}
	for _, s := range all {
		if id := aws.ToString(s.ShardId); ended[id] && !parents[id] {
			return true
		}
	}
	return false
}
