package kinesis

import (
	"avatar-launcher/backend/logs"
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestForgetDropsUnpublishedRecords checks that records read for the earlier owner never appear, and the next owner's
// do.
func TestForgetDropsUnpublishedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		b := newBook(s, nil)
		since := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Follow(ctx, mine, since) }()
		time.Sleep(time.Second)
		putNumbered(s, 1, 3)
		time.Sleep(5 * time.Second)
		putNumbered(s, 5, 6) // these wait for line 4: the follower holds them back, and publishes them at its end
		time.Sleep(300 * time.Millisecond)
		before := len(b.Lines(logs.Query{}).Lines)
		b.Forget()
		cancel()
		<-ended
		if p := b.Lines(logs.Query{}); before < 3 || len(p.Lines) > 0 || b.Stats() != (logs.Stats{}) {
			t.Errorf("%d lines before, afterwards %+v, %+v", before, p.Lines, b.Stats())
		}
		time.Sleep(time.Minute)
		later := time.Now()
		putNumbered(s, 7, 9)
		follow(t, b, later, time.Minute)
		var texts []string
		for _, line := range b.Lines(logs.Query{Source: "boot"}).Lines {
			texts = append(texts, line.Text)
		}
		if len(texts) != 3 {
			t.Errorf("the next owner reads %q", texts)
		}
	})
}
