package fleet

import "sync"

// background runs functions that no caller waits for. A sync.WaitGroup doesn't do: its Add may not go beside a Wait
// while the count is zero, and a Service that serves many users starts such work at any time.
type background struct {
	mu      sync.Mutex
	running int
	idle    chan struct{} // closed when running comes back to zero; nil while nothing has run
}

// Go runs do in a goroutine of its own.
func (b *background) Go(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == 0 {
		b.idle = make(chan struct{})
	}
	b.running++
	go func() {
		defer b.done()
		do()
	}()
}

func (b *background) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running--; b.running == 0 {
		close(b.idle)
	}
}

// Wait returns when nothing runs that was running when it was called; what begins meanwhile may hold it up.
func (b *background) Wait() {
	b.mu.Lock()
	idle, running := b.idle, b.running
	b.mu.Unlock()
	if running > 0 {
		<-idle
	}
}
