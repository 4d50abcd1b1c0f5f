package kinesis

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is one service with a root caller.
type cloud struct {
	*Service
	*wiretest.Bench
	t testing.TB
}

func newCloud(t testing.TB, dir string, opts Options) *cloud {
	t.Helper()
	c := &cloud{Bench: wiretest.NewBench(t, dir), t: t}
	var err error
	c.Service, err = New(c.Env, c.Store, opts)
	c.Place(c.Service, err)
	return c
}

func (c *cloud) request(op, body string, auth wire.Authorizer) *wire.Call {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+op)
	return wiretest.Call(c.Service, r, body, c.env.Now(), auth)
}

// call sends one request and returns the answer's JSON and error code.
func (c *cloud) call(op string, in any) (map[string]any, string) {
	c.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.raw(op, string(b), nil)
}

func (c *cloud) raw(op, body string, auth wire.Authorizer) (map[string]any, string) {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.Serve(c.t.Context(), w, c.request(op, body, auth))
	out := map[string]any{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			c.t.Fatalf("%s answered %q: %v", op, w.Body, err)
		}
	}
	if w.Code != 200 {
		code, _ := out["__type"].(string)
		return out, code
	}
	return out, ""
}

// must is call for what must succeed.
func (c *cloud) must(op string, in any) map[string]any {
	c.t.Helper()
	out, code := c.call(op, in)
	if code != "" {
		c.t.Fatalf("%s: %s %v", op, code, out["message"])
	}
	return out
}

type m = map[string]any

func (c *cloud) create(name string, shards int) {
	c.t.Helper()
	c.must("CreateStream", m{"StreamName": name, "ShardCount": shards})
}

func (c *cloud) putOne(stream, key, data string) (shard, sequence string) {
	c.t.Helper()
	out := c.must("PutRecord", m{"StreamName": stream, "PartitionKey": key, "Data": []byte(data)})
	return out["ShardId"].(string), out["SequenceNumber"].(string)
}

func (c *cloud) iteratorOf(stream, shard, kind string, more m) string {
	c.t.Helper()
	in := m{"StreamName": stream, "ShardId": shard, "ShardIteratorType": kind}
	for k, v := range more {
		in[k] = v
	}
	return c.must("GetShardIterator", in)["ShardIterator"].(string)
}

// read returns the data of one GetRecords and the next iterator, "" where there is none.
func (c *cloud) readFrom(iterator string) (data []string, next string, out m) {
	c.t.Helper()
	out = c.must("GetRecords", m{"ShardIterator": iterator})
	next, _ = out["NextShardIterator"].(string)
	return dataOf(c.t, out["Records"]), next, out
}

func dataOf(t testing.TB, records any) []string {
	t.Helper()
	out := []string{}
	for _, r := range records.([]any) {
		var b []byte
		if err := json.Unmarshal([]byte(`"`+r.(m)["Data"].(string)+`"`), &b); err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

const shard0 = "shardId-000000000000"

func TestPersistence(t *testing.T) {
	dir := t.TempDir()
	c := newCloud(t, dir, Options{MaxShardBytes: 1000})
	c.create("s", 2)
	c.create("gone", 1)
	c.putOne("gone", "k", "x")
	c.must("RegisterStreamConsumer", m{"StreamARN": c.streamARN("s"), "ConsumerName": "c"})
	shard, q1 := c.putOne("s", "k", "a")
	it := c.iteratorOf("s", shard, "TRIM_HORIZON", nil)
	c.must("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "1000"})
	c.must("DeleteStream", m{"StreamName": "gone"})
	before := c.must("DescribeStream", m{"StreamName": "s"})
	c.End()

	c = newCloud(t, dir, Options{MaxShardBytes: 1000})
	after := c.must("DescribeStream", m{"StreamName": "s"})
	wiretest.Want(t, "description", fmt.Sprint(after), fmt.Sprint(before))
	got, _, _ := c.readFrom(it)
	wiretest.WantList(t, "records", got, "a")
	wiretest.Want(t, "consumers",
		len(c.must("ListStreamConsumers", m{"StreamARN": c.streamARN("s")})["Consumers"].([]any)), 1)
	wiretest.WantList(t, "streams", names(c), "s")
	_, q2 := c.putOne("s", "k", "b")
	if q2 <= q1 {
		t.Errorf("sequence numbers fell over a restart: %s, %s", q1, q2)
	}
	c.putOne("s", "k", strings.Repeat("z", 990)) // trims what was there
	_, q3 := c.putOne("s", "k", "c")
	c.End()

	c = newCloud(t, dir, Options{MaxShardBytes: 1000})
	_, q4 := c.putOne("s", "k", "d")
	if q4 <= q3 {
		t.Errorf("sequence numbers fell after a trim: %s, %s", q3, q4)
	}
}

func names(c *cloud) []string {
	out := []string{}
	for _, n := range c.must("ListStreams", m{})["StreamNames"].([]any) {
		out = append(out, n.(string))
	}
	return out
}

func TestPause(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	c.putOne("s", "k", "a")
	if err := c.PauseStream("s"); err != nil {
		t.Fatal(err)
	}
	c.putOne("s", "k", "b")
	latest := c.iteratorOf("s", shard0, "LATEST", nil)
	got, next, _ := c.readFrom(c.iteratorOf("s", shard0, "TRIM_HORIZON", nil))
	wiretest.WantList(t, "paused", got, "a")
	if err := c.ResumeStream("s"); err != nil {
		t.Fatal(err)
	}
	got, _, _ = c.readFrom(next)
	wiretest.WantList(t, "resumed", got, "b")
	got, _, _ = c.readFrom(latest)
	wiretest.WantList(t, "LATEST taken in the pause", got, "b")
	if c.PauseStream("none") == nil {
		t.Error("a stream that is not there was paused")
	}
}

func TestListShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 5)
		out := c.must("ListShards", m{"StreamName": "s", "MaxResults": 2})
		token := out["NextToken"].(string)
		_, code := c.call("ListShards", m{"StreamName": "s", "NextToken": token})
		wiretest.Want(t, "token and name", code, "InvalidArgumentException")
		out = c.must("ListShards", m{"NextToken": token, "MaxResults": 2})
		wiretest.Want(t, "second page", out["Shards"].([]any)[0].(m)["ShardId"].(string), "shardId-000000000002")
		out = c.must("ListShards", m{"NextToken": out["NextToken"]})
		wiretest.Want(t, "last page", len(out["Shards"].([]any)), 1)
		wiretest.Want(t, "no more", out["NextToken"], nil)
		time.Sleep(301 * time.Second)
		_, code = c.call("ListShards", m{"NextToken": token})
		wiretest.Want(t, "old token", code, "ExpiredNextTokenException")
		_, code = c.call("ListShards", m{"NextToken": "xx"})
		wiretest.Want(t, "bad token", code, "InvalidArgumentException")

		before := float64(time.Now().Unix())
		time.Sleep(time.Minute)
		c.must("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "1000"})
		time.Sleep(time.Minute)
		for _, tc := range []struct {
			filter m
			want   int
		}{
			{m{"Type": "AT_LATEST"}, 6},
			{m{"Type": "FROM_TRIM_HORIZON"}, 7},
			{m{"Type": "AT_TRIM_HORIZON"}, 5},
			{m{"Type": "AT_TIMESTAMP", "Timestamp": before}, 5},
			{m{"Type": "FROM_TIMESTAMP", "Timestamp": before}, 7},
			{m{"Type": "FROM_TIMESTAMP", "Timestamp": float64(time.Now().Unix())}, 6},
			{m{"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000004"}, 2},
		} {
			out := c.must("ListShards", m{"StreamName": "s", "ShardFilter": tc.filter})
			wiretest.Want(t, fmt.Sprint(tc.filter), len(out["Shards"].([]any)), tc.want)
		}
		time.Sleep(25 * time.Hour) // the closed shard's retention ends
		c.must("DecreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		wiretest.Want(t, "expired shard", len(c.must("ListShards", m{"StreamName": "s"})["Shards"].([]any)), 6)
	})
}

func TestStreamLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{Transition: 5 * time.Second})
		c.create("s", 1)
		status := func() string {
			return c.must("DescribeStreamSummary", m{"StreamName": "s"})["StreamDescriptionSummary"].(m)["StreamStatus"].(string)
		}
		wiretest.Want(t, "at first", status(), "CREATING")
		_, code := c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x")})
		wiretest.Want(t, "put while creating", code, "ResourceNotFoundException")
		_, code = c.call("CreateStream", m{"StreamName": "s", "ShardCount": 1})
		wiretest.Want(t, "again", code, "ResourceInUseException")
		time.Sleep(5 * time.Second)
		wiretest.Want(t, "then", status(), "ACTIVE")
		c.must("UpdateStreamMode", m{"StreamARN": c.streamARN("s"), "StreamModeDetails": m{"StreamMode": "ON_DEMAND"}})
		wiretest.Want(t, "changing", status(), "UPDATING")
		c.putOne("s", "k", "x")
		_, code = c.call("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "1000"})
		wiretest.Want(t, "change while updating", code, "ResourceInUseException")
		time.Sleep(5 * time.Second)
		c.must("DeleteStream", m{"StreamName": "s"})
		wiretest.Want(t, "leaving", status(), "DELETING")
		time.Sleep(5 * time.Second)
		_, code = c.call("DescribeStream", m{"StreamName": "s"})
		wiretest.Want(t, "gone", code, "ResourceNotFoundException")
		c.create("s", 1)
	})
}

func TestTagsEncryptionAndLimits(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	c.must("AddTagsToStream", m{"StreamName": "s", "Tags": m{"a": "1", "b": "2"}})
	c.must("RemoveTagsFromStream", m{"StreamName": "s", "TagKeys": []string{"a"}})
	wiretest.Want(t, "tags", fmt.Sprint(c.must("ListTagsForStream", m{"StreamName": "s"})["Tags"]), "[map[Key:b Value:2]]")
	c.must("StartStreamEncryption", m{"StreamName": "s", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"})
	wiretest.Want(t, "encrypted", c.must("DescribeStream",
		m{"StreamName": "s"})["StreamDescription"].(m)["EncryptionType"].(string), "KMS")
	wiretest.Want(t, "limits", c.must("DescribeLimits", m{})["OpenShardCount"].(float64), 1)
	_, code := c.call("CreateStream", m{"StreamName": "t", "ShardCount": maxShards})
	wiretest.Want(t, "too many shards", code, "LimitExceededException")
	_, code = c.call("CreateStream", m{"StreamName": "a/b", "ShardCount": 1})
	wiretest.Want(t, "bad name", code, "ValidationException")
	_, code = c.call("Nonsense", m{})
	wiretest.Want(t, "unknown operation", code, "UnknownOperationException")
	_, code = c.raw("PutRecord", "{", nil)
	wiretest.Want(t, "no JSON", code, "SerializationException")
}

// only allows one action on one resource.
type only struct{ action, resource string }

func (o only) Allowed(_ wire.Principal, action, resource string, _ map[string][]string) bool {
	return action == o.action && resource == o.resource
}

func TestAuthorisation(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	it := c.iteratorOf("s", shard0, "LATEST", nil)
	c.must("RegisterStreamConsumer", m{"StreamARN": c.streamARN("s"), "ConsumerName": "c"})
	arn := c.must("DescribeStreamConsumer",
		m{"StreamARN": c.streamARN("s"), "ConsumerName": "c"})["ConsumerDescription"].(m)["ConsumerARN"].(string)
	for _, tc := range []struct{ op, body, resource string }{
		{"GetRecords", `{"ShardIterator":"` + it + `"}`, c.streamARN("s")},
		{"PutRecord", `{"StreamName":"s","PartitionKey":"k","Data":"eA=="}`, c.streamARN("s")},
		{"ListShards", `{"StreamARN":"` + c.streamARN("s") + `"}`, c.streamARN("s")},
		{"ListStreams", `{}`, c.streamARN("*")},
		{"CreateStream", `{"StreamName":"n","ShardCount":1}`, c.streamARN("n")},
		{"DescribeStreamConsumer", `{"ConsumerARN":"` + arn + `"}`, arn},
	} {
		_, code := c.raw(tc.op, tc.body, only{"kinesis:Other", tc.resource})
		wiretest.Want(t, tc.op+" without the action", code, "AccessDeniedException")
		_, code = c.raw(tc.op, tc.body, only{"kinesis:" + tc.op, c.streamARN("other")})
		wiretest.Want(t, tc.op+" elsewhere", code, "AccessDeniedException")
		_, code = c.raw(tc.op, tc.body, only{"kinesis:" + tc.op, tc.resource})
		wiretest.Want(t, tc.op, code, "")
	}
}

// TestConcurrentPuts has writers on one shard of a durable stream: a reader that follows sees every acknowledged
// record once, and each writer's records in its order.
func TestConcurrentPuts(t *testing.T) {
	c := newCloud(t, t.TempDir(), Options{})
	c.create("s", 1)
	const writers, each = 8, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := c.PutRecord("s", "k", fmt.Appendf(nil, "%d %d", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	it, seen := c.iteratorOf("s", shard0, "TRIM_HORIZON", nil), 0
	next := [writers]int{}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		var got []string
		got, it, _ = c.readFrom(it)
		for _, d := range got {
			var w, i int
			if _, err := fmt.Sscan(d, &w, &i); err != nil || next[w] != i {
				t.Fatalf("read %q, want writer %d's record %d", d, w, next[w])
			}
			next[w]++
			seen++
		}
	}
	wiretest.Want(t, "records", seen, writers*each)
}
