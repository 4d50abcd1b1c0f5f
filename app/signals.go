package app

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// heeded are the signals that end the program.
var heeded = make(chan os.Signal, 2)

func heedSignals() { signal.Notify(heeded, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) }

// heedSignalsAlone takes the signals from Wails, which would ask the window to close as if somebody had pressed it.
func heedSignalsAlone() {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	heedSignals()
}

// untilSignal gives a context that ends with the first SIGINT, SIGTERM or SIGHUP. A second signal ends the program at once, which the armed stop is there for.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	heedSignals()
	go func() {
		select {
		case <-heeded:
			cancel()
		case <-ctx.Done():
			return
		}
		<-heeded
		os.Exit(6)
	}()
	return ctx, cancel
}
