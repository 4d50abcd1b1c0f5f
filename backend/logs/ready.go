package logs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// ReadyProbe reports whether instances have logged the readiness line. It reads each shard once for all instances and
// stores positions and times only. The exported fields must be set before the first call. It is safe for concurrent
// use.
type ReadyProbe struct {
	API        kinesisAPI     // *kinesis.Client
	Stream     string         // name of the Kinesis stream
	Pattern    *regexp.Regexp // the line that means readiness
	RandomKeys bool           // producers use random partition keys: every shard is read

	mu     sync.Mutex
	cache  shardCache
	shards map[string]*shardCursor
	ready  map[string]time.Time // latest arrival of a readiness line, by instance
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
	if p.API == nil || p.Pattern == nil {
		return false, errors.New("logs: a probe needs a Kinesis client and a readiness pattern")
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
	all, err := p.cache.list(ctx, p.API, p.Stream)
	if err != nil {
		if isThrottle(err) {
			return false, nil
		}
		return false, err
	}
	for _, s := range shardsOf(all, instanceID, p.RandomKeys) {
		m, err := p.readShard(ctx, text(s.ShardId), all, since)
		if err != nil {
			return false, fmt.Errorf("logs: read for readiness: %w", err)
		}
		more = more || m
	}
	return more, nil
}

// readShard reads one shard once, unless it has ended or was read within probeInterval. It reports whether more records
// are waiting.
func (p *ReadyProbe) readShard(ctx context.Context, id string, all []types.Shard, since time.Time) (more bool, err error) {
	s := p.cursor(id, since)
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
		p.cache.forget()
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
		p.cache.forget() // read its children next
		return true, nil
	}
	return s.behind || s.ended, nil
}

// cursor returns the cursor of a shard. It starts a new one if there is none or the present one began after since.
func (p *ReadyProbe) cursor(id string, since time.Time) *shardCursor {
	s := p.shards[id]
	if s != nil && !since.Before(s.from) {
		return s
	}
	if p.shards == nil {
		p.shards, p.ready = map[string]*shardCursor{}, map[string]time.Time{}
	}
	s = &shardCursor{from: since, behind: true, reader: reader{
		api: p.API, stream: p.Stream, shard: id, decode: decoder{everybody: true, random: p.RandomKeys},
		since: func() time.Time { return p.cache.startTime(since) },
	}}
	p.shards[id] = s
	return s
}

// record stores the arrival of the readiness lines among entries.
func (p *ReadyProbe) record(entries []entry) {
	for i := range entries {
		e := &entries[i]
		if e.iid == "" || e.metrics != nil || e.source == launcherSource || !p.Pattern.MatchString(e.text) {
			continue
		}
		if e.arrived.After(p.ready[e.iid]) {
			p.ready[e.iid] = e.arrived
		}
	}
}
