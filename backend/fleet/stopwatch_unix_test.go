//go:build unix

package fleet_test

import (
	"syscall"
	"time"
)

// stopwatch measures real time, also from within a bubble, whose clock is virtual: by the processor time
// of the process.
func stopwatch() func() time.Duration {
	used := func() time.Duration {
		var u syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
			return 0
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	from := used()
	return func() time.Duration { return used() - from }
}
