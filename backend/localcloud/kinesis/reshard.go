package kinesis

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

const listTokenLife = 300 * time.Second

type hashKeyRange struct{ StartingHashKey, EndingHashKey string }

type sequenceRange struct {
	StartingSequenceNumber string
	EndingSequenceNumber   string `json:",omitempty"`
}

type shardOutput struct {
	ShardId               string
	ParentShardId         string `json:",omitempty"`
	AdjacentParentShardId string `json:",omitempty"`
	HashKeyRange          hashKeyRange
	SequenceNumberRange   sequenceRange
}

func (sh *shard) hashRange() hashKeyRange {
	return hashKeyRange{sh.meta.Start.String(), sh.meta.End.String()}
}

func describeShards(shards []*shard) []shardOutput {
	out := make([]shardOutput, len(shards))
	for i, sh := range shards {
		out[i] = shardOutput{
			ShardId: sh.id(), ParentShardId: sh.meta.Parent, AdjacentParentShardId: sh.meta.Adjacent,
			HashKeyRange:        sh.hashRange(),
			SequenceNumberRange: sequenceRange{StartingSequenceNumber: sh.sequence(0)},
		}
		if !sh.open() {
			out[i].SequenceNumberRange.EndingSequenceNumber = sh.sequence(sh.next())
		}
	}
	return out
}

type shardFilter struct {
	Type      string
	ShardId   string
	Timestamp *timestamp
}

// listed returns the shards that follow an ID and pass a filter, by ID.
func (st *stream) listed(after string, pass func(*shard) bool) []*shard {
	var out []*shard
	for _, sh := range st.shards {
		if sh.id() > after && (pass == nil || pass(sh)) {
			out = append(out, sh)
		}
	}
	return out
}

// pass makes a filter a predicate, and gives the ID to start after.
func (f *shardFilter) pass(now time.Time, retention time.Duration) (func(*shard) bool, string, *wire.Error) {
	if f == nil {
		return nil, "", nil
	}
	openAt := func(t time.Time) func(*shard) bool {
		return func(sh *shard) bool { return !sh.meta.Created.After(t) && (sh.open() || !sh.meta.Closed.Before(t)) }
	}
	from := func(t time.Time) func(*shard) bool {
		return func(sh *shard) bool { return sh.open() || !sh.meta.Closed.Before(t) }
	}
	horizon := now.Add(-retention)
	at := horizon
	switch f.Type {
	case "AT_TIMESTAMP", "FROM_TIMESTAMP":
		if f.Timestamp == nil {
			return nil, "", invalidArgument("ShardFilter of type %s needs a Timestamp.", f.Type)
		}
		if t := time.Time(*f.Timestamp); t.After(at) {
			at = t
		}
	}
	switch f.Type {
	case "AT_TIMESTAMP":
		return openAt(at), "", nil
	case "AT_TRIM_HORIZON": // a stream younger than its retention has its first shards there
		return func(sh *shard) bool { return openAt(at)(sh) || sh.meta.Parent == "" && from(at)(sh) }, "", nil
	case "FROM_TIMESTAMP", "FROM_TRIM_HORIZON":
		return from(at), "", nil
	case "AT_LATEST":
		return (*shard).open, "", nil
	case "AFTER_SHARD_ID":
		if f.ShardId == "" {
			return nil, "", invalidArgument("ShardFilter of type AFTER_SHARD_ID needs a ShardId.")
		}
		return nil, f.ShardId, nil
	}
	return nil, "", validation("Value '%.64s' at 'shardFilter.type' failed to satisfy constraint: Member must satisfy "+
		"enum value set: [AFTER_SHARD_ID, AT_TRIM_HORIZON, FROM_TRIM_HORIZON, AT_LATEST, AT_TIMESTAMP, FROM_TIMESTAMP]",
		f.Type)
}

// listToken is what ListShards' NextToken says: the stream, so that the token stands alone, and how to go on.
type listToken struct {
	Stream string
	After  string
	Filter *shardFilter `json:",omitempty"`
	Issued int64        // milliseconds since the epoch
}

type listShardsInput struct {
	streamRef
	NextToken               string
	ExclusiveStartShardId   string
	MaxResults              *int
	ShardFilter             *shardFilter
	StreamCreationTimestamp *timestamp
}

func (s *Service) listShards(c *wire.Call, in *listShardsInput) (any, *wire.Error) {
	limit := 1000
	if in.MaxResults != nil {
		limit = min(*in.MaxResults, limit)
	}
	if limit < 1 {
		return nil, validation("Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value greater "+
			"than or equal to 1", limit)
	}
	if err := in.resume(c.Now); err != nil {
		return nil, err
	}
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if t := in.StreamCreationTimestamp; t != nil && time.Time(*t).Unix() != st.meta.Created.Unix() {
		return nil, s.noStream(st.meta.Name)
	}
	pass, after, err := in.ShardFilter.pass(c.Now, time.Duration(st.meta.RetentionHours)*time.Hour)
	if err != nil {
		return nil, err
	}
	shards := st.listed(max(after, in.ExclusiveStartShardId), pass)
	out := map[string]any{"Shards": describeShards(shards[:min(limit, len(shards))])}
	if len(shards) > limit {
		b, _ := json.Marshal(listToken{Stream: st.meta.Name, After: shards[limit-1].id(), Filter: in.ShardFilter,
			Issued: c.Now.UnixMilli()})
		out["NextToken"] = base64.StdEncoding.EncodeToString(b)
	}
	return out, nil
}

// resume replaces the input by what its NextToken says. The token excludes everything but MaxResults.
func (in *listShardsInput) resume(now time.Time) *wire.Error {
	if in.NextToken == "" {
		return nil
	}
	if in.StreamName != "" || in.ExclusiveStartShardId != "" || in.StreamCreationTimestamp != nil {
		return invalidArgument("NextToken and StreamName cannot be provided together.")
	}
	var t listToken
	b, err := base64.StdEncoding.DecodeString(in.NextToken)
	if err != nil || json.Unmarshal(b, &t) != nil || t.Stream == "" {
		return invalidArgument("NextToken is invalid.")
	}
	if now.Sub(time.UnixMilli(t.Issued)) > listTokenLife {
		return wire.Errorf(400, "ExpiredNextTokenException", "The pagination token passed to the operation is expired.")
	}
	in.StreamName, in.ExclusiveStartShardId, in.ShardFilter = t.Stream, t.After, t.Filter
	return nil
}

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
			return s.noShard(st, in.ShardToSplit)
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
			return s.noShard(st, in.ShardToMerge)
		}
		if b == nil {
			return s.noShard(st, in.AdjacentShardToMerge)
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
