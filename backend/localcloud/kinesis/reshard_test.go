package kinesis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"

	"pgregory.net/rapid"
)

// TestScale reshards at random: the open shards always partition the key space, and every shard but the first ones
// has parents.
func TestScale(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		st := newStream(streamMeta{Name: "s", Created: time.Unix(1e9, 0)})
		n := rapid.IntRange(1, 8).Draw(r, "shards")
		for i := range n {
			end := maxHashKey
			if i+1 < n {
				end = boundary(i+1, n).minus(1)
			}
			st.addShard(st.meta.Created, boundary(i, n), end, "", "")
		}
		first := n
		for range rapid.IntRange(1, 5).Draw(r, "steps") {
			n = rapid.IntRange((n+1)/2, 2*n).Draw(r, "target")
			st.scale(n, time.Unix(1e9+1, 0))
			open := st.openShards()
			if len(open) != n {
				r.Fatalf("%d open shards, want %d", len(open), n)
			}
			at := hashKey{}
			for i, sh := range open {
				if sh.meta.Start != at || (i == n-1) != (sh.meta.End == maxHashKey) {
					r.Fatalf("shard %d covers %v–%v, want from %v", i, sh.meta.Start, sh.meta.End, at)
				}
				at = sh.meta.End.plus(1)
			}
			for _, sh := range st.shards[first:] {
				if sh.meta.Parent == "" {
					r.Fatalf("%s has no parent", sh.id())
				}
			}
		}
	})
}

func TestUpdateShardCount(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 2)
	out := c.must("UpdateShardCount", m{"StreamName": "s", "TargetShardCount": 3, "ScalingType": "UNIFORM_SCALING"})
	wiretest.Want(t, "current", out["CurrentShardCount"].(float64), 2)
	sum := c.must("DescribeStreamSummary", m{"StreamName": "s"})["StreamDescriptionSummary"].(m)
	wiretest.Want(t, "open", sum["OpenShardCount"].(float64), 3)
	for target, code := range map[int]string{7: "InvalidArgumentException", 1: "InvalidArgumentException",
		0: "ValidationException"} {
		_, got := c.call("UpdateShardCount",
			m{"StreamName": "s", "TargetShardCount": target, "ScalingType": "UNIFORM_SCALING"})
		wiretest.Want(t, fmt.Sprint(target), got, code)
	}
	c.must("CreateStream", m{"StreamName": "d", "StreamModeDetails": m{"StreamMode": "ON_DEMAND"}})
	_, code := c.call("UpdateShardCount", m{"StreamName": "d", "TargetShardCount": 8, "ScalingType": "UNIFORM_SCALING"})
	wiretest.Want(t, "on demand", code, "ValidationException")
}

func TestExplicitHashKeyAndPartition(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 4)
	out := c.must("PutRecords", m{"StreamName": "s", "Records": []m{
		{"PartitionKey": "k", "Data": []byte("0"), "ExplicitHashKey": "0"},
		{"PartitionKey": "k", "Data": []byte("1"), "ExplicitHashKey": maxHashKey.String()},
		{"PartitionKey": "a", "Data": []byte("2")},
		{"PartitionKey": "a", "Data": []byte("3")},
	}})
	wiretest.Want(t, "failed", out["FailedRecordCount"].(float64), 0)
	r := out["Records"].([]any)
	wiretest.Want(t, "lowest", r[0].(m)["ShardId"].(string), shard0)
	wiretest.Want(t, "highest", r[1].(m)["ShardId"].(string), "shardId-000000000003")
	// MD5("a") = 0cc175b9…: the first quarter of the key space.
	wiretest.Want(t, "by MD5", r[2].(m)["ShardId"].(string), shard0)
	wiretest.Want(t, "same key, same shard", r[3].(m)["ShardId"], r[2].(m)["ShardId"])
	_, code := c.call("PutRecord",
		m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x"),
			"ExplicitHashKey": "340282366920938463463374607431768211456"})
	wiretest.Want(t, "2^128", code, "InvalidArgumentException")
	_, code = c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "", "Data": []byte("x")})
	wiretest.Want(t, "empty key", code, "ValidationException")
	_, code = c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 1<<20)})
	wiretest.Want(t, "too large", code, "ValidationException")
	_, code = c.call("PutRecords", m{"StreamName": "s", "Records": []m{}})
	wiretest.Want(t, "no records", code, "ValidationException")
	_, code = c.call("PutRecords",
		m{"StreamName": "s", "Records": slices.Repeat([]m{{"PartitionKey": "k", "Data": []byte("x")}}, 501)})
	wiretest.Want(t, "501 records", code, "ValidationException")
}

func TestHashKeys(t *testing.T) {
	wiretest.Want(t, "largest", maxHashKey.String(), "340282366920938463463374607431768211455")
	for _, s := range []string{"", "-1", "01", "1e3", "340282366920938463463374607431768211456", strings.Repeat("9", 39)} {
		if _, ok := parseHashKey(s); ok {
			t.Errorf("%q was read as a hash key", s)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		h := hashKey{rapid.Uint64().Draw(r, "hi"), rapid.Uint64().Draw(r, "lo")}
		back, ok := parseHashKey(h.String())
		if !ok || back != h {
			r.Fatalf("%v became %v", h, back)
		}
		if h != maxHashKey && (h.plus(1).minus(1) != h || !h.less(h.plus(1))) {
			r.Fatalf("arithmetic is wrong at %v", h)
		}
	})
}
