// Package kinesis is the embedded cloud's Kinesis Data Streams: streams of shards that hold records in memory and in
// the store, read by iterators or pushed to registered consumers. It speaks awsJson1.1 and the same in CBOR
// under the target prefix Kinesis_20131202, and application/vnd.amazon.eventstream for SubscribeToShard.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html
package kinesis

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	targetPrefix = "Kinesis_20131202"

	// defaultMaxShardBytes bounds what one shard keeps in memory, in bytes of data and partition keys.
	defaultMaxShardBytes = 64 << 20
	// maxShards is the account's limit of open shards.
	maxShards = 1000
)

// Options tunes the service; the zero value has streams ready as soon as they are created.
type Options struct {
	// Transition is how long a stream stays CREATING, UPDATING or DELETING.
	Transition time.Duration
	// MaxShardBytes bounds a shard's records in bytes; the oldest go first, as if their retention had ended.
	// 0 means 64 MiB.
	MaxShardBytes int64
}

// Service is Kinesis. It is safe for concurrent use.
type Service struct {
	env  wire.Env
	st   *store.Store
	opts Options

	mu      sync.RWMutex // guards streams; taken before a stream's own
	streams map[string]*stream

	closeOnce sync.Once
	closed    chan struct{} // ends subscriptions
}

// New makes the service and reads its streams and records back from the store.
func New(env wire.Env, st *store.Store, opts Options) (*Service, error) {
	if opts.MaxShardBytes <= 0 {
		opts.MaxShardBytes = defaultMaxShardBytes
	}
	s := &Service{env: env, st: st, opts: opts, streams: map[string]*stream{}, closed: make(chan struct{})}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("kinesis: read the stored streams: %w", err)
	}
	return s, nil
}

// Name implements wire.Service.
func (s *Service) Name() string { return "kinesis" }

// Operation implements wire.Service.
func (s *Service) Operation(r *http.Request, _ []byte) string {
	return wire.TargetOperation(r, targetPrefix)
}

// Unsigned implements wire.Service: every operation needs a signature.
func (s *Service) Unsigned(string) bool { return false }

// Close ends open subscriptions and stops the timers.
func (s *Service) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
	for _, st := range s.all() {
		st.mu.Lock()
		if st.timer != nil {
			st.timer.Stop()
		}
		st.mu.Unlock()
	}
}

// Serve implements wire.Service.
func (s *Service) Serve(ctx context.Context, w http.ResponseWriter, c *wire.Call) {
	if isCBOR(c.Request.Header) {
		w.Header().Set("Content-Type", cborType) // for errors
	}
	if c.Operation == "SubscribeToShard" {
		if err := misshapen(c); err != nil {
			s.WriteError(w, c.RequestID, err)
			return
		}
		if err := s.subscribeToShard(ctx, w, c); err != nil {
			s.WriteError(w, c.RequestID, err)
		}
		return
	}
	h, ok := operations[c.Operation]
	if !ok {
		s.WriteError(w, c.RequestID,
			wire.Errorf(400, "UnknownOperationException", "Kinesis has no operation %q here", c.Operation))
		return
	}
	out, err := s.do(h, c)
	if err != nil {
		s.WriteError(w, c.RequestID, err)
		return
	}
	write(w, c, out)
}

// do runs an operation on a request that has its shape.
func (s *Service) do(h operation, c *wire.Call) (any, *wire.Error) {
	if !frequent[c.Operation] {
		if err := misshapen(c); err != nil {
			return nil, err
		}
		return h(s, c)
	}
	out, err := h(s, c)
	if err == nil {
		return out, nil
	}
	if first := misshapen(c); first != nil {
		err = first
	}
	return nil, err
}

type operation func(*Service, *wire.Call) (any, *wire.Error)

// typed decodes the body into In before it calls f.
func typed[In any](f func(*Service, *wire.Call, *In) (any, *wire.Error)) operation {
	return func(s *Service, c *wire.Call) (any, *wire.Error) {
		in := new(In)
		if err := decode(c, in); err != nil {
			return nil, err
		}
		return f(s, c, in)
	}
}

var operations = map[string]operation{
	"CreateStream":                  typed((*Service).createStream),
	"DeleteStream":                  typed((*Service).deleteStream),
	"ListStreams":                   typed((*Service).listStreams),
	"DescribeStream":                typed((*Service).describeStream),
	"DescribeStreamSummary":         typed((*Service).describeStreamSummary),
	"DescribeLimits":                typed((*Service).describeLimits),
	"UpdateStreamMode":              typed((*Service).updateStreamMode),
	"UpdateMaxRecordSize":           typed((*Service).updateMaxRecordSize),
	"IncreaseStreamRetentionPeriod": typed((*Service).increaseRetention),
	"DecreaseStreamRetentionPeriod": typed((*Service).decreaseRetention),
	"StartStreamEncryption":         typed((*Service).startEncryption),
	"StopStreamEncryption":          typed((*Service).stopEncryption),
	"AddTagsToStream":               typed((*Service).addTags),
	"RemoveTagsFromStream":          typed((*Service).removeTags),
	"ListTagsForStream":             typed((*Service).listTags),
	"ListShards":                    typed((*Service).listShards),
	"SplitShard":                    typed((*Service).splitShard),
	"MergeShards":                   typed((*Service).mergeShards),
	"UpdateShardCount":              typed((*Service).updateShardCount),
	"PutRecord":                     typed((*Service).putRecord),
	"PutRecords":                    typed((*Service).putRecords),
	"GetShardIterator":              typed((*Service).getShardIterator),
	"GetRecords":                    typed((*Service).getRecords),
	"RegisterStreamConsumer":        typed((*Service).registerConsumer),
	"DeregisterStreamConsumer":      typed((*Service).deregisterConsumer),
	"DescribeStreamConsumer":        typed((*Service).describeConsumer),
	"ListStreamConsumers":           typed((*Service).listConsumers),
}

// timestamp is a time as awsJson writes it: seconds since the epoch with milliseconds as a fraction.
type timestamp time.Time

// MarshalJSON implements json.Marshaler.
func (t timestamp) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(time.Time(t).UnixMilli())/1000), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *timestamp) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	if seconds < 0 || seconds > 1e11 {
		return fmt.Errorf("timestamp %g is out of range", seconds)
	}
	*t = timestamp(time.UnixMilli(int64(seconds*1000 + 0.5)).UTC())
	return nil
}
