package route53

import (
	"fmt"
	"testing"
)

func BenchmarkUpsert(b *testing.B) {
	for _, dir := range []string{"", b.TempDir()} {
		b.Run(map[bool]string{true: "memory", false: "disk"}[dir == ""], func(b *testing.B) {
			c := newCloud(b, dir, Options{})
			zone := c.zone("example.com")
			body := batch(item("UPSERT", "www.example.com", "A", 60, "10.0.0.1"))
			b.ReportAllocs()
			for b.Loop() {
				c.raw("POST", "/2013-04-01/hostedzone/"+zone+"/rrset", body, nil)
			}
		})
	}
}

func BenchmarkLookup(b *testing.B) {
	c := newCloud(b, "", Options{})
	zone := c.zone("example.com")
	for i := range 1000 {
		c.must(zone, item("UPSERT", fmt.Sprintf("user%d.example.com", i), "A", 60, "10.0.0.1"))
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Lookup("user500.example.com")
	}
}
