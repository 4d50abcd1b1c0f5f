package kinesis

import (
	"avatar-launcher/backend/logs"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const (
	mine   = "i-0123456789abcdef0"
	theirs = "i-0fedcba9876543210"
)

// record is a line in the launcher's schema.
func record(iid string, seq int, msg string) string {
	return fmt.Sprintf(`{"v":1,"ts":%q,"seq":%d,"iid":%q,"epoch":1,"lvl":"info","src":"boot","msg":%q}`,
		time.Now().UTC().Format(time.RFC3339Nano), seq, iid, msg)
}

func newBook(s *fakeStream, change func(*logs.Options, *Options)) *logs.Book {
	o, k := logs.Options{}, Options{Name: "avatar", API: s, Readers: 1, Log: slog.New(slog.DiscardHandler)}
	o.Log = k.Log
	if change != nil {
		change(&o, &k)
	}
	o.Source = New(k)
	return logs.New(o)
}

// follow follows mine for some time and returns when that is over.
func follow(t *testing.T, b *logs.Book, since time.Time, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := b.Follow(ctx, mine, since); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Follow: %v", err)
	}
}

func texts(b *logs.Book) []string {
	var out []string
	for _, l := range b.Lines(logs.Query{Limit: 5000}).Lines {
		out = append(out, l.Text)
	}
	return out
}

func wantTexts(t *testing.T, b *logs.Book, want ...string) {
	t.Helper()
	if got := texts(b); !slices.Equal(got, want) {
		t.Fatalf("lines:\n%q\nwant\n%q\nstats %+v", got, want, b.Stats())
	}
}

func numbered(from, to int) []string {
	var out []string
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint("line ", i))
	}
	return out
}

func putNumbered(s *fakeStream, from, to int) {
	for i := from; i <= to; i++ {
		s.put(mine, record(mine, i, fmt.Sprint("line ", i)))
	}
}

func TestFollowReadsTheWholeBootAndThenLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{page: 7}
		putNumbered(s, 900, 910) // another session's
		time.Sleep(time.Minute)
		since := time.Now()
		putNumbered(s, 1, 50)
		s.put(theirs, record(theirs, 1, "not mine"))
		s.put(mine, record(theirs, 2, "not mine either"))
		b := newBook(s, nil)
		go func() {
			time.Sleep(20 * time.Second)
			putNumbered(s, 51, 60)
		}()
		follow(t, b, since, 30*time.Second)
		wantTexts(t, b, numbered(1, 60)...)
		if n := s.count("throttled"); n > 0 {
			t.Errorf("%d reads were throttled", n)
		}
		if st := b.Stats(); st.Others != 2 || st.Records != 62 || st.Lost != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestFollowThroughSplitsAndMerges(t *testing.T) {
	for _, random := range []bool{false, true} {
		t.Run(fmt.Sprint("random=", random), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &fakeStream{page: 3}
				since := time.Now()
				key := func(i int) string {
					if random {
						return fmt.Sprint("key", i)
					}
					return mine
				}
				n := 0
				put := func(count int) {
					for range count {
						n++
						s.put(key(n), record(mine, n, fmt.Sprint("line ", n)))
						time.Sleep(3 * time.Millisecond)
					}
				}
				put(20)
				s.split(mine)
				put(20)
				b := newBook(s, func(o *logs.Options, k *Options) { k.RandomKeys = random })
				go func() {
					time.Sleep(10 * time.Second)
					put(10)
					s.mu.Lock()
					s.lists = 3 // the children are not listed at once
					s.mu.Unlock()
					s.split(mine)
					put(10)
					time.Sleep(10 * time.Second)
					s.merge()
					put(20)
				}()
				follow(t, b, since, time.Minute)
				wantTexts(t, b, numbered(1, 80)...)
			})
		})
	}
}

func TestFollowResumesBehindTheLastRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		b := newBook(s, nil)
		putNumbered(s, 1, 10)
		follow(t, b, since, 5*time.Second)
		putNumbered(s, 11, 20)
		time.Sleep(time.Hour)
		follow(t, b, since, 5*time.Second)
		wantTexts(t, b, numbered(1, 20)...)
		if st := b.Stats(); st.Duplicates != 0 || st.Records != 20 {
			t.Errorf("read again: %+v", st)
		}
	})
}

// Between two sessions of a user, another user may have had the instance.
func TestFollowSkipsRecordsBetweenTwoSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		b := newBook(s, nil)
		putNumbered(s, 1, 2)
		follow(t, b, time.Now(), 5*time.Second)
		s.put(mine, record(mine, 1, "somebody else's"))
		time.Sleep(time.Minute)
		since := time.Now()
		s.put(mine, record(mine, 1, "mine again"))
		follow(t, b, since, 5*time.Second)
		wantTexts(t, b, "line 1", "line 2", "mine again")
	})
}

func TestFollowAfterTheIteratorExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{page: 4}
		since := time.Now()
		putNumbered(s, 1, 30)
		asleep := time.Now().Add(500 * time.Millisecond)
		var slept bool
		s.fault = func(call string) error {
			if call == "GetRecords" && !slept && time.Now().After(asleep) {
				slept = true
				time.Sleep(time.Hour) // the lid was closed
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 2*time.Hour)
		wantTexts(t, b, numbered(1, 30)...)
		if n := s.count("GetShardIterator"); n != 2 {
			t.Errorf("%d iterators", n)
		}
	})
}

func TestFollowBacksOffWhenThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 3)
		until := since.Add(2 * time.Minute)
		s.fault = func(call string) error {
			if call == "GetRecords" && time.Now().Before(until) {
				return &types.ProvisionedThroughputExceededException{}
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 3*time.Minute)
		wantTexts(t, b,
			"Too many people are reading the log at once, so lines arrive late. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
		if n := s.count("GetRecords"); n > 400 {
			t.Errorf("%d reads in three minutes", n)
		}
	})
}

// TestFollowRecoversSoonAfterAnOutage checks that the backoff does not grow with the length of the outage.
func TestFollowRecoversSoonAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		until := since.Add(10 * time.Minute)
		s.fault = func(string) error {
			if time.Now().Before(until) {
				return errors.New("no route to host")
			}
			return nil
		}
		putNumbered(s, 1, 3)
		b := newBook(s, nil)
		follow(t, b, since, 10*time.Minute+7*time.Second)
		wantTexts(t, b, "Can’t reach the log right now. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
	})
}

func TestFollowWaitsForAMissingStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 3)
		until := since.Add(time.Minute)
		s.fault = func(call string) error {
			if time.Now().Before(until) {
				return &types.ResourceNotFoundException{}
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 3*time.Minute)
		wantTexts(t, b, "The log stream avatar doesn’t exist yet. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
	})
}

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

func TestFollowOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 5)
		b := newBook(s, nil)
		go func() { _ = b.Follow(t.Context(), mine, since) }()
		follow(t, b, since, 10*time.Second)
		wantTexts(t, b, numbered(1, 5)...)
	})
}

// TestReadEndsWithTheLoop leaves the loop over Read early: every goroutine of it must end, or the bubble would not.
func TestReadEndsWithTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 3)
		s.split(mine)
		putNumbered(s, 4, 5)
		k := New(Options{API: s, Name: "avatar", Readers: 1, Log: slog.New(slog.DiscardHandler)})
		r := logs.Request{InstanceID: mine, Since: since}
		var read []string
		for len(read) < 5 { // each time it continues after the last batch
			for batch := range k.Read(t.Context(), r) {
				for _, e := range batch.Entries {
					read = append(read, e.Text)
				}
				r.Cursor = batch.Cursor
				break
			}
		}
		if !slices.Equal(read, numbered(1, 5)) {
			t.Errorf("read %q", read)
		}
	})
}
