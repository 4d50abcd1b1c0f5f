package kinesis

import (
	"avatar-launcher/backend/logs"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func TestFollowHandlesDisorderDuplicatesAndGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		for _, n := range []int{1, 3, 2, 2, 4, 7, 8} {
			s.put(mine, record(mine, n, fmt.Sprint("line ", n)))
		}
		b := newBook(s, nil)
		go func() {
			time.Sleep(5 * time.Second)
			s.put(mine, record(mine, 5, "line 5"))
			s.put(mine, record(mine, 1, "line 1 of a new boot"))
			s.put(mine, record(mine, 2, "line 2 of a new boot"))
		}()
		follow(t, b, since, 20*time.Second)
		wantTexts(t, b, "line 1", "line 2", "line 3", "line 4", "2 log lines are missing", "line 7", "line 8",
			"line 5", "line 1 of a new boot", "line 2 of a new boot")
		lines := b.Lines(logs.Query{}).Lines
		if lines[4].Gap != 2 || lines[4].Source != "launcher" || lines[4].InstanceID != mine {
			t.Errorf("the gap: %+v", lines[4])
		}
		if st := b.Stats(); st.Duplicates != 1 || st.Lost != 2 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestFollowDropsRepeatedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{page: 5}
		since := time.Now()
		for i := range 30 {
			s.put(mine, fmt.Sprint("plain ", i))
		}
		var before []types.Record
		s.alter = func(r []types.Record) []types.Record {
			out := append(slices.Clone(before), r...)
			before = r
			return out
		}
		b := newBook(s, nil)
		follow(t, b, since, 20*time.Second)
		if got := texts(b); len(got) != 30 || got[29] != "plain 29" {
			t.Errorf("%d lines: %q", len(got), got)
		}
	})
}

func TestFollowGarbageAndAMegabyte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		s.put(mine, "\xff\xfe\x00\x01garbage")
		s.put(mine, `{"v":1,"seq":`)
		s.put(mine, strings.Repeat("x", 1<<20))
		s.put(mine, strings.Repeat("\x1b]", 1<<19))
		s.put(mine, "\x1b[31mred\x1b[0m\r\nsecond\n\n")
		b := newBook(s, nil)
		follow(t, b, since, 5*time.Second)
		got := texts(b)
		if len(got) != 7-1 {
			t.Fatalf("%d lines", len(got))
		}
		if !strings.HasPrefix(got[0], `unreadable log line (11 bytes, not text): "\xff\xfe\x00\x01garbage"`) ||
			!strings.HasPrefix(got[1], "unreadable log line (13 bytes, broken JSON)") {
			t.Errorf("malformed: %q", got[:2])
		}
		if want := fmt.Sprintf(" … (%d bytes more)", 1<<20-64<<10); !strings.HasSuffix(got[2], want) {
			t.Errorf("1 MB: …%q", got[2][len(got[2])-40:])
		}
		if got[4] != "red" || got[5] != "second" || b.Stats().Malformed != 2 {
			t.Errorf("%q, %+v", got[4:], b.Stats())
		}
	})
}

func TestFollowReportsReadinessAndActivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		s.put(mine, record(mine, 1, "player connected"))
		time.Sleep(10 * time.Minute)
		s.put(mine, record(mine, 2, "avatar ready"))
		s.put(theirs, record(theirs, 3, "avatar ready"))
		var b *logs.Book
		var heard []string
		b = newBook(s, func(o *logs.Options, k *Options) {
			o.ReadyPattern, o.ActivityPattern = regexp.MustCompile("avatar ready"), regexp.MustCompile("player connected")
			o.OnReady = func(iid string) { heard = append(heard, "ready "+iid); b.Last() }
			o.OnActivity = func(iid string) { heard = append(heard, "active "+iid); b.Last() }
		})
		go func() {
			time.Sleep(10 * time.Second)
			s.put(mine, record(mine, 3, "player connected"))
		}()
		follow(t, b, since, time.Minute)
		if want := []string{"ready " + mine, "active " + mine}; !slices.Equal(heard, want) {
			t.Errorf("heard %q", heard)
		}
	})
}

func TestFollowKeepsMetricsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		s.put(mine, `{"v":1,"ts":"2026-01-02T03:04:05Z","seq":1,"iid":"`+mine+`","src":"metrics","cpu":12.5,"fps":0}`)
		s.put(mine, record(mine, 2, "line 2"))
		s.put(mine, `{"v":1,"ts":"2026-01-02T03:04:06Z","seq":3,"iid":"`+mine+`","src":"metrics","gpu":90,"net_out":1e6}`)
		b := newBook(s, nil)
		follow(t, b, since, 5*time.Second)
		wantTexts(t, b, "line 2")
		all := b.MetricsSince(time.Time{})
		if len(all) != 2 || *all[0].CPU != 12.5 || *all[0].FPS != 0 || all[0].GPU != nil {
			t.Fatalf("series %+v", all)
		}
		last, ok := b.Metrics()
		if !ok || *last.GPU != 90 || *last.NetOut != 1e6 || last.CPU != nil {
			t.Errorf("last %+v", last)
		}
		if n := len(b.MetricsSince(all[1].At)); n != 1 {
			t.Errorf("%d since the second", n)
		}
	})
}
