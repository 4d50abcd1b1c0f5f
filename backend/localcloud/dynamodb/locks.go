package dynamodb

import (
	"context"
	"hash/maphash"
	"slices"
)

const stripes = 256

// locks serialises writers by item. They are held while the store flushes, so they are channels rather than
// mutexes: a wait on a channel can be given up, and testing/synctest sees it as waiting.
type locks struct {
	seed    maphash.Seed
	stripes [stripes]chan struct{}
}

func newLocks() *locks {
	l := &locks{seed: maphash.MakeSeed()}
	for i := range l.stripes {
		l.stripes[i] = make(chan struct{}, 1)
	}
	return l
}

// acquire takes the locks of all keys, in one order for everybody, so that no two callers wait for each other.
func (l *locks) acquire(ctx context.Context, keys ...string) (release func(), err error) {
	wanted := make([]int, len(keys))
	for i, k := range keys {
		wanted[i] = int(maphash.String(l.seed, k) % stripes)
	}
	slices.Sort(wanted)
	return l.take(ctx, slices.Compact(wanted))
}

// all stops every writer.
func (l *locks) all(ctx context.Context) (release func(), err error) {
	wanted := make([]int, stripes)
	for i := range wanted {
		wanted[i] = i
	}
	return l.take(ctx, wanted)
}

func (l *locks) take(ctx context.Context, wanted []int) (func(), error) {
	for n, i := range wanted {
		select {
		case l.stripes[i] <- struct{}{}:
		case <-ctx.Done():
			l.give(wanted[:n])
			return nil, ctx.Err()
		}
	}
	return func() { l.give(wanted) }, nil
}

func (l *locks) give(held []int) {
	for _, i := range held {
		<-l.stripes[i]
	}
}
