package kinesis

import (
	"testing"
	"time"
)

// FuzzOperations feeds bodies to every operation: none may panic or answer 5xx.
func FuzzOperations(f *testing.F) {
	for op := range operations {
		f.Add(op, `{"StreamName":"s","ShardId":"shardId-000000000000"}`)
	}
	f.Add("PutRecords", `{"StreamName":"s","Records":[{"Data":"eA==","PartitionKey":"k","ExplicitHashKey":"7"}]}`)
	f.Add("GetShardIterator", `{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"AT_TIMESTAMP",`+
		`"Timestamp":1e9}`)
	f.Add("ListShards", `{"StreamName":"s","ShardFilter":{"Type":"FROM_TIMESTAMP","Timestamp":0.001},"MaxResults":1}`)
	f.Add("SplitShard", `{"StreamName":"s","ShardToSplit":"shardId-000000000000",`+
		`"NewStartingHashKey":"170141183460469231731687303715884105728"}`)
	f.Add("UpdateShardCount", `{"StreamName":"s","TargetShardCount":2,"ScalingType":"UNIFORM_SCALING"}`)
	f.Add("DescribeStreamConsumer", `{"ConsumerARN":"arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:1"}`)
	f.Fuzz(func(t *testing.T, op, body string) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.putOne("s", "k", "x")
		_, code := c.raw(op, body, nil)
		if code == "InternalFailure" {
			t.Errorf("%s %q: %s", op, body, code)
		}
	})
}

func FuzzIterator(f *testing.F) {
	f.Add(iterator{stream: "s", created: 1, shard: 2, place: 3, issued: 4}.String())
	f.Add("AQ==")
	f.Fuzz(func(t *testing.T, s string) {
		it, err := parseIterator(s)
		if err == nil && it.String() != s {
			t.Errorf("%q was read as %+v, which is %q", s, it, it.String())
		}
	})
}

func FuzzSequence(f *testing.F) {
	created := time.Unix(1700000000, 0)
	f.Add(formatSequence(3, created, 7))
	f.Add("49590338271490256608559692538361571095921575989136588898")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseSequence(s, 3, created); ok && formatSequence(3, created, n) != s {
			t.Errorf("%q was read as place %d", s, n)
		}
	})
}

func FuzzStoredRecord(f *testing.F) {
	m := streamMeta{Name: "s"}
	f.Add(recordOp(&m, 0, 1, &record{at: 5, key: "k", data: []byte("data")}).Value)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRecord(b)
		if err == nil && len(r.key)+len(r.data) > len(b) {
			t.Errorf("%x was read as a record of %d bytes", b, r.size())
		}
	})
}
