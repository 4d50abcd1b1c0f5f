package kinesis

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
)

// putBody is a PutRecords request of n records of 200 bytes, as log lines are.
func putBody(b *testing.B, n int) string {
	records := make([]m, n)
	for i := range records {
		records[i] = m{"PartitionKey": fmt.Sprintf("i-%d", i%8), "Data": make([]byte, 200)}
	}
	body, err := json.Marshal(m{"StreamName": "s", "Records": records})
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

func BenchmarkPutRecords(b *testing.B) {
	for _, store := range []string{"memory", "disk"} {
		b.Run(store, func(b *testing.B) {
			dir := ""
			if store == "disk" {
				dir = b.TempDir()
			}
			c := newCloud(b, dir, Options{MaxShardBytes: 8 << 20})
			c.create("s", 4)
			body := putBody(b, 100)
			b.ReportAllocs()
			b.SetBytes(100 * 200)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					c.Serve(b.Context(), httptest.NewRecorder(), c.request("PutRecords", body, nil))
				}
			})
		})
	}
}

func BenchmarkGetRecords(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCloud(b, "", Options{})
			c.create("s", 1)
			for range n {
				if err := c.PutRecord("s", "k", make([]byte, 200)); err != nil {
					b.Fatal(err)
				}
			}
			body, _ := json.Marshal(m{"ShardIterator": c.iteratorOf("s", shard0, "TRIM_HORIZON", nil)})
			b.ReportAllocs()
			b.SetBytes(int64(n) * 200)
			for b.Loop() {
				c.Serve(b.Context(), httptest.NewRecorder(), c.request("GetRecords", string(body), nil))
			}
		})
	}
}
