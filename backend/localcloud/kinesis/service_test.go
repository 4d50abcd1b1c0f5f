package kinesis

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is one service with a root caller.
type cloud struct {
	*Service
	t        testing.TB
	throttle atomic.Bool
	closeAll func()
}

func newCloud(t testing.TB, dir string, opts Options) *cloud {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t}
	rng := rand.New(rand.NewPCG(1, 2))
	env := wire.Env{
		Region: "us-east-1", AccountID: "123456789012", Now: func() time.Time { return time.Now().UTC() },
		Rand:     rng.Int64N,
		NewID:    func(n int) string { return fmt.Sprintf("%0*x", n, rng.Uint64())[:n] },
		Throttle: c.throttle.Load,
	}
	if c.Service, err = New(env, st, opts); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	c.closeAll = func() { once.Do(func() { c.Close(); st.Close() }) }
	t.Cleanup(c.closeAll)
	return c
}

func (c *cloud) request(op, body string, auth wire.Authorizer) *wire.Call {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+op)
	return &wire.Call{
		Service: "kinesis", Operation: c.Operation(r, nil), Region: "us-east-1", Request: r, Body: []byte(body),
		Now: c.env.Now(), RequestID: "r-1", Auth: auth, Principal: wire.Principal{ARN: "arn:aws:iam::123456789012:user/u", Root: auth == nil},
	}
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

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantList(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

const shard0 = "shardId-000000000000"

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
				wantList(t, tc.kind, got, tc.want...)
				want(t, tc.kind+" goes on", next != "", true)
			}
		}
		c.putOne("s", "k", "d")
		got, _, out := c.readFrom(latest)
		wantList(t, "after LATEST", got, "d")
		want(t, "behind", out["MillisBehindLatest"].(float64), 0)
		for i, q := range sequences {
			want(t, "digits", len(q), 56)
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
		{"no shard", m{"StreamName": "s", "ShardId": "shardId-000000000009", "ShardIteratorType": "LATEST"}, "ResourceNotFoundException"},
		{"bad type", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "EARLIEST"}, "ValidationException"},
		{"no sequence", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_SEQUENCE_NUMBER"}, "InvalidArgumentException"},
		{"bad sequence", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": "7"}, "InvalidArgumentException"},
		{"no timestamp", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_TIMESTAMP"}, "InvalidArgumentException"},
		{"future", m{"StreamName": "s", "ShardId": shard0, "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": time.Now().Unix() + 100}, "InvalidArgumentException"},
		{"no name", m{"ShardId": shard0, "ShardIteratorType": "LATEST"}, "ValidationException"},
		{"other account", m{"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "ShardId": shard0, "ShardIteratorType": "LATEST"}, "ResourceNotFoundException"},
	} {
		_, code := c.call("GetShardIterator", tc.in)
		want(t, tc.name, code, tc.code)
	}
	shard, _ := c.putOne("s", "k", "x")
	other := shard0
	if shard == shard0 {
		other = "shardId-000000000001"
	}
	_, code := c.call("GetShardIterator", m{"StreamName": "s", "ShardId": other, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": foreign})
	want(t, "another shard's number", code, "InvalidArgumentException")
}

func TestIteratorExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		it := c.iteratorOf("s", shard0, "LATEST", nil)
		time.Sleep(5 * time.Minute)
		_, code := c.call("GetRecords", m{"ShardIterator": it})
		want(t, "at five minutes", code, "")
		time.Sleep(time.Millisecond)
		_, code = c.call("GetRecords", m{"ShardIterator": it})
		want(t, "after five minutes", code, "ExpiredIteratorException")
		_, code = c.call("GetRecords", m{"ShardIterator": "AAAA"})
		want(t, "garbage", code, "InvalidArgumentException")
		_, code = c.call("GetRecords", m{"ShardIterator": it, "Limit": 10001})
		want(t, "limit", code, "InvalidArgumentException")
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
		want(t, "behind", out["MillisBehindLatest"].(float64), 1500)
		_, _, out = c.readFrom(out["NextShardIterator"].(string))
		want(t, "caught up", out["MillisBehindLatest"].(float64), 0)
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
	want(t, "children", len(children), 2)
	want(t, "first child", children[0].(m)["ShardId"].(string), "shardId-000000000001")
	want(t, "second range", children[1].(m)["HashKeyRange"].(m)["StartingHashKey"].(string), half)
	c.must("MergeShards", m{"StreamName": "s", "ShardToMerge": "shardId-000000000001", "AdjacentShardToMerge": "shardId-000000000002"})
	it = c.iteratorOf("s", "shardId-000000000001", "LATEST", nil)
	_, next, out := c.readFrom(it)
	want(t, "merged ends", next, "")
	parents := out["ChildShards"].([]any)[0].(m)["ParentShards"].([]any)
	want(t, "parents", fmt.Sprint(parents), "[shardId-000000000001 shardId-000000000002]")
	shards := c.must("ListShards", m{"StreamName": "s"})["Shards"].([]any)
	want(t, "shards", len(shards), 4)
	if shards[0].(m)["SequenceNumberRange"].(m)["EndingSequenceNumber"] == nil {
		t.Error("a closed shard has no ending sequence number")
	}
	shard, _ := c.putOne("s", "k", "b")
	want(t, "the open shard", shard, "shardId-000000000003")
	for name, in := range map[string]m{
		"closed":       {"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "100"},
		"out of range": {"StreamName": "s", "ShardToSplit": "shardId-000000000003", "NewStartingHashKey": "1"},
		"no number":    {"StreamName": "s", "ShardToSplit": "shardId-000000000003", "NewStartingHashKey": "0x1"},
	} {
		if _, code := c.call("SplitShard", in); code == "" {
			t.Errorf("SplitShard %s was accepted", name)
		} else if name == "closed" {
			want(t, name, code, "InvalidArgumentException") // not ResourceInUse, which would be worth another attempt
		}
	}
}

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
	want(t, "current", out["CurrentShardCount"].(float64), 2)
	sum := c.must("DescribeStreamSummary", m{"StreamName": "s"})["StreamDescriptionSummary"].(m)
	want(t, "open", sum["OpenShardCount"].(float64), 3)
	for target, code := range map[int]string{7: "InvalidArgumentException", 1: "InvalidArgumentException", 0: "ValidationException"} {
		_, got := c.call("UpdateShardCount", m{"StreamName": "s", "TargetShardCount": target, "ScalingType": "UNIFORM_SCALING"})
		want(t, fmt.Sprint(target), got, code)
	}
	c.must("CreateStream", m{"StreamName": "d", "StreamModeDetails": m{"StreamMode": "ON_DEMAND"}})
	_, code := c.call("UpdateShardCount", m{"StreamName": "d", "TargetShardCount": 8, "ScalingType": "UNIFORM_SCALING"})
	want(t, "on demand", code, "ValidationException")
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
	want(t, "failed", out["FailedRecordCount"].(float64), 0)
	r := out["Records"].([]any)
	want(t, "lowest", r[0].(m)["ShardId"].(string), shard0)
	want(t, "highest", r[1].(m)["ShardId"].(string), "shardId-000000000003")
	// MD5("a") = 0cc175b9…: the first quarter of the key space.
	want(t, "by MD5", r[2].(m)["ShardId"].(string), shard0)
	want(t, "same key, same shard", r[3].(m)["ShardId"], r[2].(m)["ShardId"])
	_, code := c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x"), "ExplicitHashKey": "340282366920938463463374607431768211456"})
	want(t, "2^128", code, "InvalidArgumentException")
	_, code = c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "", "Data": []byte("x")})
	want(t, "empty key", code, "ValidationException")
	_, code = c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": make([]byte, 1<<20)})
	want(t, "too large", code, "ValidationException")
	_, code = c.call("PutRecords", m{"StreamName": "s", "Records": []m{}})
	want(t, "no records", code, "ValidationException")
	_, code = c.call("PutRecords", m{"StreamName": "s", "Records": slices.Repeat([]m{{"PartitionKey": "k", "Data": []byte("x")}}, 501)})
	want(t, "501 records", code, "ValidationException")
}

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
		want(t, "message", last["ErrorMessage"].(string), "Rate exceeded for shard shardId-000000000000 in stream s under account 123456789012.")
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
	c.closeAll()

	c = newCloud(t, dir, Options{MaxShardBytes: 1000})
	after := c.must("DescribeStream", m{"StreamName": "s"})
	want(t, "description", fmt.Sprint(after), fmt.Sprint(before))
	got, _, _ := c.readFrom(it)
	wantList(t, "records", got, "a")
	want(t, "consumers", len(c.must("ListStreamConsumers", m{"StreamARN": c.streamARN("s")})["Consumers"].([]any)), 1)
	wantList(t, "streams", names(c), "s")
	_, q2 := c.putOne("s", "k", "b")
	if q2 <= q1 {
		t.Errorf("sequence numbers fell over a restart: %s, %s", q1, q2)
	}
	c.putOne("s", "k", strings.Repeat("z", 990)) // trims what was there
	_, q3 := c.putOne("s", "k", "c")
	c.closeAll()

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
	wantList(t, "paused", got, "a")
	if err := c.ResumeStream("s"); err != nil {
		t.Fatal(err)
	}
	got, _, _ = c.readFrom(next)
	wantList(t, "resumed", got, "b")
	got, _, _ = c.readFrom(latest)
	wantList(t, "LATEST taken in the pause", got, "b")
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
		want(t, "token and name", code, "InvalidArgumentException")
		out = c.must("ListShards", m{"NextToken": token, "MaxResults": 2})
		want(t, "second page", out["Shards"].([]any)[0].(m)["ShardId"].(string), "shardId-000000000002")
		out = c.must("ListShards", m{"NextToken": out["NextToken"]})
		want(t, "last page", len(out["Shards"].([]any)), 1)
		want(t, "no more", out["NextToken"], nil)
		time.Sleep(301 * time.Second)
		_, code = c.call("ListShards", m{"NextToken": token})
		want(t, "old token", code, "ExpiredNextTokenException")
		_, code = c.call("ListShards", m{"NextToken": "xx"})
		want(t, "bad token", code, "InvalidArgumentException")

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
			want(t, fmt.Sprint(tc.filter), len(out["Shards"].([]any)), tc.want)
		}
		time.Sleep(25 * time.Hour) // the closed shard's retention ends
		c.must("DecreaseStreamRetentionPeriod", m{"StreamName": "s", "RetentionPeriodHours": 24})
		want(t, "expired shard", len(c.must("ListShards", m{"StreamName": "s"})["Shards"].([]any)), 6)
	})
}

func TestStreamLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{Transition: 5 * time.Second})
		c.create("s", 1)
		status := func() string {
			return c.must("DescribeStreamSummary", m{"StreamName": "s"})["StreamDescriptionSummary"].(m)["StreamStatus"].(string)
		}
		want(t, "at first", status(), "CREATING")
		_, code := c.call("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": []byte("x")})
		want(t, "put while creating", code, "ResourceNotFoundException")
		_, code = c.call("CreateStream", m{"StreamName": "s", "ShardCount": 1})
		want(t, "again", code, "ResourceInUseException")
		time.Sleep(5 * time.Second)
		want(t, "then", status(), "ACTIVE")
		c.must("UpdateStreamMode", m{"StreamARN": c.streamARN("s"), "StreamModeDetails": m{"StreamMode": "ON_DEMAND"}})
		want(t, "changing", status(), "UPDATING")
		c.putOne("s", "k", "x")
		_, code = c.call("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "1000"})
		want(t, "change while updating", code, "ResourceInUseException")
		time.Sleep(5 * time.Second)
		c.must("DeleteStream", m{"StreamName": "s"})
		want(t, "leaving", status(), "DELETING")
		time.Sleep(5 * time.Second)
		_, code = c.call("DescribeStream", m{"StreamName": "s"})
		want(t, "gone", code, "ResourceNotFoundException")
		c.create("s", 1)
	})
}

func TestTagsEncryptionAndLimits(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	c.must("AddTagsToStream", m{"StreamName": "s", "Tags": m{"a": "1", "b": "2"}})
	c.must("RemoveTagsFromStream", m{"StreamName": "s", "TagKeys": []string{"a"}})
	want(t, "tags", fmt.Sprint(c.must("ListTagsForStream", m{"StreamName": "s"})["Tags"]), "[map[Key:b Value:2]]")
	c.must("StartStreamEncryption", m{"StreamName": "s", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"})
	want(t, "encrypted", c.must("DescribeStream", m{"StreamName": "s"})["StreamDescription"].(m)["EncryptionType"].(string), "KMS")
	want(t, "limits", c.must("DescribeLimits", m{})["OpenShardCount"].(float64), 1)
	_, code := c.call("CreateStream", m{"StreamName": "t", "ShardCount": maxShards})
	want(t, "too many shards", code, "LimitExceededException")
	_, code = c.call("CreateStream", m{"StreamName": "a/b", "ShardCount": 1})
	want(t, "bad name", code, "ValidationException")
	_, code = c.call("Nonsense", m{})
	want(t, "unknown operation", code, "UnknownOperationException")
	_, code = c.raw("PutRecord", "{", nil)
	want(t, "no JSON", code, "SerializationException")
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
	arn := c.must("DescribeStreamConsumer", m{"StreamARN": c.streamARN("s"), "ConsumerName": "c"})["ConsumerDescription"].(m)["ConsumerARN"].(string)
	for _, tc := range []struct{ op, body, resource string }{
		{"GetRecords", `{"ShardIterator":"` + it + `"}`, c.streamARN("s")},
		{"PutRecord", `{"StreamName":"s","PartitionKey":"k","Data":"eA=="}`, c.streamARN("s")},
		{"ListShards", `{"StreamARN":"` + c.streamARN("s") + `"}`, c.streamARN("s")},
		{"ListStreams", `{}`, c.streamARN("*")},
		{"CreateStream", `{"StreamName":"n","ShardCount":1}`, c.streamARN("n")},
		{"DescribeStreamConsumer", `{"ConsumerARN":"` + arn + `"}`, arn},
	} {
		_, code := c.raw(tc.op, tc.body, only{"kinesis:Other", tc.resource})
		want(t, tc.op+" without the action", code, "AccessDeniedException")
		_, code = c.raw(tc.op, tc.body, only{"kinesis:" + tc.op, c.streamARN("other")})
		want(t, tc.op+" elsewhere", code, "AccessDeniedException")
		_, code = c.raw(tc.op, tc.body, only{"kinesis:" + tc.op, tc.resource})
		want(t, tc.op, code, "")
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
	want(t, "records", seen, writers*each)
}

func TestHashKeys(t *testing.T) {
	want(t, "largest", maxHashKey.String(), "340282366920938463463374607431768211455")
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
