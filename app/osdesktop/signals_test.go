package osdesktop

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestSignals: the first signal ends the context, the second says what goes on, the third leaves.
func TestSignals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		left := make(chan os.Signal, 1)
		e := &ending{err: &out, Leave: func(s os.Signal) { left <- s },
			EndsAt: func(time string) string { return "It ends by itself at " + time + "." }}
		signals := make(chan os.Signal)
		ctx, cancel := context.WithCancel(t.Context())
		go e.follow(ctx, signals, cancel)

		signals <- os.Interrupt
		<-ctx.Done()
		e.Allow("Still stopping the instance.", 25*time.Second, "The armed stop acts by itself.")
		signals <- os.Interrupt // at the same moment: the shell sends it too
		synctest.Wait()
		if said := out.Bytes(); len(said) > 0 || e.Signal() != os.Interrupt {
			t.Errorf("one signal twice said %q", said)
		}
		time.Sleep(time.Second)
		by := time.Now().Add(24 * time.Second).Local().Format(time.TimeOnly)
		signals <- os.Interrupt
		synctest.Wait()
		for _, want := range []string{"Still stopping the instance.", "ends by itself at " + by,
			"The armed stop acts by itself."} {
			if said := out.String(); !strings.Contains(said, want) {
				t.Errorf("the second said %q, not %q", said, want)
			}
		}
		time.Sleep(time.Second)
		signals <- syscall.SIGTERM
		if s := <-left; s != syscall.SIGTERM {
			t.Errorf("left by %v", s)
		}
	})
}

// TestSignalAtAPrompt ends the program at once, with the terminal as it was.
func TestSignalAtAPrompt(t *testing.T) {
	var did []string
	e := &ending{Leave: func(os.Signal) { did = append(did, "leave") }}
	answered := e.Asking(func() { did = append(did, "restore") })
	e.begin(os.Interrupt)
	if strings.Join(did, " ") != "restore leave" {
		t.Errorf("it did %q", did)
	}
	answered()
	did = nil
	e.begin(os.Interrupt)
	if len(did) > 0 {
		t.Errorf("after the answer it did %q", did)
	}
	e.timer.Stop()
}

// TestWhatHangsAfterASignal ends by itself, after the time that it was allowed.
func TestWhatHangsAfterASignal(t *testing.T) {
	for name, allowed := range map[string]time.Duration{"nothing was allowed": 0, "a stop": 25 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				left := make(chan os.Signal, 1)
				e := &ending{err: io.Discard, Leave: func(s os.Signal) { left <- s }}
				e.begin(os.Interrupt)
				if allowed > 0 {
					e.Allow("stopping", allowed, "")
				}
				start := time.Now()
				<-left
				if took := time.Since(start); took != max(allowed, EndTime) {
					t.Errorf("it ended after %v", took)
				}
			})
		})
	}
}
