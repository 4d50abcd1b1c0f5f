package kinesis

import (
	"fmt"
	"sort"
	"time"
)

// shardMeta is what the store keeps of a shard beside its records.
type shardMeta struct {
	Index    int
	Start    hashKey // inclusive
	End      hashKey // inclusive
	Parent   string  `json:",omitempty"`
	Adjacent string  `json:",omitempty"` // the second parent, of a merge
	Created  time.Time
	Closed   time.Time // zero while the shard is open
	NextSeq  uint64    // the next record's place, as of the last trim or the closing
}

type recordState uint8

const (
	pending recordState = iota // being written; readers stop before it
	durable
	dropped // the write failed; readers skip it
)

// record is one record of a shard. Its place follows from its position in the log: places have no holes.
type record struct {
	at    int64 // arrival, milliseconds since the epoch; never falls within a shard
	key   string
	data  []byte
	state recordState
}

func (r *record) size() int64 { return int64(len(r.key) + len(r.data)) }

// shard is one shard's log and limits. The stream's mutex guards it.
type shard struct {
	meta  shardMeta
	log   []record
	base  uint64 // place of log[0]
	ready uint64 // first place that is not yet on the disk: readers see less than this
	bytes int64  // of the log

	lastAt    int64
	reads     window // GetRecords calls
	iterators window // GetShardIterator calls
	readRate  bucket // bytes
	writeRate bucket // bytes
	putRate   bucket // records
}

func newShard(m shardMeta) *shard {
	if m.NextSeq == 0 {
		m.NextSeq = 1
	}
	return &shard{
		meta: m, base: m.NextSeq, ready: m.NextSeq,
		reads: window{limit: 5}, iterators: window{limit: 5},
		readRate:  bucket{capacity: 2 << 20, rate: 2 << 20},
		writeRate: bucket{capacity: 1 << 20, rate: 1 << 20},
		putRate:   bucket{capacity: 1000, rate: 1000},
	}
}

func shardID(index int) string { return fmt.Sprintf("shardId-%012d", index) }

func (sh *shard) id() string { return shardID(sh.meta.Index) }

func (sh *shard) open() bool { return sh.meta.Closed.IsZero() }

func (sh *shard) next() uint64 { return sh.base + uint64(len(sh.log)) }

func (sh *shard) covers(h hashKey) bool { return !h.less(sh.meta.Start) && !sh.meta.End.less(h) }

func (sh *shard) sequence(n uint64) string {
	return formatSequence(sh.meta.Index, sh.meta.Created, n)
}

func (sh *shard) place(sequence string) (uint64, bool) {
	return parseSequence(sequence, sh.meta.Index, sh.meta.Created)
}

// push appends a pending record and returns its place.
func (sh *shard) push(now time.Time, key string, data []byte) uint64 {
	sh.lastAt = max(sh.lastAt, now.UnixMilli())
	n := sh.next()
	sh.log = append(sh.log, record{at: sh.lastAt, key: key, data: data})
	sh.bytes += sh.log[len(sh.log)-1].size()
	return n
}

// settle gives a pending record its outcome and lets readers on as far as nothing is pending.
func (sh *shard) settle(n uint64, state recordState) {
	if n >= sh.base && n < sh.next() {
		r := &sh.log[n-sh.base]
		r.state = state
		if state == dropped {
			sh.bytes -= r.size()
			r.data, r.key = nil, ""
		}
	}
	sh.ready = max(sh.ready, sh.base)
	for sh.ready < sh.next() && sh.log[sh.ready-sh.base].state != pending {
		sh.ready++
	}
}

// recover makes a shard read from the store ready: places that were given out stay given out.
func (sh *shard) recover() {
	for len(sh.log) > 0 && sh.next() < sh.meta.NextSeq {
		sh.log = append(sh.log, record{at: sh.lastAt, state: dropped})
	}
	sh.ready = sh.next()
}

// trim forgets records that arrived before the horizon and, where the log exceeds maxBytes, the oldest down to 7/8 of
// it (so that a full shard is not trimmed at every put); it returns how many went. Pending records stay.
func (sh *shard) trim(horizon time.Time, maxBytes int64) int {
	ms, n, left := horizon.UnixMilli(), 0, sh.bytes
	target := left
	if left > maxBytes {
		target = maxBytes / 8 * 7
	}
	for n < len(sh.log) && sh.log[n].state != pending && (sh.log[n].at < ms || left > target) {
		left -= sh.log[n].size()
		n++
	}
	clear(sh.log[:n]) // the slice's front stays allocated until it grows; the data must not
	sh.log, sh.base, sh.bytes = sh.log[n:], sh.base+uint64(n), left
	if len(sh.log) == 0 {
		sh.log = nil
	}
	sh.ready = max(sh.ready, sh.base)
	return n
}

// since returns the place of the first record that arrived at or after t, the next place where there is none.
func (sh *shard) since(t time.Time) uint64 {
	ms := t.UnixMilli()
	return sh.base + uint64(sort.Search(len(sh.log), func(i int) bool { return sh.log[i].at >= ms }))
}
