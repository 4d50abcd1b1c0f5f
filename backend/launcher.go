package backend

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"
)

// Options are what a Launcher is made of. Identity and Fleet are needed.
type Options struct {
	Identity Identity
	Fleet    Fleet
	Logs     Logs   // nil follows no log
	Inbox    *Inbox // in which the rooms report; nil makes one
	Rules    Rules
	Profile  string       // its name, for the snapshot
	Log      *slog.Logger // nil discards
	KeepPool bool         // this desktop may keep the pool
	// BeforeSignOut waits for background work that needs the sign-in's credentials; nil for none. Its context bounds it.
	BeforeSignOut func(context.Context)
	// Now is the cloud's time, by which sessions end; nil for this computer's.
	Now func() time.Time
}

// Launcher moves one user from sign-in to avatar and back. One goroutine (Run) owns the state; window, tray and
// commands ask by Do and hear by Watch. What the rooms see unasked comes by its Inbox.
type Launcher struct {
	*Inbox
	opt Options

	mu       sync.Mutex
	state    state
	watchers map[chan Snapshot]struct{}
	rules    Rules

	cancelStart, cancelFollow, cancelKeep context.CancelFunc
	keeping                               chan struct{} // closed when the keeper has gone
	cancelAsk                             context.CancelFunc
	lastTurn                              <-chan struct{} // closed when the last work on the sign-in is over
	work                                  sync.WaitGroup
}

// New makes a Launcher with nobody signed in. It starts nothing: Run does.
func New(o Options) *Launcher {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.Inbox == nil {
		o.Inbox = NewInbox()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Launcher{Inbox: o.Inbox, opt: o, rules: o.Rules, state: newState(o.Profile, o.Now()),
		watchers: map[chan Snapshot]struct{}{}}
}

// Run owns the state until WishQuit is fulfilled (nil) or ctx is done (its error). It begins with the wishes given,
// such as WishUnlock to sign in by the keyring. When it returns, everything that it started has ended.
func (l *Launcher) Run(ctx context.Context, wishes ...Wish) error {
	ctx, cancel := context.WithCancel(ctx)
	defer l.work.Wait()
	defer close(l.finished) // before the wait: what still runs posts to nobody
	defer cancel()
	for _, w := range wishes {
		if l.step(ctx, wished{w}) {
			return nil
		}
	}
	for {
		timer, wait := l.alarm()
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-wait:
			l.step(ctx, ticked{})
		case e := <-l.events:
			timer.Stop()
			if l.step(ctx, e) {
				return nil
			}
		}
	}
}

// alarm is a timer to the state's deadline, or to tomorrow if there is none.
func (l *Launcher) alarm() (*time.Timer, <-chan time.Time) {
	now := l.opt.Now()
	wait := 24 * time.Hour
	if at := deadline(l.current(), l.currentRules(), now); !at.IsZero() {
		wait = max(at.Sub(now), 10*time.Millisecond)
	}
	t := time.NewTimer(wait)
	return t, t.C
}

// step applies one event and begins its effects; true means that the Launcher is finished.
func (l *Launcher) step(ctx context.Context, e event) (finished bool) {
	before := l.current()
	rules, now := l.currentRules(), l.opt.Now()
	after, effects := next(before, e, rules, now)
	effects = append(sessionEffects(before, after), effects...)
	after.Timers, after.Cost = timers(after.Snapshot, rules), cost(after, rules.Prices)
	after.Skew = time.Until(now).Round(time.Second)
	l.change(after)
	if before.Phase != after.Phase {
		l.opt.Log.Info("phase", "from", before.Phase, "to", after.Phase)
	}
	if p := after.Problem; p != nil && p != before.Problem {
		l.opt.Log.Warn("problem", "what", p.What, "why", p.Why, "cause", p.Cause)
	}
	for _, f := range effects {
		if _, end := f.(doFinish); end {
			finished = true
			continue
		}
		l.begin(ctx, f)
	}
	return finished
}

// change replaces the state and tells the watchers: each holds at most the newest snapshot.
func (l *Launcher) change(next state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next.Revision = l.state.Revision + 1
	l.state = next
	for ch := range l.watchers {
		select {
		case <-ch:
		default:
		}
		ch <- next.Snapshot
	}
}

// current returns the state that the loop works on.
func (l *Launcher) current() state {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Snapshot returns the current snapshot.
func (l *Launcher) Snapshot() Snapshot { return l.current().Snapshot }

// Watch gives the current snapshot and then each newer one; a slow reader skips to the newest. Registering and
// the first snapshot are one step, so none is missed. cancel closes the channel.
func (l *Launcher) Watch() (snapshots <-chan Snapshot, cancel func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan Snapshot, 1)
	ch <- l.state.Snapshot
	l.watchers[ch] = struct{}{}
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, ok := l.watchers[ch]; ok {
			delete(l.watchers, ch)
			close(ch)
		}
	}
}

// Do asks for something. What comes of it is seen by Watch.
func (l *Launcher) Do(w Wish) { l.post(wished{w}) }

// SetRules takes new figures in, from a configuration that has changed.
func (l *Launcher) SetRules(r Rules) {
	l.mu.Lock()
	l.rules = r
	l.mu.Unlock()
	l.post(ticked{})
}

func (l *Launcher) currentRules() Rules {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rules
}

// send is for work under Run's context.
func (l *Launcher) send(ctx context.Context, e event) {
	select {
	case l.events <- e:
	case <-ctx.Done():
	}
}

func (l *Launcher) run(ctx context.Context, f func(context.Context)) {
	l.work.Add(1)
	go func() {
		defer l.work.Done()
		f(ctx)
	}()
}
