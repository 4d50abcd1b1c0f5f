package kinesis

import (
	"avatar-launcher/backend/logs"
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// write puts a line every second for d.
func write(s *fakeStream, d time.Duration) {
	for range int(d / time.Second) {
		s.put(mine, "a line")
		time.Sleep(time.Second)
	}
}

// TestFollowReadsAQuietShardLessOften checks that a log that nothing but metrics is written to is read about once a
// second by its only reader, and five times a second again once there are lines.
func TestFollowReadsAQuietShardLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		b, since := newBook(s, nil), time.Now()
		reads := func() int {
			before := s.count("GetRecords")
			follow(t, b, since, time.Minute)
			return s.count("GetRecords") - before
		}
		go func() {
			for range 30 {
				s.put(mine, `{"src":"metrics","cpu":12,"iid":"`+mine+`","v":1}`)
				time.Sleep(2 * time.Second)
			}
		}()
		if n := reads(); n < 50 || n > 75 {
			t.Errorf("%d reads in a minute without a line", n)
		}
		go write(s, time.Minute)
		if n := reads(); n < 240 || n > 301 {
			t.Errorf("%d reads in a minute with a line a second", n)
		}
	})
}

// TestFollowReadsASlowStreamAsOften checks that the time of an answer counts as part of the interval between reads.
func TestFollowReadsASlowStreamAsOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{slow: 150 * time.Millisecond}
		since := time.Now()
		go write(s, time.Minute)
		follow(t, newBook(s, nil), since, time.Minute)
		if n := s.count("GetRecords"); n < 240 || n > 301 {
			t.Errorf("%d reads in a minute, where 5 a second are allowed", n)
		}
		if n := s.count("throttled"); n > 0 {
			t.Errorf("%d of them were refused", n)
		}
	})
}

func TestManyReadersShareAShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		const readers = 20
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
		defer cancel()
		books := make([]*logs.Book, readers)
		for i := range books {
			books[i] = newBook(s, func(o *logs.Options, k *Options) { k.Readers = readers })
			go func() { _ = books[i].Follow(ctx, mine, since) }()
		}
		for i := range 250 {
			putNumbered(s, i+1, i+1)
			time.Sleep(time.Second)
		}
		<-ctx.Done()
		synctest.Wait()
		for _, b := range books {
			if got := b.Lines(logs.Query{Source: "boot"}).Lines; len(got) != 250 || b.Stats().Lost != 0 {
				t.Fatalf("%d lines, %+v", len(got), b.Stats())
			}
		}
		if reads, refused := s.count("GetRecords"), s.count("throttled"); refused > reads/3 {
			t.Errorf("%d of %d reads were throttled", refused, reads)
		}
	})
}

// TestFollowPacesByKnownReaders checks the read rate of an unknown number of readers, of one and of twenty.
func TestFollowPacesByKnownReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		k := New(Options{Name: "avatar", API: s})
		b := logs.New(logs.Options{Source: k})
		reads := func(followed []string) int {
			k.SetFollowed(followed)
			before := s.count("GetRecords")
			go write(s, time.Minute)
			follow(t, b, since, time.Minute)
			return s.count("GetRecords") - before
		}
		followed := []string{mine}
		for i := range 19 {
			followed = append(followed, fmt.Sprintf("i-%017x", i))
		}
		unknown, alone, crowd := reads(nil), reads([]string{mine}), reads(followed)
		if unknown < 50 || unknown > 61 || alone < 240 || alone > 301 || crowd < 12 || crowd > 16 {
			t.Errorf("reads a minute: %d of an unknown many, %d alone, %d of twenty", unknown, alone, crowd)
		}
		s.split(mine) // most of them read another shard now
		if n := reads(followed); n <= crowd {
			t.Errorf("%d reads after the split", n)
		}
	})
}
