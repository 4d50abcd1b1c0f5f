package kinesis

import (
	"context"
	"crypto/md5"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// fakeStream is a Kinesis stream of one name with the behaviour that the reader leans on: hash ranges, splits and
// merges, iterators that expire, five reads a second of a shard, bounded answers. Its zero value has one shard.
type fakeStream struct {
	mu      sync.Mutex
	shards  []*fakeShard
	counter int64

	page  int                                 // records an answer; 0 for 10,000
	slow  time.Duration                       // what an answer takes
	fault func(call string) error             // an error in place of an answer; may be nil
	alter func([]types.Record) []types.Record // what an answer becomes; may be nil
	calls map[string]int
	lists int // answers of ListShards that still leave out shards younger than the call before
}

type fakeShard struct {
	id              string
	low, high       *big.Int
	parent, another string
	records         []types.Record
	closed          bool
	reads           []time.Time
}

func (s *fakeStream) open() {
	if len(s.shards) == 0 {
		top := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
		s.add(big.NewInt(0), top, "", "")
	}
	if s.calls == nil {
		s.calls = map[string]int{}
	}
}

func (s *fakeStream) add(low, high *big.Int, parent, another string) *fakeShard {
	sh := &fakeShard{id: fmt.Sprintf("shardId-%012d", len(s.shards)), low: low, high: high, parent: parent,
		another: another}
	s.shards = append(s.shards, sh)
	return sh
}

func hashOf(key string) *big.Int {
	sum := md5.Sum([]byte(key))
	return new(big.Int).SetBytes(sum[:])
}

func (s *fakeStream) owner(key string) *fakeShard {
	h := hashOf(key)
	for _, sh := range s.shards {
		if !sh.closed && sh.low.Cmp(h) <= 0 && h.Cmp(sh.high) <= 0 {
			return sh
		}
	}
	panic("no shard")
}

// put appends a record.
func (s *fakeStream) put(key string, data string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open()
	s.counter++
	sh := s.owner(key)
	sh.records = append(sh.records, types.Record{
		Data: []byte(data), PartitionKey: aws.String(key), ApproximateArrivalTimestamp: aws.Time(time.Now()),
		SequenceNumber: aws.String("4959" + fmt.Sprintf("%052d", s.counter)),
	})
}

// split closes the shard that owns a key and halves its range.
func (s *fakeStream) split(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open()
	sh := s.owner(key)
	sh.closed = true
	mid := new(big.Int).Rsh(new(big.Int).Add(sh.low, sh.high), 1)
	s.add(sh.low, mid, sh.id, "")
	s.add(new(big.Int).Add(mid, big.NewInt(1)), sh.high, sh.id, "")
}

// merge closes the two newest shards, which are neighbours, and joins them.
func (s *fakeStream) merge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, b := s.shards[len(s.shards)-2], s.shards[len(s.shards)-1]
	a.closed, b.closed = true, true
	s.add(a.low, b.high, a.id, b.id)
}

func (s *fakeStream) enter(call string) error {
	s.open()
	s.calls[call]++
	if s.fault != nil {
		return s.fault(call)
	}
	return nil
}

func (s *fakeStream) count(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[call]
}

func (s *fakeStream) ListShards(
	_ context.Context, in *sdk.ListShardsInput, _ ...func(*sdk.Options),
) (*sdk.ListShardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("ListShards"); err != nil {
		return nil, err
	}
	// One shard a page, to see that NextToken is followed.
	at, _ := strconv.Atoi(aws.ToString(in.NextToken))
	n := len(s.shards)
	if s.lists > 0 {
		s.lists--
		n = 1
	}
	sh := s.shards[at]
	out := &sdk.ListShardsOutput{Shards: []types.Shard{{
		ShardId: aws.String(sh.id), ParentShardId: optional(sh.parent), AdjacentParentShardId: optional(sh.another),
		HashKeyRange: &types.HashKeyRange{StartingHashKey: aws.String(sh.low.String()),
			EndingHashKey: aws.String(sh.high.String())},
	}}}
	if at+1 < n {
		out.NextToken = aws.String(strconv.Itoa(at + 1))
	}
	return out, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *fakeStream) find(id string) *fakeShard {
	for _, sh := range s.shards {
		if sh.id == id {
			return sh
		}
	}
	return nil
}

func (s *fakeStream) GetShardIterator(
	_ context.Context, in *sdk.GetShardIteratorInput, _ ...func(*sdk.Options),
) (*sdk.GetShardIteratorOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("GetShardIterator"); err != nil {
		return nil, err
	}
	sh := s.find(*in.ShardId)
	if sh == nil {
		return nil, &types.ResourceNotFoundException{}
	}
	at := 0
	for _, r := range sh.records {
		switch in.ShardIteratorType {
		case types.ShardIteratorTypeAfterSequenceNumber:
			if compareSequence(*r.SequenceNumber, *in.StartingSequenceNumber) <= 0 {
				at++
			}
		case types.ShardIteratorTypeAtTimestamp:
			if in.Timestamp.After(time.Now()) {
				return nil, &types.InvalidArgumentException{}
			}
			if r.ApproximateArrivalTimestamp.Before(*in.Timestamp) {
				at++
			}
		}
	}
	return &sdk.GetShardIteratorOutput{ShardIterator: iterator(sh, at)}, nil
}

func iterator(sh *fakeShard, at int) *string {
	return aws.String(fmt.Sprintf("%s %d %d", sh.id, at, time.Now().Add(5*time.Minute).UnixNano()))
}

func (s *fakeStream) GetRecords(
	_ context.Context, in *sdk.GetRecordsInput, _ ...func(*sdk.Options),
) (*sdk.GetRecordsOutput, error) {
	time.Sleep(s.slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("GetRecords"); err != nil {
		return nil, err
	}
	part := strings.Fields(*in.ShardIterator)
	sh := s.find(part[0])
	at, _ := strconv.Atoi(part[1])
	expires, _ := strconv.ParseInt(part[2], 10, 64)
	now := time.Now()
	if now.UnixNano() > expires {
		return nil, &types.ExpiredIteratorException{}
	}
	for len(sh.reads) > 0 && now.Sub(sh.reads[0]) >= time.Second {
		sh.reads = sh.reads[1:]
	}
	if len(sh.reads) >= 5 {
		s.calls["throttled"]++
		return nil, &types.ProvisionedThroughputExceededException{}
	}
	sh.reads = append(sh.reads, now)
	return s.answer(sh, at, now), nil
}

func (s *fakeStream) answer(sh *fakeShard, at int, now time.Time) *sdk.GetRecordsOutput {
	page := s.page
	if page == 0 {
		page = 10_000
	}
	end := min(len(sh.records), at+page)
	out := &sdk.GetRecordsOutput{Records: sh.records[at:end:end], MillisBehindLatest: aws.Int64(0)}
	if end < len(sh.records) {
		out.MillisBehindLatest = aws.Int64(max(1, now.Sub(*sh.records[end].ApproximateArrivalTimestamp).Milliseconds()))
	}
	if end < len(sh.records) || !sh.closed {
		out.NextShardIterator = iterator(sh, end)
	}
	if s.alter != nil {
		out.Records = s.alter(out.Records)
	}
	return out
}
