package fleet

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestBackgroundWorkBeginsWhileOthersWait, as with a broker that serves many users; the race detector watches.
func TestBackgroundWorkBeginsWhileOthersWait(t *testing.T) {
	var b background
	var callers sync.WaitGroup
	var done atomic.Int64
	for range 8 {
		callers.Go(func() {
			for range 100 {
				mine := make(chan struct{})
				b.Go(func() { done.Add(1); close(mine) })
				b.Wait()
				select {
				case <-mine:
				default:
					t.Error("Wait returned before the work that was running")
				}
			}
		})
	}
	callers.Wait()
	if b.Wait(); done.Load() != 800 {
		t.Errorf("%d of 800 ran", done.Load())
	}
}
