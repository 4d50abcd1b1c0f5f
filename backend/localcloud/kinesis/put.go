package kinesis

import (
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const (
	maxPutRecords = 500
	maxPutBytes   = 10 << 20 // of one PutRecords call
	maxKeyLength  = 256
)

// entry is one record of a put.
type entry struct {
	Data            []byte
	PartitionKey    string
	ExplicitHashKey *string
}

// placed is where a record went, or why it went nowhere.
type placed struct {
	shard *shard
	n     uint64
	err   *wire.Error
}

func (p placed) sequence() string { return p.shard.sequence(p.n) }

type putRecordInput struct {
	streamRef
	entry
	SequenceNumberForOrdering string
}

type putRecordOutput struct {
	EncryptionType string
	SequenceNumber string
	ShardId        string
}

func (s *Service) putRecord(c *wire.Call, in *putRecordInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	out, encryption, err := s.put(st, []entry{in.entry}, c.Now)
	if err != nil {
		return nil, err
	}
	if out[0].err != nil {
		return nil, out[0].err
	}
	return putRecordOutput{EncryptionType: encryption, SequenceNumber: out[0].sequence(), ShardId: out[0].shard.id()}, nil
}

type putRecordsInput struct {
	streamRef
	Records []entry
}

type putResult struct {
	SequenceNumber string `json:",omitempty"`
	ShardId        string `json:",omitempty"`
	ErrorCode      string `json:",omitempty"`
	ErrorMessage   string `json:",omitempty"`
}

type putRecordsOutput struct {
	EncryptionType    string
	FailedRecordCount int
	Records           []putResult
}

func (s *Service) putRecords(c *wire.Call, in *putRecordsInput) (any, *wire.Error) {
	st, err := s.find(c, in.streamRef)
	if err != nil {
		return nil, err
	}
	if n := len(in.Records); n < 1 || n > maxPutRecords {
		return nil, validation("Value '[%d records]' at 'records' failed to satisfy constraint: Member must have length "+
			"between 1 and %d", n, maxPutRecords)
	}
	if payload(in.Records) > maxPutBytes {
		return nil, invalidArgument("Records size exceeds %d MB limit", maxPutBytes>>20)
	}
	all, encryption, err := s.put(st, in.Records, c.Now)
	if err != nil {
		return nil, err
	}
	out := putRecordsOutput{EncryptionType: encryption, Records: make([]putResult, len(all))}
	for i, p := range all {
		if p.err != nil {
			out.FailedRecordCount++
			out.Records[i] = putResult{ErrorCode: p.err.Code, ErrorMessage: p.err.Message}
			continue
		}
		out.Records[i] = putResult{SequenceNumber: p.sequence(), ShardId: p.shard.id()}
	}
	return out, nil
}

// payload is how many bytes of a request's limit records take.
func payload(records []entry) (n int) {
	for i := range records {
		n += len(records[i].Data) + len(records[i].PartitionKey)
	}
	return n
}

// PutRecord puts one record into a stream as a producer inside the cloud does: durable when it returns, under the
// shard's limits, without the check of a caller's policies.
func (s *Service) PutRecord(name, partitionKey string, data []byte) error {
	now := s.env.Now()
	st := s.lookup(name, now)
	if st == nil {
		return s.noStream(name)
	}
	out, _, err := s.put(st, []entry{{Data: data, PartitionKey: partitionKey}}, now)
	if err != nil {
		return err
	}
	if out[0].err != nil {
		return out[0].err
	}
	return nil
}

// put checks all entries, then gives each its place, writes those that found one in one batch, and only then lets
// readers see them. The records of concurrent puts share a disk flush.
func (s *Service) put(st *stream, entries []entry, now time.Time) (out []placed, encryption string, err *wire.Error) {
	hashes := make([]hashKey, len(entries))
	st.mu.Lock()
	limit := st.meta.MaxRecordKiB << 10
	st.mu.Unlock()
	for i := range entries {
		if hashes[i], err = entries[i].check(limit); err != nil {
			return nil, "", err
		}
	}
	out, ops, err := s.place(st, entries, hashes, now)
	if err != nil {
		return nil, "", err
	}
	failed := s.st.Apply(ops...)
	st.mu.Lock()
	defer st.mu.Unlock()
	s.settle(st, out, failed, now)
	return out, st.encryption(), nil
}

// place gives every entry a place in its shard, pending, and returns the writes.
func (s *Service) place(st *stream, entries []entry, hashes []hashKey,
	now time.Time) ([]placed, []store.Op, *wire.Error) {
	out := make([]placed, len(entries))
	var ops []store.Op
	st.mu.Lock()
	defer st.mu.Unlock()
	if status := st.status(now); st.gone || status == creating || status == deleting {
		return nil, nil, s.noStream(st.meta.Name)
	}
	for i := range entries {
		e := &entries[i]
		sh := st.owner(hashes[i])
		if s.env.Throttle() && !sh.admit(now, len(e.Data)+len(e.PartitionKey)) {
			out[i].err = s.rateExceeded(st, sh)
			continue
		}
		n := sh.push(now, e.PartitionKey, e.Data)
		out[i] = placed{shard: sh, n: n}
		if s.st.Durable() {
			ops = append(ops, recordOp(&st.meta, sh.meta.Index, n, &sh.log[n-sh.base]))
		}
	}
	return out, ops, nil
}

// settle gives the placed records their outcome. The stream is locked.
func (s *Service) settle(st *stream, all []placed, failed error, now time.Time) {
	state := durable
	if failed != nil {
		state = dropped
	}
	full := false
	for i := range all {
		p := &all[i]
		if p.err != nil {
			continue
		}
		p.shard.settle(p.n, state)
		full = full || p.shard.bytes > s.opts.MaxShardBytes
		if failed != nil {
			p.err = internal(failed)
		}
	}
	if full && !st.gone {
		_ = s.trim(st, now) // deletes what failed to be deleted when it loads
	}
	s.schedule(st, now)
	st.wake()
}

// admit takes a record of n bytes from the shard's write limits: 1,000 records and 1 MiB a second.
func (sh *shard) admit(now time.Time, n int) bool {
	sh.putRate.refill(now)
	if sh.putRate.tokens < 1 {
		return false
	}
	return sh.writeRate.take(now, float64(n)) && sh.putRate.take(now, 1)
}

// check validates an entry and says where it belongs.
func (e *entry) check(limit int) (hashKey, *wire.Error) {
	if e.Data == nil {
		return hashKey{}, validation("Value null at 'data' failed to satisfy constraint: Member must not be null")
	}
	if n := len([]rune(e.PartitionKey)); n < 1 || n > maxKeyLength {
		return hashKey{}, validation("Value '%.64s' at 'partitionKey' failed to satisfy constraint: Member must have "+
			"length between 1 and %d", e.PartitionKey, maxKeyLength)
	}
	if len(e.Data)+len(e.PartitionKey) > limit {
		return hashKey{}, validation("Value at 'data' failed to satisfy constraint: Member must have length less than or "+
			"equal to %d", limit)
	}
	if e.ExplicitHashKey == nil {
		return hashOf(e.PartitionKey), nil
	}
	h, ok := parseHashKey(*e.ExplicitHashKey)
	if !ok {
		return hashKey{}, invalidArgument("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "+
			"Specified value was %.64s", *e.ExplicitHashKey)
	}
	return h, nil
}

// PauseStream holds back from readers whatever is put from now on, as a stream that lags does.
func (s *Service) PauseStream(name string) error {
	return s.setPause(name, true)
}

// ResumeStream lets readers see what PauseStream held back.
func (s *Service) ResumeStream(name string) error {
	return s.setPause(name, false)
}

func (s *Service) setPause(name string, paused bool) error {
	st := s.lookup(name, s.env.Now())
	if st == nil {
		return s.noStream(name)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if !paused {
		st.pauses = nil
		st.wake()
		return nil
	}
	if st.pauses != nil {
		return nil
	}
	st.pauses = make(map[int]uint64, len(st.shards))
	for _, sh := range st.shards {
		st.pauses[sh.meta.Index] = sh.next()
	}
	return nil
}
