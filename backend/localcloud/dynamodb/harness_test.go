package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client calls the service as the front door would.
type client struct {
	tb   testing.TB
	s    *Service
	auth wire.Authorizer
}

func testEnv() wire.Env {
	var ids atomic.Int64
	return wire.Env{
		Region: "us-east-1", AccountID: "123456789012",
		Now:      func() time.Time { return time.Now().UTC() },
		Rand:     func(n int64) int64 { return 0 },
		NewID:    func(n int) string { return fmt.Sprintf("%0*x", n, ids.Add(1))[:n] },
		Throttle: func() bool { return false },
	}
}

func newClient(tb testing.TB, opts Options) *client {
	tb.Helper()
	st, err := store.Open("")
	if err != nil {
		tb.Fatal(err)
	}
	return openClient(tb, st, opts)
}

func openClient(tb testing.TB, st *store.Store, opts Options) *client {
	tb.Helper()
	s, err := New(testEnv(), st, opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return &client{tb: tb, s: s}
}

// raw makes a call and returns the recorded answer.
func (c *client) raw(op, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	c.s.Serve(context.Background(), w, &wire.Call{
		Service: "dynamodb", Operation: c.s.Operation(r, nil), Region: "us-east-1", Request: r, Body: []byte(body),
		Now: c.s.env.Now(), RequestID: "REQUEST", Auth: c.auth,
		Principal: wire.Principal{AccountID: "123456789012", ARN: "arn:aws:sts::123456789012:assumed-role/user/demo",
			Role: "user"},
	})
	return w
}

// call makes a call that must succeed.
func (c *client) call(op, body string, args ...any) map[string]any {
	c.tb.Helper()
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	w := c.raw(op, body)
	if w.Code != 200 {
		c.tb.Fatalf("%s %s: %d %s", op, body, w.Code, w.Body)
	}
	return parsed(c.tb, w)
}

// fail makes a call that must be refused and returns "Code: message" and the whole answer.
func (c *client) fail(op, body string, args ...any) (string, map[string]any) {
	c.tb.Helper()
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	w := c.raw(op, body)
	if w.Code == 200 {
		c.tb.Fatalf("%s %s: want an error, got %s", op, body, w.Body)
	}
	out := parsed(c.tb, w)
	_, code, _ := strings.Cut(out["__type"].(string), "#")
	message, ok := out["message"].(string)
	if capital, has := out["Message"].(string); has {
		if ok {
			c.tb.Errorf("%s %s: two messages: %v", op, body, out)
		}
		message = capital
	}
	return code + ": " + message, out
}

func (c *client) wantFail(want, op, body string, args ...any) {
	c.tb.Helper()
	if got, _ := c.fail(op, body, args...); got != want {
		c.tb.Errorf("%s %s:\n got %s\nwant %s", op, body, got, want)
	}
}

func parsed(tb testing.TB, w *httptest.ResponseRecorder) map[string]any {
	tb.Helper()
	sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10)
	if got := w.Header().Get("X-Amz-Crc32"); got != sum {
		tb.Errorf("x-amz-crc32 %s, want %s", got, sum)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		tb.Fatalf("answer %q: %v", w.Body, err)
	}
	return out
}

// wantJSON compares an answer with the JSON that it should be.
func wantJSON(tb testing.TB, got any, want string) {
	tb.Helper()
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		tb.Fatalf("%s: %v", want, err)
	}
	var g any
	_ = json.Unmarshal(mustJSON(got), &g)
	if d := cmp.Diff(w, g); d != "" {
		tb.Errorf("(-want +got)\n%s", d)
	}
}

// sessions makes the launcher's table: key UserId, index by State and CreationTime.
func (c *client) sessions() {
	c.tb.Helper()
	c.call("CreateTable", `{"TableName":"sessions","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"UserId","AttributeType":"S"},{"AttributeName":"State","AttributeType":"S"},
			{"AttributeName":"Created","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"UserId","KeyType":"HASH"}],
		"GlobalSecondaryIndexes":[{"IndexName":"by-state","KeySchema":[{"AttributeName":"State","KeyType":"HASH"},
			{"AttributeName":"Created","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"keys","KeySchema":[{"AttributeName":"State","KeyType":"HASH"}],
				"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}}]}`)
}

// log makes a table with a partition and a sort key of the given type, and a local index on "other".
func (c *client) log(sort string) {
	c.tb.Helper()
	c.call("CreateTable", `{"TableName":"log","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"%s"},
			{"AttributeName":"other","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},
			{"AttributeName":"other","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`, sort)
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
