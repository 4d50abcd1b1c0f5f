package kinesis

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

// message is one decoded event-stream message; the decoder here is written against the specification, not against
// frame.
type message struct {
	headers map[string]string
	payload map[string]any
}

func decodeMessages(t *testing.T, b []byte) []message {
	t.Helper()
	var out []message
	for len(b) > 0 {
		total, hlen := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		if crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]) {
			t.Fatal("prelude CRC is wrong")
		}
		if crc32.ChecksumIEEE(b[:total-4]) != binary.BigEndian.Uint32(b[total-4:total]) {
			t.Fatal("message CRC is wrong")
		}
		msg := message{headers: map[string]string{}}
		for h := b[12 : 12+hlen]; len(h) > 0; {
			n := int(h[0])
			name := string(h[1 : 1+n])
			if h[1+n] != 7 {
				t.Fatalf("header %s is not a string", name)
			}
			v := int(binary.BigEndian.Uint16(h[2+n:]))
			msg.headers[name] = string(h[4+n : 4+n+v])
			h = h[4+n+v:]
		}
		if err := json.Unmarshal(b[12+hlen:total-4], &msg.payload); err != nil {
			t.Fatal(err)
		}
		out = append(out, msg)
		b = b[total:]
	}
	return out
}

// subscribed runs SubscribeToShard on its own goroutine; the function waits for its end and decodes what it sent.
func (c *cloud) subscribed(ctx context.Context, arn string, position m) func(t *testing.T) (int, []message) {
	body, _ := json.Marshal(m{"ConsumerARN": arn, "ShardId": shard0, "StartingPosition": position})
	w, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		c.Serve(ctx, w, c.request("SubscribeToShard", string(body), nil))
	}()
	return func(t *testing.T) (int, []message) {
		<-done
		if w.Code != http.StatusOK {
			return w.Code, nil
		}
		return w.Code, decodeMessages(t, bytes.Clone(w.Body.Bytes()))
	}
}

func (c *cloud) consumer(stream, name string) string {
	c.t.Helper()
	return c.must("RegisterStreamConsumer",
		m{"StreamARN": c.streamARN(stream), "ConsumerName": name})["Consumer"].(m)["ConsumerARN"].(string)
}

func eventData(t *testing.T, messages []message) (data []string, last message) {
	t.Helper()
	for _, msg := range messages {
		if msg.headers[":event-type"] == "SubscribeToShardEvent" {
			data = append(data, dataOf(t, msg.payload["Records"])...)
			last = msg
		}
	}
	return data, last
}

// records are an event's, none for other messages.
func records(msg message) []m {
	var out []m
	list, _ := msg.payload["Records"].([]any)
	for _, r := range list {
		out = append(out, r.(m))
	}
	return out
}

func TestSubscribeToShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		c.putOne("s", "k", "a")
		numbers := map[any]bool{}
		start := time.Now()
		wait := c.subscribed(t.Context(), c.consumer("s", "c"), m{"Type": "TRIM_HORIZON"})
		time.Sleep(time.Second)
		c.putOne("s", "k", "b")
		code, messages := wait(t)
		wiretest.Want(t, "status", code, 200)
		wiretest.Want(t, "life", time.Since(start), 5*time.Minute)
		wiretest.Want(t, "first", messages[0].headers[":event-type"], "initial-response")
		wiretest.Want(t, "message type", messages[1].headers[":message-type"], "event")
		data, last := eventData(t, messages)
		wiretest.WantList(t, "records", data, "a", "b")
		for _, msg := range messages {
			for _, r := range records(msg) {
				numbers[r["SequenceNumber"]] = true
			}
		}
		wiretest.Want(t, "records with numbers", len(numbers), 2)
		wiretest.Want(t, "the position is a record's number", numbers[last.payload["ContinuationSequenceNumber"]], false)
		_, after := c.putOne("s", "k", "c")
		wiretest.Want(t, "idle events carry the position", last.payload["ContinuationSequenceNumber"].(string) < after, true)
		// The position of the last event continues the subscription.
		ctx, cancel := context.WithCancel(t.Context())
		wait = c.subscribed(ctx, c.must("ListStreamConsumers",
			m{"StreamARN": c.streamARN("s")})["Consumers"].([]any)[0].(m)["ConsumerARN"].(string),
			m{"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last.payload["ContinuationSequenceNumber"]})
		time.Sleep(time.Second)
		cancel()
		_, messages = wait(t)
		data, _ = eventData(t, messages)
		wiretest.WantList(t, "continued", data, "c")
	})
}

func TestSubscriptionEndsWithItsShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		wait := c.subscribed(t.Context(), c.consumer("s", "c"), m{"Type": "LATEST"})
		time.Sleep(time.Second)
		c.putOne("s", "k", "a")
		c.must("SplitShard", m{"StreamName": "s", "ShardToSplit": shard0, "NewStartingHashKey": "1000"})
		_, messages := wait(t)
		data, last := eventData(t, messages)
		wiretest.WantList(t, "records", data, "a")
		wiretest.Want(t, "no continuation", last.payload["ContinuationSequenceNumber"], nil)
		wiretest.Want(t, "children", len(last.payload["ChildShards"].([]any)), 2)
	})
}

func TestOneSubscriptionAConsumerAndShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		c.create("s", 1)
		arn := c.consumer("s", "c")
		first := c.subscribed(t.Context(), arn, m{"Type": "LATEST"})
		time.Sleep(4 * time.Second)
		code, _ := c.subscribed(t.Context(), arn, m{"Type": "LATEST"})(t)
		wiretest.Want(t, "within 5 s", code, 400)
		time.Sleep(2 * time.Second)
		second := c.subscribed(t.Context(), arn, m{"Type": "LATEST"})
		_, messages := first(t)
		wiretest.Want(t, "taken over", messages[len(messages)-1].headers[":exception-type"], "ResourceInUseException")
		other := c.subscribed(t.Context(), c.consumer("s", "other"), m{"Type": "LATEST"})
		time.Sleep(time.Second)
		c.must("DeregisterStreamConsumer", m{"ConsumerARN": arn})
		_, messages = second(t)
		wiretest.Want(t, "deregistered", messages[len(messages)-1].headers[":message-type"], "exception")
		c.Close()
		code, _ = other(t)
		wiretest.Want(t, "another consumer, ended by Close", code, 200)
		code, _ = c.subscribed(t.Context(), arn, m{"Type": "LATEST"})(t)
		wiretest.Want(t, "no consumer", code, 400)
	})
}

func TestConsumerLimits(t *testing.T) {
	c := newCloud(t, "", Options{})
	c.create("s", 1)
	for i := range maxConsumers {
		c.consumer("s", string(rune('a'+i)))
	}
	_, code := c.call("RegisterStreamConsumer", m{"StreamARN": c.streamARN("s"), "ConsumerName": "zz"})
	wiretest.Want(t, "the 21st", code, "LimitExceededException")
	_, code = c.call("RegisterStreamConsumer", m{"StreamARN": c.streamARN("s"), "ConsumerName": "a"})
	wiretest.Want(t, "twice", code, "ResourceInUseException")
	out := c.must("ListStreamConsumers", m{"StreamARN": c.streamARN("s"), "MaxResults": 15})
	out = c.must("ListStreamConsumers", m{"StreamARN": c.streamARN("s"), "NextToken": out["NextToken"]})
	wiretest.Want(t, "second page", len(out["Consumers"].([]any)), 5)
	_, code = c.call("DeleteStream", m{"StreamName": "s"})
	wiretest.Want(t, "delete with consumers", code, "ResourceInUseException")
	c.must("DeleteStream", m{"StreamName": "s", "EnforceConsumerDeletion": true})
}
