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

// Follow reads the records of an instance that arrived from since on, by the cloud's clock, until ctx is done, and
// returns ctx's error; it retries everything else. Where the same session was followed before, it goes on behind the last record. Two
// calls for one instance take turns.
func (b *Book) Follow(ctx context.Context, instanceID string, since time.Time) error {
	if b.opts.API == nil {
		return errors.New("logs: no Kinesis client to read with")
	}
	t, owner := b.tape(instanceID)
	select {
	case <-t.turn:
		defer func() { t.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f := &follower{
		book: b, owner: owner, tape: t, iid: instanceID,
		batches: make(chan batch), lists: make(chan listing),
		begun: map[string]bool{}, ended: map[string]bool{}, troubled: map[string]bool{},
	}
	if t.begin(instanceID, since, reorderHold(b.readers(types.Shard{}, instanceID))) {
		b.forgetSession(owner)
	}
	f.recall()
	defer f.finish()
	return f.run(ctx)
}

// follower is one call of Follow. Its own goroutine alone touches the tape.
type follower struct {
	book  *Book
	owner int // for whom it reads
	tape  *tape
	iid   string

	readers  sync.WaitGroup
	batches  chan batch
	lists    chan listing
	begun    map[string]bool
	ended    map[string]bool
	shards   []types.Shard
	merge    merger
	troubled map[string]bool // shards that cannot be read; "" for the list of them
	lister   pace
}

// listing is an answer of ListShards.
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
		if d := f.tape.seq.deadline(); d.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(time.Until(d))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case l := <-f.lists:
			f.listed(ctx, l)
		case batch := <-f.batches:
			f.take(ctx, &batch)
		case <-timer.C:
			f.tape.seq.expire(time.Now())
			f.publish()
		}
	}
}

// list lists the shards in the background after a wait.
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

// listed starts the shards whose turn it is, and lists again where that cannot have been all: none is being read, or
// the children of a shard that has closed are not listed yet.
func (f *follower) listed(ctx context.Context, l listing) {
	if l.err != nil {
		wait := f.lister.failed(l.err)
		if f.lister.failures >= patience || isNotFound(l.err) {
			f.complain("", l.err)
		}
		f.list(ctx, wait)
		return
	}
	f.shards = concerned(l.shards, f.iid, f.book.opts.RandomKeys)
	f.start(ctx)
	if len(f.begun) == len(f.ended) || childless(l.shards, f.ended) {
		f.book.cache.forget()
		f.list(ctx, f.lister.failed(nil))
	}
}

// reorderHold is how long a line waits for one before it: a second read of the shard may bring it.
func reorderHold(readers int) time.Duration {
	p := pace{readers: readers}
	return max(2*time.Second, p.caughtUp()*3/2)
}

// recall takes over from the tape which shards have been read to their end.
func (f *follower) recall() {
	for id, pos := range f.tape.at {
		if pos.ended {
			f.begun[id], f.ended[id] = true, true
		}
	}
}

func (f *follower) start(ctx context.Context) {
	for _, s := range startable(f.shards, f.begun, f.ended) {
		id := text(s.ShardId)
		f.begun[id] = true
		f.merge.open(id)
		r := &reader{
			api: f.book.opts.API, stream: f.book.opts.Stream, shard: id, pos: f.tape.at[id], out: f.batches,
			since:  func() time.Time { return f.book.cache.beginning(f.tape.since) },
			crowd:  func() int { return f.book.readers(s, f.iid) },
			decode: decoder{iid: f.iid, random: f.book.opts.RandomKeys},
		}
		f.readers.Go(func() { r.run(ctx) })
	}
}

// take takes what a reader brought, and follows a shard that has ended to its children.
func (f *follower) take(ctx context.Context, b *batch) {
	if b.moved {
		f.tape.at[b.shard] = b.pos
		if b.pos.arrived.After(f.tape.last) {
			f.tape.last = b.pos.arrived
		}
	}
	switch {
	case b.gone:
		delete(f.troubled, b.shard)
		f.complain("", b.err)
	case b.err != nil:
		f.complain(b.shard, b.err)
	default:
		f.lister.failures = 0
		f.recovered(b.shard)
		f.recovered("")
	}
	f.merge.add(b)
	f.book.count(f.owner, b.stats)
	if b.gone {
		delete(f.tape.at, b.shard)
		delete(f.begun, b.shard)
	} else if b.pos.ended {
		f.ended[b.shard] = true
	}
	f.sequence(f.merge.take(func(shard string) bool { return f.ended[shard] || !f.begun[shard] }))
	f.publish()
	if b.gone || b.pos.ended {
		f.book.cache.forget()
		f.list(ctx, f.relistWait(b))
	}
}

// relistWait lets a stream that is not there rest, and follows a split at once.
func (f *follower) relistWait(b *batch) time.Duration {
	if b.gone {
		return f.lister.failed(b.err)
	}
	return 0
}

func (f *follower) sequence(entries []entry) {
	now := time.Now()
	f.tape.seq.out = slices.Grow(f.tape.seq.out, len(entries))
	for _, e := range entries {
		f.tape.seq.add(e, now)
	}
}

// publish stores what is in order and tells of readiness and activity.
func (f *follower) publish() {
	q := &f.tape.seq
	out := q.take()
	f.book.count(f.owner, q.stats)
	q.stats = Stats{}
	f.book.appendFor(f.owner, out)
	f.book.notice(f.iid, out)
}

// finish stores what has been read and not yet shown, so that nothing depends on a next call.
func (f *follower) finish() {
	f.sequence(f.merge.all())
	f.publish()
}

// complain says why nothing comes, once until all is well again.
func (f *follower) complain(shard string, err error) {
	if !f.troubled[shard] {
		f.book.log.Warn("the log stream cannot be read", "instance", f.iid, "shard", shard, "err", err)
	}
	first := len(f.troubled) == 0
	f.troubled[shard] = true
	if first {
		f.remark(levelWarn, sentence(f.book.opts.Stream, err))
	}
}

// recovered says that what was complained of is over.
func (f *follower) recovered(shard string) {
	if !f.troubled[shard] {
		return
	}
	delete(f.troubled, shard)
	if len(f.troubled) == 0 {
		f.remark(levelInfo, "The log stream is being read again.")
	}
}

// remark adds a line of the launcher's own for the owner whose log is being read.
func (f *follower) remark(level, text string) {
	f.book.appendFor(f.owner, []entry{remark(level, text, "", 0)})
}
