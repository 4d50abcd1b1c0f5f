// Package kinesis reads instances' logs from a Kinesis data stream.
//
//   - Stream.Read is the Source of a log: it reads the shards of one instance at the same time, at the pace that the
//     service allows, through splits and merges, and puts their lines in order.
//   - ReadyProbe watches the stream for the line by which instances report that they are ready.
//   - Stream.Last reads the newest lines of one instance.
//
// All three read shards in the same way, and share the list of them.
package kinesis

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// API is the part of *kinesis.Client of the SDK that reading needs.
type API interface {
	ListShards(context.Context, *sdk.ListShardsInput, ...func(*sdk.Options)) (*sdk.ListShardsOutput, error)
	GetShardIterator(
		context.Context, *sdk.GetShardIteratorInput, ...func(*sdk.Options),
	) (*sdk.GetShardIteratorOutput, error)
	GetRecords(context.Context, *sdk.GetRecordsInput, ...func(*sdk.Options)) (*sdk.GetRecordsOutput, error)
}

// Options configure a Stream.
type Options struct {
	API        API
	Name       string       // of the stream
	RandomKeys bool         // producers use random partition keys: every shard is read
	Readers    int          // readers of a shard, this one included; 0 to use SetFollowed
	Log        *slog.Logger // nil for slog.Default
}

// Stream is a Kinesis data stream. It implements logs.Source, and is safe for concurrent use.
type Stream struct {
	opts   Options
	log    *slog.Logger
	shards shardCache

	mu       sync.Mutex
	followed []string // instances whose logs are being read, nil if unknown
}

// New returns a Stream. It makes no call.
func New(o Options) *Stream {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Stream{opts: o, log: o.Log.With("room", "logs", "stream", o.Name)}
}

// SetFollowed sets the instances whose logs are being read, one reader each. The readers of a shard share its rate. Nil
// means unknown.
func (s *Stream) SetFollowed(instanceIDs []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followed = slices.Clone(instanceIDs)
}

// readerCount returns how many readers a shard has, including one of the given instance; 0 if unknown.
func (s *Stream) readerCount(shard types.Shard, instanceID string) int {
	if s.opts.Readers > 0 {
		return s.opts.Readers
	}
	s.mu.Lock()
	followed := s.followed
	s.mu.Unlock()
	if followed == nil {
		return 0
	}
	n := 1
	for _, id := range followed {
		if id != instanceID && (s.opts.RandomKeys || ownsKey(shard, id)) {
			n++
		}
	}
	return n
}

// list returns all shards that hold records, closed ones included.
func (s *Stream) list(ctx context.Context) ([]types.Shard, error) {
	return s.shards.list(ctx, s.opts.API, s.opts.Name)
}
