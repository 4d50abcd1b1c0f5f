package kinesis

import (
	"slices"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type splitShardInput struct {
	streamRef
	ShardToSplit       string
	NewStartingHashKey string
}

func (s *Service) splitShard(c *wire.Call, in *splitShardInput) (any, *wire.Error) {
	at, ok := parseHashKey(in.NewStartingHashKey)
	if !ok {
		return nil, validation("Value '%.64s' at 'newStartingHashKey' failed to satisfy constraint: Member must satisfy "+
			"regular expression pattern: 0|([1-9]\\d{0,38})", in.NewStartingHashKey)
	}
	return s.reshard(c, in.streamRef, func(st *stream) *wire.Error {
		sh := st.shard(in.ShardToSplit)
		if sh == nil {
			return s.shardNotFound(st, in.ShardToSplit)
		}
		if !sh.open() {
			return invalidArgument("Shard %s in stream %s under account %s has already been merged or split, and thus is not "+
				"eligible for merging or splitting.", sh.id(), st.meta.Name, s.env.AccountID)
		}
		if !sh.meta.Start.plus(1).less(at) || !at.less(sh.meta.End) {
			return invalidArgument("NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s is "+
				"not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s.",
				at, sh.id(), st.meta.Name, s.env.AccountID, sh.meta.Start, sh.meta.End)
		}
		st.split(sh, at, c.Now)
		return nil
	})
}

type mergeShardsInput struct {
	streamRef
	ShardToMerge         string
	AdjacentShardToMerge string
}

func (s *Service) mergeShards(c *wire.Call, in *mergeShardsInput) (any, *wire.Error) {
	return s.reshard(c, in.streamRef, func(st *stream) *wire.Error {
		a, b := st.shard(in.ShardToMerge), st.shard(in.AdjacentShardToMerge)
		if a == nil {
			return s.shardNotFound(st, in.ShardToMerge)
		}
		if b == nil {
			return s.shardNotFound(st, in.AdjacentShardToMerge)
		}
		for _, sh := range []*shard{a, b} {
			if !sh.open() {
				return invalidArgument("Shard %s in stream %s under account %s has already been merged or split, and thus is "+
					"not eligible for merging or splitting.", sh.id(), st.meta.Name, s.env.AccountID)
			}
		}
		if !adjacent(a, b) && !adjacent(b, a) {
			return invalidArgument("Shards %s and %s in stream %s under account %s are not an adjacent pair of shards "+
				"eligible for merging", a.id(), b.id(), st.meta.Name, s.env.AccountID)
		}
		st.merge(a, b, c.Now)
		return nil
	})
}

func adjacent(a, b *shard) bool {
	return a.meta.End != maxHashKey && a.meta.End.plus(1) == b.meta.Start
}

type updateShardCountInput struct {
	streamRef
	TargetShardCount int
	ScalingType      string
}

func (s *Service) updateShardCount(c *wire.Call, in *updateShardCountInput) (any, *wire.Error) {
	if in.ScalingType != "UNIFORM_SCALING" {
		return nil, validation("Value '%.64s' at 'scalingType' failed to satisfy constraint: Member must satisfy enum "+
			"value set: [UNIFORM_SCALING]", in.ScalingType)
	}
	if in.TargetShardCount < 1 {
		return nil, validation("Value '%d' at 'targetShardCount' failed to satisfy constraint: Member must have value "+
			"greater than or equal to 1", in.TargetShardCount)
	}
	name, current := "", 0
	_, err := s.reshard(c, in.streamRef, func(st *stream) *wire.Error {
		name, current = st.meta.Name, len(st.openShards())
		if st.meta.Mode == onDemand {
			return validation("Request is invalid. Stream %s under account %s is in On-Demand mode.", st.meta.Name,
				s.env.AccountID)
		}
		if in.TargetShardCount > maxShards {
			return limitExceeded("UpdateShardCount cannot scale over your current account limit of %d.", maxShards)
		}
		if in.TargetShardCount > 2*current {
			return invalidArgument("UpdateShardCount cannot scale up over double your current open shard count. Current open "+
				"shard count: %d Target shard count: %d", current, in.TargetShardCount)
		}
		if 2*in.TargetShardCount < current {
			return invalidArgument("UpdateShardCount cannot scale down below half your current open shard count. Current "+
				"open shard count: %d Target shard count: %d", current, in.TargetShardCount)
		}
		st.scale(in.TargetShardCount, c.Now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"StreamName": name, "StreamARN": s.streamARN(name), "CurrentShardCount": current,
		"TargetShardCount": in.TargetShardCount}, nil
}

// reshard runs f, which checks everything before it changes anything, and stores its result.
func (s *Service) reshard(c *wire.Call, ref streamRef, f func(*stream) *wire.Error) (any, *wire.Error) {
	return s.change(c, ref, func(st *stream) *wire.Error {
		if err := f(st); err != nil {
			return err
		}
		s.settleLater(st, updating, c.Now)
		st.wake()
		return nil
	})
}

// split closes sh and opens two shards in its place, the second from at on.
func (st *stream) split(sh *shard, at hashKey, now time.Time) {
	sh.meta.Closed = now
	st.addShard(now, sh.meta.Start, at.minus(1), sh.id(), "")
	st.addShard(now, at, sh.meta.End, sh.id(), "")
}

// merge closes two neighbours and opens one shard in their place.
func (st *stream) merge(a, b *shard, now time.Time) *shard {
	a.meta.Closed, b.meta.Closed = now, now
	lo, hi := a, b
	if hi.meta.Start.less(lo.meta.Start) {
		lo, hi = hi, lo
	}
	return st.addShard(now, lo.meta.Start, hi.meta.End, a.id(), b.id())
}

// scale reshapes the open shards into n equal ranges by splits and merges, as AWS does: shards of the steps between
// are closed again at once.
func (st *stream) scale(n int, now time.Time) {
	var starts []hashKey
	for i := 1; i < n; i++ {
		starts = append(starts, boundary(i, n))
	}
	for _, at := range starts {
		if sh := st.owner(at); sh.meta.Start != at {
			st.split(sh, at, now)
		}
	}
	var last *shard
	for _, sh := range st.openShards() {
		if last == nil || slices.Contains(starts, sh.meta.Start) {
			last = sh
			continue
		}
		last = st.merge(last, sh, now)
	}
}
