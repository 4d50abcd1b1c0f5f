package kinesis

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestWriteLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.throttle.Store(true)
		batch := m{"StreamName": "s", "Records": slices.Repeat([]m{{"PartitionKey": "k", "Data": []byte("x")}}, 400)}
		want(t, "1", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		want(t, "2", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		out := c.must("PutRecords", batch)
		want(t, "3", out["FailedRecordCount"].(float64), 200)
		last := out["Records"].([]any)[399].(m)
		want(t, "code", last["ErrorCode"].(string), "ProvisionedThroughputExceededException")
		want(t, "message", last["ErrorMessage"].(string),
			"Rate exceeded for shard shardId-000000000000 in stream s under account 123456789012.")
		_, code := c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x")})
		want(t, "PutRecord", code, "ProvisionedThroughputExceededException")
		time.Sleep(time.Second)
		want(t, "a second later", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		time.Sleep(time.Second)
		big := m{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 700<<10)}
		c.must("PutRecord", big)
		_, code = c.call("PutRecord", big)
		want(t, "bytes", code, "ProvisionedThroughputExceededException")
		time.Sleep(time.Second)
		c.must("PutRecord", big)
	})
}

func TestReadLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		for range 11 {
			c.must("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 1<<20-1)})
		}
		c.throttle.Store(true)
		it := c.iteratorOf("s", shard0, "LATEST", nil)
		for range 5 {
			c.must("GetRecords", m{"ShardIterator": it})
		}
		_, code := c.call("GetRecords", m{"ShardIterator": it})
		want(t, "the sixth read of a second", code, "ProvisionedThroughputExceededException")
		time.Sleep(time.Second)
		got, next, out := c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		want(t, "records in 10 MiB", len(got), 10)
		want(t, "behind", out["MillisBehindLatest"].(float64) > 0, true)
		time.Sleep(4900 * time.Millisecond)
		_, code = c.call("GetRecords", m{"ShardIterator": next})
		want(t, "within 5 s of 10 MiB", code, "ProvisionedThroughputExceededException")
		time.Sleep(200 * time.Millisecond)
		got, _, _ = c.readFrom(next)
		want(t, "the rest", len(got), 1)
		for range 5 {
			c.iteratorOf("s", shard0, "LATEST", nil)
		}
		_, code = c.call("GetShardIterator", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "LATEST"})
		want(t, "the sixth iterator", code, "ProvisionedThroughputExceededException")
	})
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.putOne("s", "k", "old")
		time.Sleep(23 * time.Hour)
		c.putOne("s", "k", "new")
		time.Sleep(62 * time.Minute)
		got, _, _ := c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wantList(t, "after 24 hours", got, "new")
		c.must("IncreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 48})
		time.Sleep(26 * time.Hour)
		got, _, _ = c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wantList(t, "with 48 hours", got, "new")
		_, code := c.call("IncreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		want(t, "increase to less", code, "InvalidArgumentException")
		c.must("DecreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		got, _, _ = c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wantList(t, "back to 24 hours", got)
		c.Close()
	})
}

func TestByteCap(t *testing.T) {
	c := newCloud(t, "", Options{MaxShardBytes: 1000})
	c.create("s", 1)
	for i := range 50 {
		c.putOne("s", "k", fmt.Sprintf("%099d", i))
	}
	got, _, _ := c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
	if len(got) > 10 || len(got) < 7 || got[len(got)-1] != fmt.Sprintf("%099d", 49) {
		t.Errorf("kept %d records, the last %q", len(got), got[len(got)-1])
	}
}
