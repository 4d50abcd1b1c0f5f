package osdesktop

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// heeded are the signals that end the program.
var heeded = make(chan os.Signal, 8)

// heedSignals takes SIGINT, SIGTERM, SIGQUIT (Ctrl-\) and, unless nohup took it first, SIGHUP. Go's runtime would print
// its stacks at SIGQUIT and leave the instance running; it still does at SIGABRT.
func heedSignals() {
	signal.Notify(heeded, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(heeded, syscall.SIGHUP)
	}
}

// TakeSignals takes the signals from Wails, which would ask the window to close as if somebody had pressed it.
func TakeSignals() {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	heedSignals()
}

const (
	EndTime  = 10 * time.Second       // how long a command may go on after a signal, unless it says otherwise
	sameTime = 300 * time.Millisecond // signals closer than this are one: a terminal and its shell may both send it
)

// ending is what the program does between the first signal and its end.
type ending struct {
	mu     sync.Mutex
	first  os.Signal // nil before it
	still  string    // a sentence on what goes on, such as "Still stopping the instance."; "" for Ending
	by     time.Time // when the program ends by itself
	after  string    // a sentence on what happens without the program, for anyone who leaves now
	timer  *time.Timer
	prompt func() // restores the terminal; nil while nobody is asked for anything
	err    io.Writer
	Leave  func(os.Signal)

	Ending string                   // what the second signal is answered with if nothing special goes on
	EndsAt func(time string) string // when the program ends by itself, as a sentence; nil to leave it out
}

// ProgramEnd is the program's.
var ProgramEnd = &ending{err: os.Stderr, Leave: func(os.Signal) { os.Exit(6) }}

// Allow takes what goes on after a signal, for how long at most, and what happens to those who do not wait. It may be
// called before the signal or after it.
func (e *ending) Allow(still string, within time.Duration, after string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.still, e.by, e.after = still, time.Now().Add(within), after
	if e.timer != nil {
		e.timer.Reset(within)
	}
}

// Asking says that somebody is asked for something, until the returned function is called: a signal then ends the
// program at once, after restore.
func (e *ending) Asking(restore func()) (answered func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.prompt = restore
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.prompt = nil
	}
}

// begin notes the first signal and sees that the program ends, whatever hangs.
func (e *ending) begin(s os.Signal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.first = s
	if e.prompt != nil { // nothing has begun that would have to be ended
		e.prompt()
		e.Leave(s)
		return
	}
	if e.by.IsZero() {
		e.by = time.Now().Add(EndTime)
	}
	e.timer = time.AfterFunc(time.Until(e.by), func() { e.Leave(s) })
}

// say answers the second signal.
func (e *ending) say() {
	e.mu.Lock()
	defer e.mu.Unlock()
	said := []string{cmp.Or(e.still, e.Ending)}
	if e.EndsAt != nil {
		said = append(said, e.EndsAt(e.by.Local().Format(time.TimeOnly)))
	}
	fmt.Fprintln(e.err, strings.TrimSpace(strings.Join(said, " ")))
	if e.after != "" {
		fmt.Fprintln(e.err, e.after)
	}
}

// Signal is the first signal, nil if none came.
func (e *ending) Signal() os.Signal {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.first
}

// UntilSignal returns a context that ends with the first signal that heedSignals takes. The second one says what is
// still done; the third ends the program at once, which the armed stop is there for.
func UntilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	heedSignals()
	go ProgramEnd.follow(ctx, heeded, cancel)
	return ctx, cancel
}

// follow takes one signal after the other.
func (e *ending) follow(ctx context.Context, signals <-chan os.Signal, cancel func()) {
	select {
	case s := <-signals:
		e.begin(s)
		cancel()
	case <-ctx.Done():
		return
	}
	last := time.Now()
	for said := false; ; {
		s := <-signals
		if time.Since(last) < sameTime {
			continue
		}
		last = time.Now()
		if said {
			e.Leave(s)
			return
		}
		e.say()
		said = true
	}
}
