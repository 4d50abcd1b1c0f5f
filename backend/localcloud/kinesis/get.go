package kinesis

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

const (
	maxGetRecords = 10000
	maxGetBytes   = 10 << 20
	iteratorLife  = 5 * time.Minute
)

// position is where a reader starts.
type position struct {
	Type           string
	SequenceNumber *string
	Timestamp      *timestamp
}

// iterator is what a shard iterator's opaque text says. It can be read again until it expires.
type iterator struct {
	stream  string
	created int64 // of the stream, milliseconds since the epoch
	shard   int
	place   uint64
	issued  int64 // milliseconds since the epoch
}

var errIterator = errors.New("not a shard iterator")

func (it iterator) String() string {
	b := []byte{1}
	b = binary.BigEndian.AppendUint64(b, uint64(it.created))
	b = binary.BigEndian.AppendUint64(b, uint64(it.issued))
	b = binary.BigEndian.AppendUint64(b, it.place)
	b = binary.BigEndian.AppendUint32(b, uint32(it.shard))
	b = append(b, it.stream...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.StdEncoding.EncodeToString(b)
}

func parseIterator(s string) (iterator, error) {
	const fixed = 1 + 8 + 8 + 8 + 4
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' { // AWS takes an iterator in quotes, too
		s = s[1 : len(s)-1]
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < fixed+4 || b[0] != 1 {
		return iterator{}, errIterator
	}
	body, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum || !validName(string(body[fixed:])) {
		return iterator{}, errIterator
	}
	return iterator{
		created: int64(binary.BigEndian.Uint64(body[1:])),
		issued:  int64(binary.BigEndian.Uint64(body[9:])),
		place:   binary.BigEndian.Uint64(body[17:]),
		shard:   int(binary.BigEndian.Uint32(body[25:])),
		stream:  string(body[fixed:]),
	}, nil
}

func (st *stream) iterator(sh *shard, place uint64, now time.Time) string {
	return iterator{
		stream: st.meta.Name, created: st.meta.Created.UnixMilli(), shard: sh.meta.Index, place: place,
		issued: now.UnixMilli(),
	}.String()
}

// locate turns a position into a place of the shard. The stream is locked.
func (s *Service) locate(st *stream, sh *shard, p position, now time.Time) (uint64, *wire.Error) {
	switch p.Type {
	case "TRIM_HORIZON":
		return sh.base, nil
	case "LATEST":
		return st.visible(sh), nil
	case "AT_TIMESTAMP":
		if p.Timestamp == nil {
			return 0, invalidArgument("Must either specify timestamp parameter for ShardIteratorType AT_TIMESTAMP.")
		}
		t := time.Time(*p.Timestamp)
		if t.After(now) {
			return 0, invalidArgument("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "+
				"timestampInMillis: %d, currentTimestampInMillis: %d", t.UnixMilli(), now.UnixMilli())
		}
		return min(sh.since(t), st.visible(sh)), nil
	case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
		return s.locateSequence(st, sh, p)
	}
	return 0, validation("Value '%.64s' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum "+
		"value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]", p.Type)
}

func (s *Service) locateSequence(st *stream, sh *shard, p position) (uint64, *wire.Error) {
	if p.SequenceNumber == nil {
		return 0, invalidArgument("Must either specify (1) type %s and StartingSequenceNumber or (2) another type.", p.Type)
	}
	n, ok := sh.place(*p.SequenceNumber)
	if !ok || n > sh.next() {
		return 0, invalidArgument("StartingSequenceNumber %.64s used in GetShardIterator on shard %s in stream %s under "+
			"account %s is invalid because it did not come from this stream.",
			*p.SequenceNumber, sh.id(), st.meta.Name, s.env.AccountID)
	}
	if p.Type == "AFTER_SEQUENCE_NUMBER" || *p.SequenceNumber != sh.sequence(n) {
		n++
	}
	return n, nil
}

type getShardIteratorInput struct {
	streamRef
	ShardId                string
	ShardIteratorType      string
	StartingSequenceNumber *string
	Timestamp              *timestamp
}

func (s *Service) getShardIterator(c *wire.Call, in *getShardIteratorInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	sh := st.shard(in.ShardId)
	if sh == nil {
		return nil, s.noShard(st, in.ShardId)
	}
	if s.env.Throttle() && !sh.iterators.take(c.Now) {
		return nil, s.rateExceeded(st, sh)
	}
	n, err := s.locate(st, sh, position{Type: in.ShardIteratorType, SequenceNumber: in.StartingSequenceNumber,
		Timestamp: in.Timestamp}, c.Now)
	if err != nil {
		return nil, err
	}
	return map[string]string{"ShardIterator": st.iterator(sh, n, c.Now)}, nil
}

func (s *Service) noShard(st *stream, id string) *wire.Error {
	n, ok := shardNumber(id)
	if !ok {
		return s.shardNotFound(st, id)
	}
	return notFound("Shard %s in stream %s under account %s does not exist", shardID(n), st.meta.Name, s.env.AccountID)
}

// shardNotFound is what operations that change shards say of one that isn't there, and all of what is no shard's ID.
func (s *Service) shardNotFound(st *stream, id string) *wire.Error {
	if n, ok := shardNumber(id); ok {
		id = shardID(n)
	}
	return notFound("Could not find shard %s in stream %s under account %s.", id, st.meta.Name, s.env.AccountID)
}

type recordOutput struct {
	ApproximateArrivalTimestamp timestamp
	Data                        []byte
	EncryptionType              string `json:",omitempty"`
	PartitionKey                string
	SequenceNumber              string
}

type childShard struct {
	HashKeyRange hashKeyRange
	ParentShards []string
	ShardId      string
}

type getRecordsOutput struct {
	Records            []recordOutput
	NextShardIterator  string `json:",omitempty"`
	MillisBehindLatest int64
	ChildShards        []childShard `json:",omitempty"`
}

type getRecordsInput struct {
	StreamARN     string
	ShardIterator string
	Limit         *int
}

func (s *Service) getRecords(c *wire.Call, in *getRecordsInput) (any, *wire.Error) {
	limit := maxGetRecords
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 {
		return nil, validation("Value '%d' at 'limit' failed to satisfy constraint: Member must have value greater than "+
			"or equal to 1", limit)
	}
	if limit > maxGetRecords {
		return nil, invalidArgument("Limit %d is greater than %d", limit, maxGetRecords)
	}
	it, bad := parseIterator(in.ShardIterator)
	if bad != nil {
		return nil, invalidArgument("Invalid ShardIterator.")
	}
	st, err := s.find(c, streamRef{StreamName: it.stream, StreamARN: in.StreamARN})
	if err != nil {
		return nil, err
	}
	if c.Now.Sub(time.UnixMilli(it.issued)) > iteratorLife {
		return nil, wire.Errorf(400, "ExpiredIteratorException",
			"Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future "+
				"than the tolerated delay of %d milliseconds.",
			time.UnixMilli(it.issued).UTC().Format(time.UnixDate), c.Now.UTC().Format(time.UnixDate),
			iteratorLife.Milliseconds())
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return s.read(st, it, limit, c.Now)
}

// read answers GetRecords under the shard's limits: 5 reads and 2 MiB a second. The stream is locked.
func (s *Service) read(st *stream, it iterator, limit int, now time.Time) (any, *wire.Error) {
	sh := st.shard(shardID(it.shard))
	if st.meta.Created.UnixMilli() != it.created || sh == nil {
		return nil, s.noShard(st, shardID(it.shard))
	}
	if s.env.Throttle() && (!sh.readRate.inCredit(now) || !sh.reads.take(now)) {
		return nil, s.rateExceeded(st, sh)
	}
	b := st.collect(sh, it.place, limit, maxGetBytes, now)
	if s.env.Throttle() {
		sh.readRate.spend(float64(b.bytes))
	}
	out := getRecordsOutput{Records: b.records, MillisBehindLatest: b.behind}
	if st.drained(sh, b.next) {
		out.ChildShards = st.childShards(sh)
	} else {
		out.NextShardIterator = st.iterator(sh, b.next, now)
	}
	return out, nil
}

// batch is a run of records read from a shard.
type batch struct {
	records []recordOutput
	bytes   int
	next    uint64 // the place to read on from
	behind  int64  // milliseconds that the reader is behind the shard's end
}

// collect reads at most limit records and maxBytes bytes (but at least one record) from a place on.
func (st *stream) collect(sh *shard, from uint64, limit, maxBytes int, now time.Time) batch {
	end := st.visible(sh)
	b := batch{next: max(from, sh.base), records: []recordOutput{}}
	for b.next < end && len(b.records) < limit {
		r := &sh.log[b.next-sh.base]
		if r.state == durable {
			if len(b.records) > 0 && b.bytes+int(r.size()) > maxBytes {
				break
			}
			b.bytes += int(r.size())
			b.records = append(b.records, recordOutput{
				ApproximateArrivalTimestamp: timestamp(time.UnixMilli(r.at)), Data: r.data, EncryptionType: st.recordEncryption(),
				PartitionKey: r.key, SequenceNumber: sh.sequence(b.next),
			})
		}
		b.next++
	}
	if b.next < end {
		b.behind = max(now.UnixMilli()-sh.log[b.next-sh.base].at, 1)
	}
	return b
}

func (st *stream) childShards(sh *shard) []childShard {
	out := []childShard{}
	for _, c := range st.children(sh) {
		parents := []string{c.meta.Parent}
		if c.meta.Adjacent != "" {
			parents = append(parents, c.meta.Adjacent)
		}
		out = append(out, childShard{HashKeyRange: c.hashRange(), ParentShards: parents, ShardId: c.id()})
	}
	return out
}

func (st *stream) encryption() string {
	if st.meta.KeyID == "" {
		return "NONE"
	}
	return "KMS"
}

// recordEncryption is left out of records that are not encrypted.
func (st *stream) recordEncryption() string {
	if st.meta.KeyID == "" {
		return ""
	}
	return "KMS"
}
