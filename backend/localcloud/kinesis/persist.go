package kinesis

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
)

const (
	streamBucket = "kinesis.streams"
	recordBucket = "kinesis.records"
)

// metaOp writes the stream's meta data. The stream is locked.
func (st *stream) metaOp() store.Op {
	m := st.meta
	m.Shards = nil
	for _, sh := range st.shards {
		sm := sh.meta
		sm.NextSeq = sh.next()
		m.Shards = append(m.Shards, sm)
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic("kinesis: a stream that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: streamBucket, Key: m.Name, Value: b}
}

// save writes the stream's meta data; the stream is locked.
func (s *Service) save(st *stream) error { return s.st.Apply(st.metaOp()) }

// recordKey sorts by stream, shard and place.
func recordKey(m *streamMeta, shard int, n uint64) string {
	return fmt.Sprintf("%s/%d/%08x/%016x", m.Name, m.Created.UnixMilli(), shard, n)
}

func recordOp(m *streamMeta, shard int, n uint64, r *record) store.Op {
	b := make([]byte, 0, 8+binary.MaxVarintLen64+len(r.key)+len(r.data))
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	b = binary.AppendUvarint(b, uint64(len(r.key)))
	b = append(append(b, r.key...), r.data...)
	return store.Op{Bucket: recordBucket, Key: recordKey(m, shard, n), Value: b}
}

func parseRecord(b []byte) (record, error) {
	if len(b) < 9 {
		return record{}, errors.New("record is too short")
	}
	n, w := binary.Uvarint(b[8:])
	rest := b[8+max(w, 0):]
	if w <= 0 || n > uint64(len(rest)) {
		return record{}, errors.New("record has no partition key")
	}
	return record{at: int64(binary.BigEndian.Uint64(b)), key: string(rest[:n]), data: rest[n:], state: durable}, nil
}

// load reads all streams, then their records in order. Records of streams and shards that are no more are deleted.
func (s *Service) load() error {
	err := s.st.Each(streamBucket, func(_ string, v []byte) error {
		var m streamMeta
		if err := json.Unmarshal(v, &m); err != nil {
			return err
		}
		st := newStream(m)
		for _, sm := range m.Shards {
			st.shards = append(st.shards, newShard(sm))
			st.nextIdx = max(st.nextIdx, sm.Index+1)
		}
		st.meta.Shards = nil
		s.streams[m.Name] = st
		return nil
	})
	if err != nil {
		return err
	}
	var orphans []store.Op
	err = s.st.Each(recordBucket, func(k string, v []byte) error {
		if s.restore(k, v) {
			return nil
		}
		orphans = append(orphans, store.Op{Bucket: recordBucket, Key: k})
		return nil
	})
	if err != nil {
		return err
	}
	for _, st := range s.streams {
		for _, sh := range st.shards {
			sh.recover()
		}
		if err := s.trim(st, s.env.Now()); err != nil {
			return err
		}
	}
	return s.st.Apply(orphans...)
}

// restore puts a stored record back into its shard, and reports whether it has one.
func (s *Service) restore(key string, value []byte) bool {
	f := strings.Split(key, "/")
	if len(f) != 4 {
		return false
	}
	st := s.streams[f[0]]
	if st == nil || f[1] != strconv.FormatInt(st.meta.Created.UnixMilli(), 10) {
		return false
	}
	index, err1 := strconv.ParseUint(f[2], 16, 31)
	n, err2 := strconv.ParseUint(f[3], 16, 64)
	r, err3 := parseRecord(value)
	if errors.Join(err1, err2, err3) != nil {
		return false
	}
	sh := st.shard(shardID(int(index)))
	if sh == nil {
		return false
	}
	if len(sh.log) == 0 {
		sh.base = n
	}
	for sh.next() < n { // a write that failed between two that did not
		sh.log = append(sh.log, record{at: sh.lastAt, state: dropped})
	}
	sh.lastAt = max(sh.lastAt, r.at)
	sh.log = append(sh.log, r)
	sh.bytes += r.size()
	return true
}

// trim forgets, in memory and in the store, what retention or the byte limit no longer keeps, and the closed shards
// that this leaves empty. It also sets the timer of the next trim. The stream is locked, and stays so while the store
// writes: a later place must not be overwritten by an earlier one, and trims are rare.
func (s *Service) trim(st *stream, now time.Time) error {
	horizon := now.Add(-time.Duration(st.meta.RetentionHours) * time.Hour)
	var ops []store.Op
	for _, sh := range st.shards {
		from := sh.base
		for n := range uint64(sh.trim(horizon, s.opts.MaxShardBytes)) {
			ops = append(ops, store.Op{Bucket: recordBucket, Key: recordKey(&st.meta, sh.meta.Index, from+n)})
		}
	}
	kept := st.shards[:0]
	for _, sh := range st.shards {
		if sh.open() || len(sh.log) > 0 || !sh.meta.Closed.Before(horizon) {
			kept = append(kept, sh)
		}
	}
	changed := len(ops) > 0 || len(kept) != len(st.shards)
	clear(st.shards[len(kept):])
	st.shards = kept
	s.schedule(st, now)
	if !changed {
		return nil
	}
	return s.st.Apply(append(ops, st.metaOp())...)
}

// schedule sets the timer of the next trim to when the oldest record's retention ends, at most one timer a stream
// and at most one trim a minute. The stream is locked.
func (s *Service) schedule(st *stream, now time.Time) {
	oldest := int64(-1)
	for _, sh := range st.shards {
		if len(sh.log) > 0 && (oldest < 0 || sh.log[0].at < oldest) {
			oldest = sh.log[0].at
		}
	}
	if oldest < 0 || st.timer != nil || st.gone {
		return
	}
	ends := time.UnixMilli(oldest).Add(time.Duration(st.meta.RetentionHours)*time.Hour + time.Millisecond)
	st.timer = time.AfterFunc(max(ends.Sub(now), time.Minute), func() { s.trimLater(st) })
}

func (s *Service) trimLater(st *stream) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.timer = nil
	if !st.gone && !s.isClosed() {
		// What fails to be deleted in the store is deleted by the trim of the next load.
		_ = s.trim(st, s.env.Now())
	}
}

func (s *Service) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// forget lists the writes that remove a stream and its records. The stream is locked.
func (st *stream) forget() []store.Op {
	ops := []store.Op{{Bucket: streamBucket, Key: st.meta.Name}}
	for _, sh := range st.shards {
		for i := range sh.log {
			ops = append(ops, store.Op{Bucket: recordBucket, Key: recordKey(&st.meta, sh.meta.Index, sh.base+uint64(i))})
		}
	}
	sort.Slice(ops, func(i, j int) bool { return ops[i].Key < ops[j].Key })
	return ops
}
