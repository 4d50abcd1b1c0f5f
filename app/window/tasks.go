package window

import (
	"context"
	"sync"
	"time"
)

// tasks are what a window has begun and waits for when it ends: goroutines, and calls by the page.
type tasks struct {
	ctx    context.Context // ends with the window
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	under  sync.WaitGroup
}

func newTasks() *tasks {
	ctx, cancel := context.WithCancel(context.Background())
	return &tasks{ctx: ctx, cancel: cancel}
}

// begin counts one more task, until done is called. It returns false if the window has ended.
func (t *tasks) begin() (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return func() {}, false
	}
	t.under.Add(1)
	return t.under.Done, true
}

// Go runs f in a goroutine of its own, unless the window has ended. f must return soon after ctx is done.
func (t *tasks) Go(f func(ctx context.Context)) {
	done, ok := t.begin()
	if !ok {
		return
	}
	go func() {
		defer done()
		f(t.ctx)
	}()
}

// call returns the context of a call by the page, which ends with the window or after a time. done must be called.
func (t *tasks) call(within time.Duration) (ctx context.Context, done func()) {
	over, _ := t.begin()
	ctx, cancel := context.WithTimeout(t.ctx, within)
	return ctx, func() { cancel(); over() }
}

// close ends all tasks and waits for them, but not longer than within: a call into the desktop may hang. It reports
// whether all have ended.
func (t *tasks) close(within time.Duration) bool {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); t.under.Wait() }()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}
