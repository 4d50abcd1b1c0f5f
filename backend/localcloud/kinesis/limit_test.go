package kinesis

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestWriteLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.Throttle.Store(true)
		batch := m{"StreamName": "s", "Records": slices.Repeat([]m{{"PartitionKey": "k", "Data": []byte("x")}}, 400)}
		wiretest.Want(t, "1", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		wiretest.Want(t, "2", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		out := c.must("PutRecords", batch)
		wiretest.Want(t, "3", out["FailedRecordCount"].(float64), 200)
		last := out["Records"].([]any)[399].(m)
		wiretest.Want(t, "code", last["ErrorCode"].(string), "ProvisionedThroughputExceededException")
		wiretest.Want(t, "message", last["ErrorMessage"].(string),
			"Rate exceeded for shard shardId-000000000000 in stream s under account 123456789012.")
		_, code := c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x")})
		wiretest.Want(t, "PutRecord", code, "ProvisionedThroughputExceededException")
		time.Sleep(time.Second)
		wiretest.Want(t, "a second later", c.must("PutRecords", batch)["FailedRecordCount"].(float64), 0)
		time.Sleep(time.Second)
		big := m{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 700<<10)}
		c.must("PutRecord", big)
		_, code = c.call("PutRecord", big)
		wiretest.Want(t, "bytes", code, "ProvisionedThroughputExceededException")
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
		c.Throttle.Store(true)
		it := c.iteratorOf("s", shard0, "LATEST", nil)
		for range 5 {
			c.must("GetRecords", m{"ShardIterator": it})
		}
		_, code := c.call("GetRecords", m{"ShardIterator": it})
		wiretest.Want(t, "the sixth read of a second", code, "ProvisionedThroughputExceededException")
		time.Sleep(time.Second)
		got, next, out := c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wiretest.Want(t, "records in 10 MiB", len(got), 10)
		wiretest.Want(t, "behind", out["MillisBehindLatest"].(float64) > 0, true)
		time.Sleep(4900 * time.Millisecond)
		_, code = c.call("GetRecords", m{"ShardIterator": next})
		wiretest.Want(t, "within 5 s of 10 MiB", code, "ProvisionedThroughputExceededException")
		time.Sleep(200 * time.Millisecond)
		got, _, _ = c.readFrom(next)
		wiretest.Want(t, "the rest", len(got), 1)
		for range 5 {
			c.iteratorOf("s", shard0, "LATEST", nil)
		}
		_, code = c.call("GetShardIterator", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "LATEST"})
		wiretest.Want(t, "the sixth iterator", code, "ProvisionedThroughputExceededException")
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
		wiretest.WantList(t, "after 24 hours", got, "new")
		c.must("IncreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 48})
		time.Sleep(26 * time.Hour)
		got, _, _ = c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wiretest.WantList(t, "with 48 hours", got, "new")
		_, code := c.call("IncreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		wiretest.Want(t, "increase to less", code, "InvalidArgumentException")
		c.must("DecreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		got, _, _ = c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
		wiretest.WantList(t, "back to 24 hours", got)
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
