package logs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"avatar-launcher/backend/awsx"
)

// Tail reads the newest lines of an instance without the Book. It keeps nothing between calls.
type Tail struct {
	API        kinesisAPI // *kinesis.Client
	Stream     string     // name of the Kinesis stream
	RandomKeys bool       // producers use random partition keys: every shard is read
}

// tailReads bounds the reads of a shard by one call of Last.
const tailReads = 20

// Last returns the last n lines of an instance that arrived at since or later, by the cloud's clock, oldest first. If a
// shard could not be read to its end, it returns the lines that it has with an error.
func (t *Tail) Last(ctx context.Context, instanceID string, since time.Time, n int) ([]string, error) {
	var cache shardCache
	shards, err := cache.list(ctx, t.API, t.Stream)
	if err != nil {
		return nil, fmt.Errorf("logs: read the end of a log: %w", err)
	}
	var found []entry
	for _, s := range shardsOf(shards, instanceID, t.RandomKeys) {
		r := reader{
			api: t.API, stream: t.Stream, shard: text(s.ShardId),
			decode: decoder{iid: instanceID, random: t.RandomKeys},
			since:  func() time.Time { return cache.startTime(since) },
		}
		lines, failed := lastOf(ctx, &r, n)
		found, err = append(found, lines...), errors.Join(err, failed)
	}
	slices.SortStableFunc(found, func(a, b entry) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	var out []string
	for _, e := range found[max(0, len(found)-n):] {
		out = append(out, e.text)
	}
	return out, err
}

// lastOf reads a shard to its end and returns its last n lines.
func lastOf(ctx context.Context, r *reader, n int) (found []entry, err error) {
	for range tailReads {
		b, _ := r.read(ctx)
		switch {
		case ctx.Err() != nil:
			return found, ctx.Err()
		case b != nil && b.err != nil:
			return found, fmt.Errorf("logs: read the end of a log: %w", b.err)
		case b != nil:
			lines := slices.DeleteFunc(b.entries, func(e entry) bool { return e.metrics != nil || e.source == launcherSource })
			found = append(found, lines...)
			found = slices.Clone(found[max(0, len(found)-n):])
			if b.behind == 0 || b.pos.ended {
				return found, nil
			}
		}
		_ = awsx.Sleep(ctx, jitter(minInterval))
	}
	return found, nil
}
