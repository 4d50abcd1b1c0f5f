package kinesis

import (
	"bytes"
	"cmp"
	"context"
	"strings"
	"time"

	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/ingest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// position is how far a shard has been read for an instance.
type position struct {
	sequence string    // sequence number of the last record, "" before the first
	arrived  time.Time // its arrival
	ended    bool      // the shard is closed and all of it has been read
}

// batch is the result of one read of a shard.
type batch struct {
	shard   string
	entries []logs.Entry
	counts  logs.Counts
	pos     position
	moved   bool          // pos has changed
	behind  time.Duration // distance from the end of the shard
	gone    bool          // the shard or the stream no longer exists
	err     error         // the shard cannot be read at present
}

// reader reads one shard until ctx is done or the shard ends. The position advances only after a batch is consumed, so
// a restarted reader loses nothing.
type reader struct {
	api         API
	stream      string
	shard       string
	since       func() time.Time // where to start without a position, by the server's clock
	readerCount func() int       // number of readers of the shard; nil if it does not change
	pos         position
	pace        pace
	decode      ingest.Decoder
	out         chan<- batch

	iterator string
}

// newReader returns a reader of a shard that begins at since.
func (s *Stream) newReader(shard types.Shard, since time.Time, decode ingest.Decoder) reader {
	return reader{
		api: s.opts.API, stream: s.opts.Name, shard: aws.ToString(shard.ShardId), decode: decode,
		since: func() time.Time { return s.shards.startTime(since) },
	}
}

// quietFailures is how many failures in a row are not reported.
const quietFailures = 3

func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		b, wait := r.read(ctx)
		if ctx.Err() != nil {
			return
		}
		if b != nil {
			select {
			case r.out <- *b:
			case <-ctx.Done():
				return
			}
			if b.gone || b.pos.ended {
				return
			}
		}
		_ = awsx.Sleep(ctx, wait)
	}
}

// read reads once and returns how long to wait. The batch is nil if there is nothing to report.
func (r *reader) read(ctx context.Context) (*batch, time.Duration) {
	if r.readerCount != nil {
		r.pace.readers = r.readerCount()
	}
	if r.iterator == "" {
		if err := r.openIterator(ctx); err != nil {
			return r.failure(err)
		}
	}
	began := time.Now()
	out, err := call(ctx, func(ctx context.Context) (*sdk.GetRecordsOutput, error) {
		return r.api.GetRecords(ctx, &sdk.GetRecordsInput{ShardIterator: aws.String(r.iterator)})
	})
	if isExpiredIterator(err) {
		r.iterator = ""
		return nil, 0
	}
	if err != nil {
		return r.failure(err)
	}
	b := r.batch(out)
	r.pos, r.iterator = b.pos, aws.ToString(out.NextShardIterator)
	// The limit is of reads a second: what the answer and its decoding took is part of the interval.
	return b, r.pace.next(b.behind, lineCount(b.entries)) - time.Since(began)
}

// openIterator gets an iterator after the last record, or at since.
func (r *reader) openIterator(ctx context.Context) error {
	in := &sdk.GetShardIteratorInput{StreamName: aws.String(r.stream), ShardId: aws.String(r.shard)}
	if r.pos.sequence != "" {
		in.ShardIteratorType = types.ShardIteratorTypeAfterSequenceNumber
		in.StartingSequenceNumber = aws.String(r.pos.sequence)
	} else {
		in.ShardIteratorType = types.ShardIteratorTypeAtTimestamp
		in.Timestamp = aws.Time(latest(r.since(), r.pos.arrived))
	}
	out, err := call(ctx, func(ctx context.Context) (*sdk.GetShardIteratorOutput, error) {
		return r.api.GetShardIterator(ctx, in)
	})
	if err != nil {
		if isInvalidArgument(err) {
			r.pos.sequence = "" // the stream was recreated under its name
		}
		return err
	}
	r.iterator = aws.ToString(out.ShardIterator)
	return nil
}

// failure returns what to report of an error and how long to wait.
func (r *reader) failure(err error) (*batch, time.Duration) {
	if isNotFound(err) {
		return &batch{shard: r.shard, pos: r.pos, gone: true, err: err}, 0
	}
	var wait time.Duration
	if isThrottle(err) {
		wait = r.pace.throttled()
	} else {
		r.iterator = "" // do not retry a bad iterator for ever
		wait = r.pace.failed(err)
	}
	if r.pace.failures < quietFailures {
		return nil, wait
	}
	return &batch{shard: r.shard, pos: r.pos, err: err}, wait
}

// batch decodes an answer without the records that were read before.
func (r *reader) batch(out *sdk.GetRecordsOutput) *batch {
	r.decode.Grow(entryCapacity(out.Records))
	pos, repeated := r.pos, uint64(0)
	for _, rec := range out.Records {
		n := aws.ToString(rec.SequenceNumber)
		if pos.sequence != "" && compareSequence(n, pos.sequence) <= 0 {
			repeated++
			continue
		}
		pos.sequence = n
		if rec.ApproximateArrivalTimestamp != nil {
			pos.arrived = *rec.ApproximateArrivalTimestamp
		}
		r.decode.Decode(ingest.Record{
			Key: aws.ToString(rec.PartitionKey), Arrived: aws.ToTime(rec.ApproximateArrivalTimestamp), Data: rec.Data,
		})
	}
	entries, counts := r.decode.Take()
	counts.Duplicates += repeated
	pos.ended = out.NextShardIterator == nil
	behind := time.Duration(aws.ToInt64(out.MillisBehindLatest)) * time.Millisecond
	return &batch{shard: r.shard, entries: entries, counts: counts, pos: pos, moved: true, behind: behind}
}

// lineCount returns how many of the entries are lines.
func lineCount(entries []logs.Entry) int {
	n := 0
	for _, e := range entries {
		if e.Metrics == nil {
			n++
		}
	}
	return n
}

// entryCapacity returns the capacity to allocate for the entries of some records.
func entryCapacity(records []types.Record) int {
	const most = 1 << 16 // entries take more memory than empty lines do
	n := len(records)
	for _, rec := range records {
		n += bytes.Count(rec.Data, []byte{'\n'})
	}
	return min(n, most)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// compareSequence orders sequence numbers: decimal numbers that exceed 64 bits.
func compareSequence(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
