package kinesis

import (
	"encoding/base64"
	"encoding/json"
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
	if in.NextToken == "" && in.StreamName == "" && in.StreamARN == "" {
		return nil, invalidArgument("Either NextToken or StreamName should be provided.")
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
