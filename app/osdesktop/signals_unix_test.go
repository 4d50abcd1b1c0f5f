//go:build !windows

package osdesktop

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// TestEverySignalOfATerminalIsHeeded sends this process what a terminal and a service manager send to end a program.
func TestEverySignalOfATerminalIsHeeded(t *testing.T) {
	heedSignals()
	defer signal.Reset()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if signal.Ignored(s) {
			continue // by nohup
		}
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
		if got := <-heeded; got != s {
			t.Errorf("%v came as %v", s, got)
		}
	}
}
