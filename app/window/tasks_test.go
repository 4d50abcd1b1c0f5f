package window

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatAWindowHasBegunEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTasks()
		var ended atomic.Int32
		w.Go(func(ctx context.Context) { <-ctx.Done(); ended.Add(1) })
		ctx, done := w.call(time.Hour)
		go func() { <-ctx.Done(); ended.Add(1); done() }()
		from := time.Now()
		if !w.close(time.Minute) || ended.Load() != 2 || time.Since(from) > 0 {
			t.Errorf("%d of 2 ended, after %v", ended.Load(), time.Since(from))
		}
		w.Go(func(context.Context) { t.Error("something began after the window's end") })
		late, done := w.call(time.Hour)
		defer done()
		if late.Err() == nil {
			t.Error("a call goes on after the window's end")
		}
	})
}

func TestATaskThatHangsDoesNotHoldTheEndUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTasks()
		hangs := make(chan struct{})
		w.Go(func(context.Context) { <-hangs })
		from := time.Now()
		if w.close(2*time.Second) || time.Since(from) != 2*time.Second {
			t.Errorf("closed after %v", time.Since(from))
		}
		close(hangs)
	})
}
