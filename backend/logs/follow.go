package logs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// Follow reads the records of an instance that arrived at since or later, by the cloud's clock, until ctx is done. It
// returns ctx's error and retries all others. If the same session was followed before, it continues after the last
// record. Two calls for one instance run one after the other.
func (b *Book) Follow(ctx context.Context, instanceID string, since time.Time) error {
	if b.opts.API == nil {
		return errors.New("logs: no Kinesis client to read with")
	}
	t, owner := b.followState(instanceID)
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f := &follower{
		book: b, owner: owner, state: t, iid: instanceID,
		batches: make(chan batch), lists: make(chan listing),
		begun: map[string]bool{}, ended: map[string]bool{}, failing: map[string]bool{},
	}
	if t.begin(instanceID, since, reorderHold(b.readers(types.Shard{}, instanceID))) {
		b.forgetSession(owner)
	}
	f.restorePositions()
	defer f.finish()
	return f.run(ctx)
}

// follower is one call of Follow. Only its own goroutine uses state.
type follower struct {
	book  *Book
	owner int // value of Book.owner when it began
	state *followState
	iid   string

	readers  sync.WaitGroup
	batches  chan batch
	lists    chan listing
	begun    map[string]bool
	ended    map[string]bool
	shards   []types.Shard
	merge    merger
	failing  map[string]bool // shards that cannot be read; "" for the list of them
	listPace pace
}

// listing is the result of ListShards.
type listing struct {
	shards []types.Shard
	err    error
}

func (f *follower) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer f.readers.Wait()
	defer cancel()
	f.list(ctx, 0)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if d := f.state.seq.deadline(); d.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(d))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l := <-f.lists:
			f.onListing(ctx, l)
		case batch := <-f.batches:
			f.onBatch(ctx, &batch)
		case <-timer.C:
			f.state.seq.expire(time.Now())
			f.publish()
		}
	}
}

// list lists the shards in the background after wait.
func (f *follower) list(ctx context.Context, wait time.Duration) {
	f.readers.Go(func() {
		_ = awsx.Sleep(ctx, wait)
		shards, err := f.book.cache.list(ctx, f.book.opts.API, f.book.opts.Stream)
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
	f.shards = shardsOf(l.shards, f.iid, f.book.opts.RandomKeys)
	f.start(ctx)
	if len(f.begun) == len(f.ended) || lacksChildren(l.shards, f.ended) {
		f.book.cache.forget()
		f.list(ctx, f.listPace.failed(nil))
	}
}

// reorderHold is how long a line waits for a missing predecessor, which the next read of the shard may bring.
func reorderHold(readers int) time.Duration {
	p := pace{readers: readers}
	return max(2*time.Second, p.idleInterval()*3/2)
}

// restorePositions marks the shards that an earlier Follow has read to their end.
func (f *follower) restorePositions() {
	for id, pos := range f.state.at {
		if pos.ended {
			f.begun[id], f.ended[id] = true, true
		}
	}
}

// start starts a reader for each shard that can be read now.
func (f *follower) start(ctx context.Context) {
	for _, s := range startable(f.shards, f.begun, f.ended) {
		id := text(s.ShardId)
		f.begun[id] = true
		f.merge.open(id)
		r := &reader{
			api: f.book.opts.API, stream: f.book.opts.Stream, shard: id, pos: f.state.at[id], out: f.batches,
			since:       func() time.Time { return f.book.cache.startTime(f.state.since) },
			readerCount: func() int { return f.book.readers(s, f.iid) },
			decode:      decoder{iid: f.iid, random: f.book.opts.RandomKeys},
		}
		f.readers.Go(func() { r.run(ctx) })
	}
}

// onBatch stores the result of one read. It lists the shards again if the shard has ended or is gone.
func (f *follower) onBatch(ctx context.Context, b *batch) {
	if b.moved {
		f.state.at[b.shard] = b.pos
		if b.pos.arrived.After(f.state.last) {
			f.state.last = b.pos.arrived
		}
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
	f.merge.add(b)
	f.book.count(f.owner, b.stats)
	if b.gone {
		delete(f.state.at, b.shard)
		delete(f.begun, b.shard)
	} else if b.pos.ended {
		f.ended[b.shard] = true
	}
	f.order(f.merge.take(func(shard string) bool { return f.ended[shard] || !f.begun[shard] }))
	f.publish()
	if b.gone || b.pos.ended {
		f.book.cache.forget()
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
func (f *follower) order(entries []entry) {
	now := time.Now()
	f.state.seq.out = slices.Grow(f.state.seq.out, len(entries))
	for _, e := range entries {
		f.state.seq.add(e, now)
	}
}

// publish stores the lines that are in order, and calls for readiness and activity.
func (f *follower) publish() {
	q := &f.state.seq
	out := q.take()
	f.book.count(f.owner, q.stats)
	q.stats = Stats{}
	f.book.appendFor(f.owner, out)
	f.book.matchPatterns(f.iid, out)
}

// finish stores what was read and is still waiting, so that nothing depends on another call of Follow.
func (f *follower) finish() {
	f.order(f.merge.all())
	f.publish()
}

// reportTrouble adds a remark that shard cannot be read ("" for the list of shards), once until all recover.
func (f *follower) reportTrouble(shard string, err error) {
	if !f.failing[shard] {
		f.book.log.Warn("the log stream cannot be read", "instance", f.iid, "shard", shard, "err", err)
	}
	first := len(f.failing) == 0
	f.failing[shard] = true
	if first {
		f.remark(levelWarn, sentence(f.book.opts.Stream, err))
	}
}

// reportRecovery adds a remark once nothing that failed fails any more.
func (f *follower) reportRecovery(shard string) {
	if !f.failing[shard] {
		return
	}
	delete(f.failing, shard)
	if len(f.failing) == 0 {
		f.remark(levelInfo, "The log stream is being read again.")
	}
}

// remark adds a launcher's remark for the owner of this call.
func (f *follower) remark(level, text string) {
	f.book.appendFor(f.owner, []entry{remark(level, text, "", 0)})
}
