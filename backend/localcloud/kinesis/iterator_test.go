package kinesis

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestIteratorTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		var sequences []string
		for _, d := range []string{"a", "b", "c"} {
			_, q := c.putOne("s", "k", d)
			sequences = append(sequences, q)
			time.Sleep(10 * time.Second) // virtual
		}
		latest := c.iteratorOf("s", shard0, "LATEST", nil)
		second := float64(time.Now().Add(-20*time.Second).UnixMilli()) / 1000
		for _, tc := range []struct {
			kind string
			more m
			want []string
		}{
			{"TRIM_HORIZON", nil, []string{"a", "b", "c"}},
			{"LATEST", nil, []string{}},
			{"AT_SEQUENCE_NUMBER", m{"StartingSequenceNumber": sequences[1]}, []string{"b", "c"}},
			{"AFTER_SEQUENCE_NUMBER", m{"StartingSequenceNumber": sequences[1]}, []string{"c"}},
			{"AFTER_SEQUENCE_NUMBER", m{"StartingSequenceNumber": sequences[2]}, []string{}},
			{"AT_TIMESTAMP", m{"Timestamp": second}, []string{"b", "c"}},
			{"AT_TIMESTAMP", m{"Timestamp": 0}, []string{"a", "b", "c"}},
		} {
			it := c.iteratorOf("s", shard0, tc.kind, tc.more)
			for range 2 { // an iterator can be read again
				got, next, _ := c.readFrom(it)
				wiretest.WantList(t, tc.kind, got, tc.want...)
				wiretest.Want(t, tc.kind+" goes on", next != "", true)
			}
		}
		c.putOne("s", "k", "d")
		got, _, out := c.readFrom(latest)
		wiretest.WantList(t, "after LATEST", got, "d")
		wiretest.Want(t, "behind", out["MillisBehindLatest"].(float64), 0)
		for i, q := range sequences {
			wiretest.Want(t, "digits", len(q), 56)
			if i > 0 && q <= sequences[i-1] {
				t.Errorf("sequence numbers do not rise: %s, %s", sequences[i-1], q)
			}
		}
	})
}

func TestGetShardIteratorRefusals(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 2)
	_, foreign := c.putOne("s", "k", "x")
	for _, tc := range []struct {
		name string
		in   m
		code string
	}{
		{"no stream", m{"StreamName": "none", "ShardId": shard0, "ShardIteratorType": "LATEST"}, "ResourceNotFoundException"},
		{"no shard", m{"StreamName": "s", "ShardId": "shardId-000000000009", "ShardIteratorType": "LATEST"},
			"ResourceNotFoundException"},
		{"bad type", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "EARLIEST"}, "ValidationException"},
		{"no sequence", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_SEQUENCE_NUMBER"},
			"InvalidArgumentException"},
		{"bad sequence", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_SEQUENCE_NUMBER",
			"StartingSequenceNumber": "7"}, "InvalidArgumentException"},
		{"no timestamp", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_TIMESTAMP"},
			"InvalidArgumentException"},
		{"future", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_TIMESTAMP",
			"Timestamp": time.Now().Unix() + 100}, "InvalidArgumentException"},
		{"no name", m{"ShardId": shard0, "ShardIteratorType": "LATEST"}, "ValidationException"},
		{"other account", m{"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "ShardId": shard0,
			"ShardIteratorType": "LATEST"}, "ResourceNotFoundException"},
	} {
		_, code := c.call("GetShardIterator", tc.in)
		wiretest.Want(t, tc.name, code, tc.code)
	}
	shard, _ := c.putOne("s", "k", "x")
	other := shard0
	if shard == shard0 {
		other = "shardId-000000000001"
	}
	_, code := c.call("GetShardIterator",
		m{"StreamName": "s", "ShardId": other, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": foreign})
	wiretest.Want(t, "another shard's number", code, "InvalidArgumentException")
}

func TestIteratorExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		it := c.iteratorOf("s", shard0, "LATEST", nil)
		time.Sleep(5 * time.Minute)
		_, code := c.call("GetRecords", m{"ShardIterator": it})
		wiretest.Want(t, "at five minutes", code, "")
		time.Sleep(time.Millisecond)
		_, code = c.call("GetRecords", m{"ShardIterator": it})
		wiretest.Want(t, "after five minutes", code, "ExpiredIteratorException")
		_, code = c.call("GetRecords", m{"ShardIterator": "AAAA"})
		wiretest.Want(t, "garbage", code, "InvalidArgumentException")
		_, code = c.call("GetRecords", m{"ShardIterator": it, "Limit": 10001})
		wiretest.Want(t, "limit", code, "ValidationException")
	})
}

func TestMillisBehindLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.putOne("s", "k", "a")
		c.putOne("s", "k", "b")
		time.Sleep(1500 * time.Millisecond)
		out := c.must("GetRecords", m{"ShardIterator": c.iteratorOf("s", shard0, "TRIM_HORIZON", nil), "Limit": 1})
		wiretest.Want(t, "behind", out["MillisBehindLatest"].(float64), 1500)
		_, _, out = c.readFrom(out["NextShardIterator"].(string))
		wiretest.Want(t, "caught up", out["MillisBehindLatest"].(float64), 0)
	})
}

func TestClosedShardEnds(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	c.putOne("s", "k", "a")
	it := c.iteratorOf("s", shard0, "TRIM_HORIZON", nil)
	half := boundary(1, 2).String()
	c.must("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": half})
	out := c.must("GetRecords", m{"ShardIterator": it})
	if _, there := out["NextShardIterator"]; there {
		t.Error("a closed shard that is read to its end still has an iterator")
	}
	children := out["ChildShards"].([]any)
	wiretest.Want(t, "children", len(children), 2)
	wiretest.Want(t, "first child", children[0].(m)["ShardId"].(string), "shardId-000000000001")
	wiretest.Want(t, "second range", children[1].(m)["HashKeyRange"].(m)["StartingHashKey"].(string), half)
	c.must("MergeShards", m{"StreamName": "s", "ShardToMerge": "shardId-000000000001",
		"AdjacentShardToMerge": "shardId-000000000002"})
	it = c.iteratorOf("s", "shardId-000000000001", "LATEST", nil)
	_, next, out := c.readFrom(it)
	wiretest.Want(t, "merged ends", next, "")
	parents := out["ChildShards"].([]any)[0].(m)["ParentShards"].([]any)
	wiretest.Want(t, "parents", fmt.Sprint(parents), "[shardId-000000000001 shardId-000000000002]")
	shards := c.must("ListShards", m{"StreamName": "s"})["Shards"].([]any)
	wiretest.Want(t, "shards", len(shards), 4)
	if shards[0].(m)["SequenceNumberRange"].(m)["EndingSequenceNumber"] == nil {
		t.Error("a closed shard has no ending sequence number")
	}
	shard, _ := c.putOne("s", "k", "b")
	wiretest.Want(t, "the open shard", shard, "shardId-000000000003")
	for name, in := range map[string]m{
		"closed":       {"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "100"},
		"out of range": {"StreamName": "s", "ShardToSplit": "shardId-000000000003", "NewStartingHashKey": "1"},
		"no number":    {"StreamName": "s", "ShardToSplit": "shardId-000000000003", "NewStartingHashKey": "0x1"},
	} {
		if _, code := c.call("SplitShard", in); code == "" {
			t.Errorf("SplitShard %s was accepted", name)
		} else if name == "closed" {
			wiretest.Want(t, name, code, "InvalidArgumentException") // not ResourceInUse, which would be worth another attempt
		}
	}
}

// TestIteratorsInQuotesAreTaken reads by an iterator that a script has left its quotes on.
func TestIteratorsInQuotesAreTaken(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	c.putOne("s", "k", "data")
	it := c.must("GetShardIterator",
		m{"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"})
	out := c.must("GetRecords", m{"ShardIterator": `"` + it["ShardIterator"].(string) + `"`})
	wiretest.Want(t, "records", len(out["Records"].([]any)), 1)
	for _, bad := range []string{`"`, `""`, `"` + it["ShardIterator"].(string)} {
		if _, code := c.call("GetRecords", m{"ShardIterator": bad}); code != "InvalidArgumentException" {
			t.Errorf("%s: %s", bad, code)
		}
	}
}

func TestAStreamOfANameAloneIsOnDemand(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.must("CreateStream", m{"StreamName": "s"})
	out := c.must("DescribeStreamSummary", m{"StreamName": "s"})["StreamDescriptionSummary"].(map[string]any)
	wiretest.Want(t, "shards", out["OpenShardCount"], any(4.0))
	wiretest.Want(t, "mode", out["StreamModeDetails"].(map[string]any)["StreamMode"], any("ON_DEMAND"))
}
