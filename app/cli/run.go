package cli

import (
	"context"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// quitTime is how long a verb waits for the instance's stop and the sign-out. The armed stop acts after it.
const quitTime = 25 * time.Second

// runner is the main job in a terminal.
type runner struct {
	rooms *core.Rooms
	out   *printer
	until string        // "ready", or empty: hold
	wait  bool          // in the queue, where nothing is free
	hold  time.Duration // after ready; 0: until a signal

	phase   backend.Phase
	query   logs.Query // the lines that are printed
	before  time.Time  // only lines written before it; zero for all
	place   int        // in the queue, as printed last
	lastSeq uint64
	asked   bool // for a start
	ready   bool
	leaving bool
	left    *backend.Session // keeps running, since it was found running
	err     error
}

func runCommand(o *options) *cobra.Command {
	var user, until string
	var fromStdin, wait bool
	var hold time.Duration
	c := &cobra.Command{
		Use:   "run --user NAME",
		Short: i18n.Text("commands.run.short"),
		Long:  i18n.Text("commands.run.long"),
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case until != "" && until != "ready":
				return usage(messages.New("commands.run.untilReady"))
			case until != "" && hold != 0:
				return exclude("--until", "--for")
			case hold < 0:
				return usage(messages.New("commands.run.forPositive"))
			}
			o.endsBySignal = true
			return runJob(c.Context(), o, &runner{until: until, hold: hold, wait: wait}, user, fromStdin)
		},
	}
	f := c.Flags()
	f.StringVar(&user, "user", "", i18n.Text("commands.run.user"))
	f.BoolVar(&fromStdin, "password-stdin", false, i18n.Text("commands.flags.passwordStdin"))
	f.StringVar(&until, "until", "", i18n.Text("commands.run.until"))
	f.DurationVar(&hold, "for", 0, i18n.Text("commands.run.for"))
	f.BoolVar(&wait, "wait", false, i18n.Text("commands.run.wait"))
	f.BoolVar(&o.json, "json", false, i18n.Text("commands.flags.jsonLines"))
	return c
}

func runJob(ctx context.Context, o *options, ru *runner, user string, fromStdin bool) error {
	level, err := o.level(slog.LevelError)
	if err != nil {
		return err
	}
	// The sign-in stays in memory: it must not take the window's place in the keyring.
	r, err := core.Build(ctx, o.profile, identity.Memory(), core.StderrLog(level))
	if err != nil {
		return err
	}
	defer r.Close()
	password, err := passwordFor(r.Profile, user, fromStdin)
	if err != nil {
		return err
	}
	ru.rooms, ru.out = r, &printer{w: stdout, json: o.json}
	defer func() { o.ended = o.json }()
	return ru.run(ctx, user, password)
}

// run drives the launcher by its snapshots until it has finished.
func (r *runner) run(ctx context.Context, user, password string) error {
	l := r.rooms.Launcher
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = l.Run(work) }()
	defer func() { stop(); <-ended }()

	snapshots, cancel := l.Watch()
	defer cancel()
	grown := make(chan struct{}, 1)
	defer r.rooms.Logs.Subscribe(func(uint64, uint64) {
		select {
		case grown <- struct{}{}:
		default:
		}
	})()
	l.Do(backend.Wish{Verb: backend.WishSignIn, Username: user, Password: password})

	var over, late <-chan time.Time
	signalled := ctx.Done()
	for {
		select {
		case s := <-snapshots:
			r.see(s)
			if r.ready && r.hold > 0 && over == nil {
				over = time.After(r.hold)
			}
		case <-grown:
			r.printLines()
		case <-over:
			r.leave(nil)
		case <-signalled:
			signalled = nil
			r.leave(r.interruption())
		case <-late:
			r.printLines()
			r.out.ended(errLate)
			return errLate
		case <-l.Finished():
			r.printLines()
			last := l.Snapshot()
			r.see(last)
			if r.err == nil && last.Problem != nil {
				r.err = last.Problem // the stop or the sign-out was not confirmed
			}
			r.out.left(r.left, r.rooms.Skew())
			r.out.ended(r.err)
			return r.err
		}
		if r.leaving && late == nil {
			late = time.After(quitTime)
			osdesktop.ProgramEnd.Allow(i18n.Text("commands.signal.stoppingSigningOut"), quitTime+osdesktop.EndTime,
				i18n.Text("commands.signal.armedStop"))
		}
	}
}

var errLate = &backend.Problem{Kind: backend.KindUnreachable, What: messages.New("cli.instanceStopCannotConfirmed"),
	Next: messages.New("cli.stopArmedStartedAct")}

// see reacts to a snapshot.
func (r *runner) see(s backend.Snapshot) {
	if s.Phase != r.phase {
		r.phase = s.Phase
		if s.Phase != backend.Ending || r.left == nil { // an instance that is left is not being stopped
			r.out.phase(s)
		}
	}
	r.out.tries(s.Tries)
	l := r.rooms.Launcher
	switch {
	case r.leaving:
	case s.Challenge != nil:
		r.leave(&backend.Problem{Kind: backend.KindRefused,
			What: messages.New("cli.signInNeedsFurtherStep", s.Challenge.Name),
			Next: messages.New("cli.signInWindowOnceVerb")})
	case s.Queue != nil && !r.wait:
		r.leave(&backend.Problem{Kind: backend.KindCapacity, What: messages.New("common.noFreeInstance"),
			Why:  i18n.Waiting(s.Queue),
			Next: messages.New("cli.tryAgainLaterWait")})
	case s.Queue != nil && s.Queue.Position != r.place:
		r.place = s.Queue.Position
		r.out.queue(*s.Queue)
	case s.Phase == backend.Failed, s.Problem != nil && (s.Phase == backend.SignedOut || s.Phase == backend.Idle):
		r.leave(s.Problem)
	case s.Phase == backend.Idle && !s.Adopting && !r.asked:
		r.asked = true
		l.Do(backend.Wish{Verb: backend.WishStart})
	case s.Phase == backend.Ready && !r.ready:
		r.ready, r.asked = true, true
		r.printLines()
		r.out.ready(s.URL, r.link(s))
		if r.until == "ready" {
			r.leave(nil)
		}
	case r.ready && (s.Phase == backend.Idle || s.Phase == backend.SignedOut):
		r.leave(nil) // its time was over, or somebody stopped it elsewhere
	}
}

// link returns a link that opens the avatar, or its plain address if there is none soon: the command
// connect makes another.
func (r *runner) link(s backend.Snapshot) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	link, err := r.rooms.Link(ctx, s)
	if err != nil {
		return s.URL
	}
	return link
}

func (r *runner) interruption() error {
	if r.ready {
		return nil
	}
	return &backend.Problem{Kind: backend.KindInterrupted, What: messages.New("cli.interruptedBeforeAvatarReady")}
}

// leave asks for the stop and the sign-out, once. An instance that was found running is another launcher's to stop.
func (r *runner) leave(err error) {
	if r.leaving {
		return
	}
	r.leaving, r.err = true, err
	if s := r.rooms.Launcher.Snapshot(); s.Attached {
		r.left = s.Session
	}
	r.rooms.Launcher.Do(backend.Wish{Verb: backend.WishQuit, LeaveAttached: true})
}

func (r *runner) printLines() {
	for {
		q := r.query
		q.After, q.Oldest, q.Limit = r.lastSeq, true, 1000
		page := r.rooms.Logs.Lines(q)
		if page.First > r.lastSeq+1 {
			r.out.missed(page.First - r.lastSeq - 1)
		}
		for _, line := range page.Lines {
			if r.before.IsZero() || line.At.Before(r.before) {
				r.out.line(line)
			}
		}
		if len(page.Lines) < q.Limit {
			r.lastSeq = page.Last
			return
		}
		r.lastSeq = page.Lines[len(page.Lines)-1].Seq
	}
}
