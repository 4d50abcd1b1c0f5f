package kinesis

import (
	"fmt"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// becomesReady calls Ready as the pool's keeper does, until it returns true or d has passed.
func becomesReady(t *testing.T, b *ReadyProbe, iid string, since time.Time, d time.Duration) bool {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(5 * time.Second) {
		ready, err := b.Ready(t.Context(), iid, since)
		if err != nil {
			t.Fatal(err)
		}
		if ready {
			return true
		}
	}
	return false
}

func TestReadyProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const yours = "i-0fedcba9876543210"
		s := &fakeStream{page: 50}
		b := New(Options{API: s, Name: "s"}).NewReadyProbe(regexp.MustCompile("avatar ready"))
		s.put(mine, "avatar ready") // of an earlier run
		time.Sleep(time.Minute)
		since := time.Now()
		for i := range 300 {
			s.put(mine, fmt.Sprint("booting ", i))
		}
		if becomesReady(t, b, mine, since, time.Minute) {
			t.Fatal("ready by a line of an earlier run")
		}
		s.split(mine)
		s.put(yours, "avatar ready")
		s.put(mine, "avatar ready")
		if !becomesReady(t, b, mine, since, time.Minute) || !becomesReady(t, b, yours, since, time.Minute) {
			t.Error("not ready after the line, behind a split")
		}
		reads := s.count("GetRecords")
		for range 100 {
			if ready, err := b.Ready(t.Context(), mine, since); !ready || err != nil {
				t.Fatal(ready, err)
			}
			if ready, err := b.Ready(t.Context(), mine, time.Now()); ready || err != nil {
				t.Fatal(ready, err)
			}
		}
		if n := s.count("GetRecords") - reads; n > 4 {
			t.Errorf("%d reads within a moment", n)
		}
		// One that is asked about from an earlier time is looked for again.
		if !becomesReady(t, b, mine, since.Add(-time.Hour), time.Minute) {
			t.Error("the earlier line was not found")
		}
	})
}

func TestReadyProbeRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		b := New(Options{API: s, Name: "s"}).NewReadyProbe(regexp.MustCompile("avatar ready"))
		since := time.Now()
		if ready, err := b.Ready(t.Context(), mine, since); ready || err != nil {
			t.Fatal(ready, err)
		}
		time.Sleep(20 * time.Minute) // the iterator expires
		s.put(mine, "avatar ready")
		for range 5 {
			// Others read the shard, so the probe is throttled.
			_, _ = s.GetRecords(t.Context(), &sdk.GetRecordsInput{ShardIterator: iterator(s.shards[0], 0)})
		}
		if ready, err := b.Ready(t.Context(), mine, since); ready || err != nil {
			t.Fatalf("throttled: %v, %v", ready, err)
		}
		if !becomesReady(t, b, mine, since, time.Minute) {
			t.Error("not ready after trouble")
		}
		if _, err := New(Options{API: s, Name: "s"}).NewReadyProbe(nil).Ready(t.Context(), mine, since); err == nil {
			t.Error("a probe without a pattern answers")
		}
	})
}
