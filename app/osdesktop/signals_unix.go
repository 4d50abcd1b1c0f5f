//go:build !windows

package osdesktop

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// DieBy ends the program by the signal that interrupted it, so that a shell's loop around it ends too.
func DieBy(s os.Signal) {
	number, ok := s.(syscall.Signal)
	if !ok {
		return
	}
	signal.Reset(number)
	if syscall.Kill(os.Getpid(), number) == nil {
		time.Sleep(time.Second) // the signal arrives meanwhile
	}
}
