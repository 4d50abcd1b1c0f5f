package dynamodb

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"avatar-launcher/backend/localcloud/store"
)

func benchClient(b *testing.B) *client {
	c := newClient(b, Options{})
	c.sessions()
	for i := range 1000 {
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"u%d"},"State":{"S":"warm"},"Created":{"N":"%d"},`+
			`"InstanceId":{"S":"i-0123456789abcdef0"},"Epoch":{"N":"1"}}}`, i, i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	return c
}

func (c *client) mustRaw(op, body string) {
	if w := c.raw(op, body); w.Code != 200 {
		c.tb.Fatalf("%s: %s", op, w.Body)
	}
}

func BenchmarkGetItem(b *testing.B) {
	c := benchClient(b)
	for b.Loop() {
		c.mustRaw("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u500"}},"ConsistentRead":true}`)
	}
}

func BenchmarkPutItem(b *testing.B) {
	c := benchClient(b)
	i := 0
	for b.Loop() {
		i++
		c.mustRaw("PutItem", fmt.Sprintf(`{"TableName":"sessions","Item":{"UserId":{"S":"n%d"},"State":{"S":"warm"},`+
			`"Created":{"N":"%d"}}}`, i, i))
	}
}

func BenchmarkConditionalUpdate(b *testing.B) {
	c := benchClient(b)
	for b.Loop() {
		c.mustRaw("UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"u500"}},"UpdateExpression":"SET `+
			`LastActivity = :t ADD Epoch :one","ConditionExpression":"attribute_exists(UserId) AND Epoch >= :one",`+
			`"ExpressionAttributeValues":{":t":{"N":"1700000000"},":one":{"N":"1"}}}`)
	}
}

func BenchmarkQueryIndex(b *testing.B) {
	c := benchClient(b)
	for b.Loop() {
		c.mustRaw("Query", fmt.Sprintf(byState, `,"Limit":10`))
	}
}

func BenchmarkScanFiltered(b *testing.B) {
	c := benchClient(b)
	for b.Loop() {
		c.mustRaw("Scan", `{"TableName":"sessions","FilterExpression":"Created BETWEEN :a AND :b",`+
			`"ExpressionAttributeValues":{":a":{"N":"10"},":b":{"N":"19"}}}`)
	}
}

func BenchmarkTransactWrite(b *testing.B) {
	c := benchClient(b)
	for b.Loop() {
		c.mustRaw("TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"u1"}},
			"UpdateExpression":"ADD Epoch :one","ExpressionAttributeValues":{":one":{"N":"1"}}}},
			{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"u2"}},"UpdateExpression":"ADD Epoch :one",
				"ExpressionAttributeValues":{":one":{"N":"1"}}}}]}`)
	}
}

// BenchmarkDurablePutItem writes from many clients to a file, which flush together.
func BenchmarkDurablePutItem(b *testing.B) {
	st, err := store.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	c := openClient(b, st, Options{})
	c.sessions()
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.mustRaw("PutItem", fmt.Sprintf(`{"TableName":"sessions","Item":{"UserId":{"S":"n%d"}}}`, n.Add(1)))
		}
	})
}

func BenchmarkParseCondition(b *testing.B) {
	vars := testVars(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseCondition(conditionExpression,
			"attribute_exists(n) AND (n BETWEEN :n1 AND :n9 OR begins_with(s, :he)) AND m.b.c <> :s", vars); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSmallItems puts many small items into a table and reports what each of them takes of the memory.
func BenchmarkSmallItems(b *testing.B) {
	const items = 50_000
	for b.Loop() {
		c := newClient(b, Options{})
		c.call("CreateTable", `{"TableName":"small","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id",`+
			`"KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}`)
		before := heapInUse()
		var body strings.Builder
		for i := 0; i < items; i += 25 {
			body.Reset()
			body.WriteString(`{"RequestItems":{"small":[`)
			for j := range 25 {
				if j > 0 {
					body.WriteByte(',')
				}
				fmt.Fprintf(&body, `{"PutRequest":{"Item":{"id":{"S":"user-%07d"},"n":{"N":"%d"}}}}`, i+j, i)
			}
			body.WriteString(`]}}`)
			c.mustRaw("BatchWriteItem", body.String())
		}
		b.ReportMetric(float64(heapInUse()-before)/items, "B/item")
		runtime.KeepAlive(c)
	}
	b.ReportMetric(0, "ns/op") // the writing is not what this is about
}

// heapInUse is what is in use after a collection, in bytes.
func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
