package kinesis

import (
	"context"
	"iter"
	"sync"
	"time"

	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/ingest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// cursor is the logs.Cursor of a Stream.
type cursor struct {
	positions map[string]position // by shard
	order     ingest.Sequencer
	readTo    time.Time
}

// Read implements logs.Source.
func (s *Stream) Read(ctx context.Context, r logs.Request) iter.Seq[logs.Batch] {
	return func(yield func(logs.Batch) bool) {
		c, ok := r.Cursor.(*cursor)
		if !ok {
			c = &cursor{positions: map[string]position{}, order: ingest.Sequencer{InstanceID: r.InstanceID}}
		}
		c.order.Hold = reorderHold(s.readerCount(types.Shard{}, r.InstanceID))
		f := &follower{
			stream: s, request: r, cursor: c, yield: yield,
			batches: make(chan batch), lists: make(chan listing),
			begun: map[string]bool{}, ended: map[string]bool{}, failing: map[string]bool{},
		}
		f.restorePositions()
		f.run(ctx)
		f.finish()
	}
}

// follower is one call of Read. Only its own goroutine uses cursor and yield.
type follower struct {
	stream  *Stream
	request logs.Request
	cursor  *cursor
	yield   func(logs.Batch) bool
	stop    context.CancelFunc // ends run
	stopped bool               // yield wants no more

	readers  sync.WaitGroup
	batches  chan batch
	lists    chan listing
	begun    map[string]bool
	ended    map[string]bool
	shards   []types.Shard
	merge    ingest.Merger
	counts   logs.Counts     // not yielded
	failing  map[string]bool // shards that cannot be read; "" for the list of them
	listPace pace
}

// listing is the result of ListShards.
type listing struct {
	shards []types.Shard
	err    error
}

func (f *follower) run(ctx context.Context) {
	ctx, f.stop = context.WithCancel(ctx)
	defer f.readers.Wait()
	defer f.stop()
	f.list(ctx, 0)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if d := f.cursor.order.Deadline(); d.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(d))
		}
		select {
		case <-ctx.Done():
			return
		case l := <-f.lists:
			f.onListing(ctx, l)
		case batch := <-f.batches:
			f.onBatch(ctx, &batch)
		case <-timer.C:
			f.cursor.order.Expire(time.Now())
			f.publish()
		}
	}
}

// list lists the shards in the background after wait.
func (f *follower) list(ctx context.Context, wait time.Duration) {
	f.readers.Go(func() {
		_ = awsx.Sleep(ctx, wait)
		shards, err := f.stream.list(ctx)
		select {
		case f.lists <- listing{shards, err}:
		case <-ctx.Done():
		}
	})
}

// onListing starts the readable shards. It lists again if no shard is being read or the children of a closed shard are
// not listed yet.
func (f *follower) onListing(ctx context.Context, l listing) {
	if l.err != nil {
		wait := f.listPace.failed(l.err)
		if f.listPace.failures >= quietFailures || isNotFound(l.err) {
			f.reportTrouble("", l.err)
		}
		f.list(ctx, wait)
		return
	}
	f.shards = shardsOf(l.shards, f.request.InstanceID, f.stream.opts.RandomKeys)
	f.start(ctx)
	if len(f.begun) == len(f.ended) || lacksChildren(l.shards, f.ended) {
		f.stream.shards.forget()
		f.list(ctx, f.listPace.failed(nil))
	}
}

// reorderHold is how long a line waits for a missing predecessor, which the next read of the shard may bring.
func reorderHold(readers int) time.Duration {
	p := pace{readers: readers}
	return max(2*time.Second, p.idleInterval()*3/2)
}

// restorePositions marks the shards that an earlier Read has read to their end.
func (f *follower) restorePositions() {
	for id, pos := range f.cursor.positions {
		if pos.ended {
			f.begun[id], f.ended[id] = true, true
		}
	}
}

// start starts a reader for each shard that can be read now.
func (f *follower) start(ctx context.Context) {
	for _, s := range startable(f.shards, f.begun, f.ended) {
		id := aws.ToString(s.ShardId)
		f.begun[id] = true
		f.merge.Open(id)
		decode := ingest.Decoder{InstanceID: f.request.InstanceID, RandomKeys: f.stream.opts.RandomKeys}
		r := f.stream.newReader(s, f.request.Since, decode)
		r.pos, r.out = f.cursor.positions[id], f.batches
		r.readerCount = func() int { return f.stream.readerCount(s, f.request.InstanceID) }
		f.readers.Go(func() { r.run(ctx) })
	}
}

// onBatch takes the result of one read. It lists the shards again if the shard has ended or is gone.
func (f *follower) onBatch(ctx context.Context, b *batch) {
	if b.moved {
		f.cursor.positions[b.shard] = b.pos
		f.cursor.readTo = latest(f.cursor.readTo, b.pos.arrived)
	}
	switch {
	case b.gone:
		delete(f.failing, b.shard)
		f.reportTrouble("", b.err)
	case b.err != nil:
		f.reportTrouble(b.shard, b.err)
	default:
		f.listPace.failures = 0
		f.reportRecovery(b.shard)
		f.reportRecovery("")
	}
	caughtUp := b.behind == 0 || b.err != nil || b.gone || b.pos.ended
	f.merge.Add(b.shard, b.entries, b.pos.arrived, caughtUp)
	f.counts.Add(b.counts)
	if b.gone {
		delete(f.cursor.positions, b.shard)
		delete(f.begun, b.shard)
	} else if b.pos.ended {
		f.ended[b.shard] = true
	}
	f.order(f.merge.Take(func(shard string) bool { return f.ended[shard] || !f.begun[shard] }))
	f.publish()
	if b.gone || b.pos.ended {
		f.stream.shards.forget()
		f.list(ctx, f.relistWait(b))
	}
}

// relistWait returns how long to wait before listing: not at all after a split, with backoff if the stream is gone.
func (f *follower) relistWait(b *batch) time.Duration {
	if b.gone {
		return f.listPace.failed(b.err)
	}
	return 0
}

// order passes entries to the sequencer.
func (f *follower) order(entries []logs.Entry) {
	now := time.Now()
	f.cursor.order.Grow(len(entries))
	for _, e := range entries {
		f.cursor.order.Add(e, now)
	}
}

// publish yields the lines that are in order. Once yield wants no more, they stay in the cursor for the next Read.
func (f *follower) publish() {
	if f.stopped {
		return
	}
	entries, counts := f.cursor.order.Take()
	f.counts.Add(counts)
	counts, f.counts = f.counts, logs.Counts{}
	f.send(logs.Batch{Entries: entries, Counts: counts})
}

// send yields a batch, unless an earlier one ended the loop.
func (f *follower) send(b logs.Batch) {
	if f.stopped {
		return
	}
	b.Cursor, b.ReadTo, b.Now = f.cursor, f.cursor.readTo, f.stream.shards.serverNow()
	if !f.yield(b) {
		f.stopped = true
		f.stop()
	}
}

// finish yields what was read and is still waiting for a slower shard, so that nothing depends on another call of Read.
func (f *follower) finish() {
	f.order(f.merge.All())
	f.publish()
}

// reportTrouble adds a remark that shard cannot be read ("" for the list of shards), once until all recover.
func (f *follower) reportTrouble(shard string, err error) {
	if !f.failing[shard] {
		f.stream.log.Warn("the log stream cannot be read", "instance", f.request.InstanceID, "shard", shard, "err", err)
	}
	first := len(f.failing) == 0
	f.failing[shard] = true
	if first {
		f.remark(logs.LevelWarn, explain(f.stream.opts.Name, err))
	}
}

// reportRecovery adds a remark once nothing that failed fails any more.
func (f *follower) reportRecovery(shard string) {
	if !f.failing[shard] {
		return
	}
	delete(f.failing, shard)
	if len(f.failing) == 0 {
		f.remark(logs.LevelInfo, messages.New("logs.logStreamBeingRead"))
	}
}

// remark yields a remark of the launcher.
func (f *follower) remark(level string, m messages.Message) {
	f.send(logs.Batch{Entries: []logs.Entry{logs.Remark(level, m)}})
}
