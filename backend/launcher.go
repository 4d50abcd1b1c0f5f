package backend

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Launcher moves one user from sign-in to avatar and back. One goroutine (Run) owns the snapshot; window, tray and
// commands ask by Do and hear by Watch. Set the exported fields before Run.
type Launcher struct {
	Identity Identity
	Fleet    Fleet
	Logs     Logs
	Rules    Rules
	Profile  string // its name, for the snapshot
	Log      *slog.Logger
	KeepPool bool // this desktop may keep the pool
	Resume   bool // try the keyring's sign-in at the start of Run
	// BeforeSignOut waits for background work that needs the sign-in's credentials; nil for none. Its context bounds it.
	BeforeSignOut func(context.Context)
	// Now is the cloud's time, by which sessions end; nil for this computer's.
	Now func() time.Time

	once     sync.Once
	events   chan event
	finished chan struct{}

	mu       sync.Mutex
	snapshot Snapshot
	watchers map[chan Snapshot]struct{}
	rules    Rules

	cancelStart, cancelFollow, cancelKeep context.CancelFunc
	keeping                               chan struct{} // closed when the keeper has gone
	cancelAsk                             context.CancelFunc
	lastTurn                              <-chan struct{} // closed when the last work on the sign-in is over
	work                                  sync.WaitGroup
}

func (l *Launcher) init() {
	l.once.Do(func() {
		l.events = make(chan event, 64)
		l.finished = make(chan struct{})
		l.watchers = map[chan Snapshot]struct{}{}
		l.rules = l.Rules
		l.snapshot = Snapshot{Revision: 1, Phase: SignedOut, Since: l.now(), Profile: l.Profile}
		if l.Log == nil {
			l.Log = slog.New(slog.DiscardHandler)
		}
	})
}

// Run owns the snapshot until WishQuit is fulfilled (nil) or ctx is done (its error). When it returns, everything
// that it started has ended.
func (l *Launcher) Run(ctx context.Context) error {
	l.init()
	ctx, cancel := context.WithCancel(ctx)
	defer l.work.Wait()
	defer close(l.finished) // before the wait: what still runs posts to nobody
	defer cancel()
	if l.Resume {
		l.change(func(s Snapshot) Snapshot { return enter(s, SigningIn, l.now()) })
		l.begin(ctx, doResume{})
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

// alarm is a timer to the snapshot's deadline; a day where there is none.
func (l *Launcher) alarm() (*time.Timer, <-chan time.Time) {
	now := l.now()
	wait := 24 * time.Hour
	if at := deadline(l.Snapshot(), l.currentRules(), now); !at.IsZero() {
		wait = max(at.Sub(now), 10*time.Millisecond)
	}
	t := time.NewTimer(wait)
	return t, t.C
}

// step applies one event and begins its effects; true means that the Launcher is finished.
func (l *Launcher) step(ctx context.Context, e event) (finished bool) {
	before := l.Snapshot()
	rules, now := l.currentRules(), l.now()
	after, effects := next(before, e, rules, now)
	effects = append(sessionEffects(before, after), effects...)
	after.Timers, after.Cost = timers(after, rules), cost(after, rules.Prices, now)
	after.Skew = time.Until(now).Round(time.Second)
	l.change(func(Snapshot) Snapshot { return after })
	if before.Phase != after.Phase {
		l.Log.Info("phase", "from", before.Phase, "to", after.Phase)
	}
	if p := after.Problem; p != nil && p != before.Problem {
		l.Log.Warn("problem", "what", p.What, "why", p.Why, "cause", p.Cause)
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

// change replaces the snapshot and tells the watchers: each holds at most the newest one.
func (l *Launcher) change(f func(Snapshot) Snapshot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rev := l.snapshot.Revision
	l.snapshot = f(l.snapshot)
	l.snapshot.Revision = rev + 1
	for ch := range l.watchers {
		select {
		case <-ch:
		default:
		}
		ch <- l.snapshot
	}
}

// Snapshot returns the current snapshot.
func (l *Launcher) Snapshot() Snapshot {
	l.init()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.snapshot
}

// Watch gives the current snapshot and then each newer one; a slow reader skips to the newest. Registering and
// the first snapshot are one step, so none is missed. cancel closes the channel.
func (l *Launcher) Watch() (snapshots <-chan Snapshot, cancel func()) {
	l.init()
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan Snapshot, 1)
	ch <- l.snapshot
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
func (l *Launcher) Do(w Wish) {
	l.init()
	l.post(wished{w})
}

// Finished is closed when Run has returned: a WishQuit is fulfilled, or its context is done.
func (l *Launcher) Finished() <-chan struct{} {
	l.init()
	return l.finished
}

// Active tells the launcher that a line of an instance's log counts as use.
func (l *Launcher) Active(instanceID string) { l.init(); l.post(active{instanceID}) }

// Watched tells the launcher how many viewers are connected to an instance, UnknownViewers if that is not known. Somebody
// who is connected counts as use for as long as this is called at least once in watchTime.
func (l *Launcher) Watched(instanceID string, viewers int) {
	l.init()
	l.post(watched{instanceID, viewers})
}

// Announced tells the launcher that an instance's log has shown the readiness line.
func (l *Launcher) Announced(instanceID string) { l.init(); l.post(announced{instanceID}) }

// Notify sets or, with nil, lifts the standing condition of a source.
func (l *Launcher) Notify(key string, p *Problem) { l.init(); l.post(noticed{key, p}) }

// SetRules takes new figures in, from a configuration that has changed.
func (l *Launcher) SetRules(r Rules) {
	l.init()
	l.mu.Lock()
	l.rules = r
	l.mu.Unlock()
	l.post(ticked{})
}

func (l *Launcher) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}

func (l *Launcher) currentRules() Rules {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rules
}

// post is for callers outside of Run's context: it never blocks on a launcher that has ended.
func (l *Launcher) post(e event) {
	select {
	case <-l.finished:
	case l.events <- e:
	}
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
