package kinesis

import (
	"avatar-launcher/backend/logs"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

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
