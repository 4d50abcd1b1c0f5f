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

// Beacon reports whether instances have shown the line that means readiness. It reads a shard once for all instances
// that are asked about, and remembers how far; nothing of what it reads is kept. Its zero value but for the exported
// fields is ready, and it is safe for concurrent use.
type Beacon struct {
	API        kinesisAPI     // *kinesis.Client
	Stream     string         // name of the Kinesis stream
	Pattern    *regexp.Regexp // the line that means readiness
	RandomKeys bool           // producers use random partition keys: every shard is read

	mu     sync.Mutex
	cache  shardCache
	shards map[string]*sounding
	ready  map[string]time.Time // latest arrival of a readiness line, by instance
}

// sounding is how far one shard has been read.
type sounding struct {
	reader reader
	from   time.Time // where it began
	read   time.Time // when it was read last
	behind bool      // there was more
	ended  bool
}

// The bounds of one call of Ready. A shard serves five reads a second to all its readers together: a Beacon takes at
// most one of them, but for what it has to catch up with.
const (
	beaconPause = time.Second
	beaconReads = 20
)

// Ready reports whether the instance's log has shown the readiness line in a record that arrived at since or later, by
// the cloud's clock. It does not wait for one: call it again, as often as you like; it asks the stream at most once a
// second. Throttling is no error, only "not yet". The error says that the stream could not be read; the next call
// tries again.
func (b *Beacon) Ready(ctx context.Context, instanceID string, since time.Time) (bool, error) {
	if b.API == nil || b.Pattern == nil {
		return false, errors.New("logs: a beacon needs a Kinesis client and a readiness pattern")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown(instanceID, since) {
		return true, nil
	}
	for range beaconReads {
		more, err := b.round(ctx, instanceID, since)
		if b.shown(instanceID, since) {
			return true, nil
		}
		if err != nil || !more {
			return false, err
		}
		_ = awsx.Sleep(ctx, jitter(shortest))
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
	return false, nil
}

func (b *Beacon) shown(instanceID string, since time.Time) bool {
	at, ok := b.ready[instanceID]
	return ok && !at.Before(since)
}

// round reads each shard that may hold the instance's records once, and reports whether there is more at once.
func (b *Beacon) round(ctx context.Context, instanceID string, since time.Time) (more bool, err error) {
	all, err := b.cache.list(ctx, b.API, b.Stream)
	if err != nil {
		if isThrottle(err) {
			return false, nil
		}
		return false, err
	}
	for _, s := range concerned(all, instanceID, b.RandomKeys) {
		m, err := b.sound(ctx, text(s.ShardId), all, since)
		if err != nil {
			return false, fmt.Errorf("logs: read for readiness: %w", err)
		}
		more = more || m
	}
	return more, nil
}

// sound reads one shard once, unless it was read just now or has come to its end.
func (b *Beacon) sound(ctx context.Context, id string, all []types.Shard, since time.Time) (more bool, err error) {
	s := b.sounding(id, since)
	if s.ended || !s.behind && time.Since(s.read) < beaconPause {
		return false, nil
	}
	s.read = time.Now()
	batch, _ := s.reader.read(ctx)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if batch == nil {
		s.behind = s.reader.iterator == "" // it expired, or a call failed: find it again
		return s.behind, nil
	}
	if batch.gone {
		delete(b.shards, id)
		b.cache.forget()
		return false, batch.err
	}
	if batch.err != nil {
		if isThrottle(batch.err) {
			return false, nil
		}
		return false, batch.err
	}
	b.note(batch.entries)
	s.behind, s.ended = batch.behind > 0 && !batch.pos.ended, batch.pos.ended
	if s.ended && childless(all, map[string]bool{id: true}) {
		b.cache.forget() // its children are to be read next
		return true, nil
	}
	return s.behind || s.ended, nil
}

// sounding finds or makes the place in a shard; one that begins after since begins anew.
func (b *Beacon) sounding(id string, since time.Time) *sounding {
	s := b.shards[id]
	if s != nil && !since.Before(s.from) {
		return s
	}
	if b.shards == nil {
		b.shards, b.ready = map[string]*sounding{}, map[string]time.Time{}
	}
	s = &sounding{from: since, behind: true, reader: reader{
		api: b.API, stream: b.Stream, shard: id, decode: decoder{everybody: true, random: b.RandomKeys},
		since: func() time.Time { return b.cache.beginning(since) },
	}}
	b.shards[id] = s
	return s
}

func (b *Beacon) note(entries []entry) {
	for i := range entries {
		e := &entries[i]
		if e.iid == "" || e.metrics != nil || e.source == launcherSource || !b.Pattern.MatchString(e.text) {
			continue
		}
		if e.arrived.After(b.ready[e.iid]) {
			b.ready[e.iid] = e.arrived
		}
	}
}
