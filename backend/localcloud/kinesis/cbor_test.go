package kinesis

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// inCBOR sends a request in CBOR and returns the answer's members and the error's code.
func (c *cloud) inCBOR(op string, in any) (m, string) {
	c.t.Helper()
	body, err := cbor.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.bytesInCBOR(op, body)
}

func (c *cloud) bytesInCBOR(op string, body []byte) (m, string) {
	c.t.Helper()
	call := c.request(op, string(body), nil)
	call.Request.Header.Set("Content-Type", cborType)
	w := httptest.NewRecorder()
	c.Serve(c.t.Context(), w, call)
	out := m{}
	if w.Body.Len() > 0 {
		if err := cbor.Unmarshal(w.Body.Bytes(), &out); err != nil {
			c.t.Fatalf("%s answered %q: %v", op, w.Body, err)
		}
	}
	if got := w.Header().Get("Content-Type"); got != cborType {
		c.t.Errorf("%s answered in %s", op, got)
	}
	code, _ := out["__type"].(string)
	if w.Code != 200 && w.Header().Get("X-Amzn-Errortype") != code {
		c.t.Errorf("%s: code %q in the header and %q in the body", op, w.Header().Get("X-Amzn-Errortype"), code)
	}
	return out, code
}

func TestRecordsInCBOR(t *testing.T) {
	c := newCloud(t, "", Options{})
	if out, code := c.inCBOR("CreateStream", m{"StreamName": "s", "ShardCount": 1}); code != "" {
		t.Fatal(code, out)
	}
	data := []byte{0, 255, 'x'}
	one, code := c.inCBOR("PutRecord", m{"StreamName": "s", "PartitionKey": "k", "Data": data})
	if code != "" {
		t.Fatal(code, one)
	}
	if out, code := c.inCBOR("PutRecords",
		m{"StreamName": "s", "Records": []m{{"PartitionKey": "k", "Data": data}}}); code != "" ||
		out["FailedRecordCount"] != uint64(0) {
		t.Errorf("PutRecords: %s %v", code, out)
	}
	from := cbor.Tag{Number: 1, Content: time.Now().Add(-time.Minute).UnixMilli()}
	it, code := c.inCBOR("GetShardIterator",
		m{"StreamName": "s", "ShardId": one["ShardId"], "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": from})
	if code != "" {
		t.Fatal(code, it)
	}
	out, code := c.inCBOR("GetRecords", m{"ShardIterator": it["ShardIterator"]})
	records, _ := out["Records"].([]any)
	if code != "" || len(records) != 2 {
		t.Fatalf("GetRecords: %s %v", code, out)
	}
	r := records[0].(map[any]any)
	if got, ok := r["Data"].([]byte); !ok || !bytes.Equal(got, data) {
		t.Errorf("the data: %v", r["Data"])
	}
	if r["SequenceNumber"] != one["SequenceNumber"] || r["PartitionKey"] != "k" {
		t.Errorf("the record: %v", r)
	}
	if _, empty := r["EncryptionType"]; empty {
		t.Error("a member that JSON leaves out is there")
	}
}

// TestTimesInCBOR looks at the bytes: tag 1 and a number of milliseconds.
func TestTimesInCBOR(t *testing.T) {
	at := time.UnixMilli(1700000000123).UTC()
	b, err := cbor.Marshal(timestamp(at))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", b); got != "c11b0000018bcfe5687b" {
		t.Errorf("written as %s", got)
	}
	var back timestamp
	if err := cbor.Unmarshal(b, &back); err != nil || !time.Time(back).Equal(at) {
		t.Errorf("read as %v, %v", time.Time(back), err)
	}
}

func TestErrorsInCBOR(t *testing.T) {
	c := newCloud(t, "", Options{})
	if out, code := c.inCBOR("DescribeStream", m{"StreamName": "none"}); code != "ResourceNotFoundException" ||
		out["message"] == nil {
		t.Errorf("no such stream: %s %v", code, out)
	}
	if out, code := c.inCBOR("SubscribeToShard", m{"ConsumerARN": "none"}); code == "" {
		t.Errorf("no such consumer: %v", out)
	}
	for what, body := range map[string][]byte{"cut off": {0xa1, 0x6a, 'S'},
		"a number for a name": {0xa1, 0x6a, 'S', 't', 'r', 'e', 'a', 'm', 'N', 'a', 'm', 'e', 7}} {
		out, code := c.bytesInCBOR("DescribeStream", body)
		if code != "SerializationException" || out["Message"] == nil || out["message"] != nil {
			t.Errorf("%s: %s %v", what, code, out)
		}
	}
}

// TestErrorsDoNotNameGoTypes sends JSON of wrong types and none at all.
func TestErrorsDoNotNameGoTypes(t *testing.T) {
	c := newCloud(t, "", Options{})
	for body, want := range map[string]string{
		`{"StreamName":7}`: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be " +
			"converted to an String",
		`{"StreamName":"s","Records":{}}`:      "Start of structure or map found where not expected.",
		`{"Records":[{"PartitionKey":["x"]}]}`: "Start of list found where not expected",
		`[]`:                                   "Start of list found where not expected",
		`{`:                                    "The body is not valid JSON",
		`{"Records":[{"Data":"no base64 ***"}]}`: "'no base64 ***' can not be converted to a Blob: Base64 " +
			"encoded length is expected a multiple of 4 bytes but found: 13",
	} {
		out, code := c.raw("PutRecords", body, nil)
		if code != "SerializationException" || out["Message"] != want || out["message"] != nil {
			t.Errorf("%s: %s %v", body, code, out)
		}
	}
}
