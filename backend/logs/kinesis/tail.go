package kinesis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/ingest"
)

// tailReads bounds the reads of a shard by one call of Last.
const tailReads = 20

// Last returns the last n lines of an instance that arrived at since or later, by the cloud's clock, oldest first. If a
// shard could not be read to its end, it returns the lines that it has with an error. It keeps nothing between calls.
func (s *Stream) Last(ctx context.Context, instanceID string, since time.Time, n int) ([]string, error) {
	s.shards.forget() // the newest lines may be in a shard that is new
	shards, err := s.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("logs: read the end of a log: %w", err)
	}
	var found []logs.Entry
	for _, shard := range shardsOf(shards, instanceID, s.opts.RandomKeys) {
		r := s.newReader(shard, since, ingest.Decoder{InstanceID: instanceID, RandomKeys: s.opts.RandomKeys})
		lines, failed := lastOf(ctx, &r, n)
		found, err = append(found, lines...), errors.Join(err, failed)
	}
	slices.SortStableFunc(found, func(a, b logs.Entry) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	var out []string
	for _, e := range found[max(0, len(found)-n):] {
		out = append(out, e.Text)
	}
	return out, err
}

// lastOf reads a shard to its end and returns its last n lines.
func lastOf(ctx context.Context, r *reader, n int) (found []logs.Entry, err error) {
	for range tailReads {
		b, _ := r.read(ctx)
		switch {
		case ctx.Err() != nil:
			return found, ctx.Err()
		case b != nil && b.err != nil:
			return found, fmt.Errorf("logs: read the end of a log: %w", b.err)
		case b != nil:
			lines := slices.DeleteFunc(b.entries, func(e logs.Entry) bool {
				return e.Metrics != nil || e.Source == logs.LauncherSource
			})
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
