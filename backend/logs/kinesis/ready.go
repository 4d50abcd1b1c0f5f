package kinesis

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/ingest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// ReadyProbe reports whether instances have logged the readiness line. It reads each shard once for all instances and
// stores positions and times only. It is safe for concurrent use.
type ReadyProbe struct {
	stream  *Stream
	pattern *regexp.Regexp

	mu     sync.Mutex
	shards map[string]*shardCursor
	ready  map[string]time.Time // latest arrival of a readiness line, by instance
}

// NewReadyProbe returns a ReadyProbe for the lines that a pattern matches.
func (s *Stream) NewReadyProbe(pattern *regexp.Regexp) *ReadyProbe {
	return &ReadyProbe{
		stream: s, pattern: pattern, shards: map[string]*shardCursor{}, ready: map[string]time.Time{},
	}
}

// shardCursor is how far one shard has been read.
type shardCursor struct {
	reader reader
	from   time.Time // records that arrived earlier were not read
	read   time.Time // time of the last read
	behind bool      // more records are waiting
	ended  bool
}

// The bounds of one call of Ready. Kinesis serves five reads a second of a shard to all its readers; a ReadyProbe that
// has caught up takes at most one of them.
const (
	probeInterval = time.Second
	probeReads    = 20
)

// Ready reports whether the instance logged the readiness line in a record that arrived at since or later, by the
// cloud's clock. It does not wait for the line, and reads the stream at most once a second however often it is called.
// Throttling counts as "not yet". It returns an error if the stream could not be read; the next call tries again.
func (p *ReadyProbe) Ready(ctx context.Context, instanceID string, since time.Time) (bool, error) {
	if p.pattern == nil {
		return false, errors.New("logs: a probe needs a readiness pattern")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen(instanceID, since) {
		return true, nil
	}
	for range probeReads {
		more, err := p.poll(ctx, instanceID, since)
		if p.seen(instanceID, since) {
			return true, nil
		}
		if err != nil || !more {
			return false, err
		}
		_ = awsx.Sleep(ctx, jitter(minInterval))
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
	return false, nil
}

// seen reports whether a readiness line of the instance is known that arrived at since or later.
func (p *ReadyProbe) seen(instanceID string, since time.Time) bool {
	at, ok := p.ready[instanceID]
	return ok && !at.Before(since)
}

// poll reads each shard of the instance once. It reports whether more records are waiting.
func (p *ReadyProbe) poll(ctx context.Context, instanceID string, since time.Time) (more bool, err error) {
	all, err := p.stream.list(ctx)
	if err != nil {
		if isThrottle(err) {
			return false, nil
		}
		return false, err
	}
	for _, s := range shardsOf(all, instanceID, p.stream.opts.RandomKeys) {
		m, err := p.readShard(ctx, s, all, since)
		if err != nil {
			return false, fmt.Errorf("logs: read for readiness: %w", err)
		}
		more = more || m
	}
	return more, nil
}

// readShard reads one shard once, unless it has ended or was read within probeInterval. It reports whether more records
// are waiting.
func (p *ReadyProbe) readShard(
	ctx context.Context, shard types.Shard, all []types.Shard, since time.Time,
) (more bool, err error) {
	id, s := aws.ToString(shard.ShardId), p.cursor(shard, since)
	if s.ended || !s.behind && time.Since(s.read) < probeInterval {
		return false, nil
	}
	s.read = time.Now()
	batch, _ := s.reader.read(ctx)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if batch == nil {
		s.behind = s.reader.iterator == "" // expired, or a call failed: open another
		return s.behind, nil
	}
	if batch.gone {
		delete(p.shards, id)
		p.stream.shards.forget()
		return false, batch.err
	}
	if batch.err != nil {
		if isThrottle(batch.err) {
			return false, nil
		}
		return false, batch.err
	}
	p.record(batch.entries)
	s.behind, s.ended = batch.behind > 0 && !batch.pos.ended, batch.pos.ended
	if s.ended && lacksChildren(all, map[string]bool{id: true}) {
		p.stream.shards.forget() // read its children next
		return true, nil
	}
	return s.behind || s.ended, nil
}

// cursor returns the cursor of a shard. It starts a new one if there is none or the present one began after since.
func (p *ReadyProbe) cursor(shard types.Shard, since time.Time) *shardCursor {
	id := aws.ToString(shard.ShardId)
	s := p.shards[id]
	if s != nil && !since.Before(s.from) {
		return s
	}
	decode := ingest.Decoder{Everybody: true, RandomKeys: p.stream.opts.RandomKeys}
	s = &shardCursor{from: since, behind: true, reader: p.stream.newReader(shard, since, decode)}
	p.shards[id] = s
	return s
}

// record stores the arrival of the readiness lines among entries.
func (p *ReadyProbe) record(entries []logs.Entry) {
	for i := range entries {
		e := &entries[i]
		if e.InstanceID == "" || e.Metrics != nil || e.Source == logs.LauncherSource || !p.pattern.MatchString(e.Text) {
			continue
		}
		if e.Arrived.After(p.ready[e.InstanceID]) {
			p.ready[e.InstanceID] = e.Arrived
		}
	}
}
