package kinesis

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// Stream modes and statuses, as the API names them.
const (
	provisioned = "PROVISIONED"
	onDemand    = "ON_DEMAND"

	creating = "CREATING"
	updating = "UPDATING"
	deleting = "DELETING"
	active   = "ACTIVE"
)

// streamMeta is what the store keeps of a stream.
type streamMeta struct {
	Name           string
	Created        time.Time // to the millisecond; tells two streams of one name apart
	Mode           string
	RetentionHours int
	MaxRecordKiB   int
	Transition     string    `json:",omitempty"` // the status until Settles
	Settles        time.Time `json:",omitzero"`
	KeyID          string    `json:",omitempty"` // of encryption at rest, "" for none
	Tags           map[string]string
	Shards         []shardMeta
	Consumers      []consumerMeta
}

// stream is one stream in memory.
type stream struct {
	mu      sync.Mutex
	meta    streamMeta // meta.Shards is filled from shards only when it is stored
	shards  []*shard   // by index; expired ones are left out
	nextIdx int
	pauses  map[int]uint64 // shard index → first place held back from readers, while paused
	changed chan struct{}  // closed and replaced when readers may see more
	gone    bool           // deleted: no write may be stored any more
	subs    map[subscriptionKey]*subscription
	timer   *time.Timer // the next trim
}

func newStream(m streamMeta) *stream {
	return &stream{meta: m, changed: make(chan struct{}), subs: map[subscriptionKey]*subscription{}}
}

// wake lets waiting subscriptions look again.
func (st *stream) wake() {
	close(st.changed)
	st.changed = make(chan struct{})
}

// status is the stream's status now; "" where its deletion is complete.
func (st *stream) status(now time.Time) string {
	if st.meta.Transition != "" && now.Before(st.meta.Settles) {
		return st.meta.Transition
	}
	if st.meta.Transition == deleting {
		return ""
	}
	return active
}

// shard finds a shard by its ID, of which AWS reads the number alone: "shardId-000000000001", "shardId-1" and "1" are
// the same.
func (st *stream) shard(id string) *shard {
	n, ok := shardNumber(id)
	if !ok {
		return nil
	}
	for _, sh := range st.shards {
		if sh.meta.Index == n {
			return sh
		}
	}
	return nil
}

// shardNumber is the number in a shard's ID; false if there is none that a shard could have.
func shardNumber(id string) (int, bool) {
	if _, after, ok := strings.Cut(id, "-"); ok && after != "" {
		id, _, _ = strings.Cut(after, "-")
	}
	n, err := strconv.ParseUint(id, 10, 31)
	return int(n), err == nil
}

// owner is the open shard whose range covers h.
func (st *stream) owner(h hashKey) *shard {
	for _, sh := range st.shards {
		if sh.open() && sh.covers(h) {
			return sh
		}
	}
	return nil
}

// openShards returns the open shards in the order of their ranges.
func (st *stream) openShards() []*shard {
	var out []*shard
	for _, sh := range st.shards {
		if sh.open() {
			out = append(out, sh)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].meta.Start.less(out[j].meta.Start) })
	return out
}

// visible is the first place of a shard that readers may not see yet.
func (st *stream) visible(sh *shard) uint64 {
	if held, ok := st.pauses[sh.meta.Index]; ok {
		return min(held, sh.ready)
	}
	if st.pauses != nil { // made by a reshard during the pause
		return min(sh.base, sh.ready)
	}
	return sh.ready
}

// drained reports whether a reader at place n of a closed shard has seen all of it.
func (st *stream) drained(sh *shard, n uint64) bool {
	return !sh.open() && n >= sh.next() && st.visible(sh) >= sh.next()
}

// children are the shards made of sh.
func (st *stream) children(sh *shard) []*shard {
	var out []*shard
	for _, c := range st.shards {
		if c.meta.Parent == sh.id() || c.meta.Adjacent == sh.id() {
			out = append(out, c)
		}
	}
	return out
}

// addShard opens a shard over [start, end].
func (st *stream) addShard(now time.Time, start, end hashKey, parent, adjacent string) *shard {
	sh := newShard(shardMeta{Index: st.nextIdx, Start: start, End: end, Parent: parent, Adjacent: adjacent, Created: now})
	st.nextIdx++
	st.shards = append(st.shards, sh)
	return sh
}

// streamRef is how a request names a stream.
type streamRef struct {
	StreamName string
	StreamARN  string
}

func (s *Service) streamARN(name string) string {
	return "arn:aws:kinesis:" + s.env.Region + ":" + s.env.AccountID + ":stream/" + name
}

// name returns the stream's name and ARN.
func (s *Service) name(r streamRef) (name, arn string, err *wire.Error) {
	name = r.StreamName
	if r.StreamARN != "" {
		_, rest, ok := strings.Cut(r.StreamARN, ":stream/")
		if !ok || !validName(rest) {
			return "", "", validation("Value '%s' at 'streamARN' failed to satisfy constraint: Member must satisfy regular "+
				"expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+", r.StreamARN)
		}
		if name != "" && name != rest {
			return "", "", invalidArgument("StreamName and StreamARN name different streams")
		}
		if r.StreamARN != s.streamARN(rest) {
			return "", "", notFound("Stream %s not found.", r.StreamARN)
		}
		name = rest
	}
	if name == "" {
		return "", "", validation("Value null at 'streamName' failed to satisfy constraint: Member must not be null")
	}
	if !validName(name) {
		return "", "", validation("Value '%s' at 'streamName' failed to satisfy constraint: Member must satisfy regular "+
			"expression pattern: [a-zA-Z0-9_.-]+", name)
	}
	return name, s.streamARN(name), nil
}

// validName tells the names of streams and consumers: 1–128 of [a-zA-Z0-9_.-].
func validName(name string) bool {
	if name == "" || len(name) > 128 {
		return false
	}
	for _, c := range name {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_.-", c)) {
			return false
		}
	}
	return true
}

// find authorises the call on the stream that the request names and returns it unlocked.
func (s *Service) find(c *wire.Call, r streamRef) (*stream, *wire.Error) {
	name, arn, err := s.name(r)
	if err != nil {
		return nil, err
	}
	if err := allow(c, arn); err != nil {
		return nil, err
	}
	st := s.lookup(name, c.Now)
	if st == nil {
		return nil, s.noStream(name)
	}
	return st, nil
}

// findActive is find for an operation that changes the stream, which must be ACTIVE. The stream comes locked.
func (s *Service) findActive(c *wire.Call, r streamRef) (*stream, *wire.Error) {
	st, err := s.find(c, r)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	if status := st.status(c.Now); status != active {
		st.mu.Unlock()
		return nil, inUse("Stream %s under account %s not ACTIVE, instead in state %s", st.meta.Name, s.env.AccountID, status)
	}
	return st, nil
}

func (s *Service) noStream(name string) *wire.Error {
	return notFound("Stream %s under account %s not found.", name, s.env.AccountID)
}

// lookup returns a stream by name, nil if there is none (any more).
func (s *Service) lookup(name string, now time.Time) *stream {
	s.mu.RLock()
	st := s.streams[name]
	s.mu.RUnlock()
	if st == nil {
		return nil
	}
	st.mu.Lock()
	gone := st.status(now) == ""
	st.mu.Unlock()
	if !gone {
		return st
	}
	s.mu.Lock()
	if s.streams[name] == st {
		delete(s.streams, name)
	}
	s.mu.Unlock()
	return nil
}

// all returns the streams by name.
func (s *Service) all() []*stream {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*stream, 0, len(s.streams))
	for _, st := range s.streams {
		out = append(out, st)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].meta.Name < out[j].meta.Name })
	return out
}
