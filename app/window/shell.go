package window

import (
	"cmp"
	"context"
	"log/slog"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
	"avatar-launcher/backend/updates"
)

// Shell is the window around the rooms: what the bound services, the tray and the signals have in common. The window
// is there before the rooms are: what needs them is called after wired, or waits for it by ready.
type Shell struct {
	log      *slog.Logger
	stateDir string
	desk     desk
	// crashReport is the file with what ended the launcher last time, "" if it ended properly
	crashReport string
	place       atomic.Pointer[[2]int] // of the window when it was hidden, nil while it is shown
	hidden      bool                   // the window starts hidden
	offered     atomic.Pointer[string] // a link or a profile that the page has not asked for yet
	again       atomic.Bool            // the program is to be opened again after its end

	wired chan struct{} // closed once the two below are set
	rooms *core.Rooms
	logs  *logs.Book

	tasks       *tasks          // what the window has begun
	ctx         context.Context // Wails': set by OnStartup, nil before
	opened      chan struct{}   // closed once ctx is set
	icon        atomic.Pointer[tray]
	failure     atomic.Pointer[backend.Problem] // why the launcher cannot start, nil if it can
	life        lifecycle
	displayLost func()                   // ends the process properly where its display has gone
	question    atomic.Pointer[question] // before quitting, nil while it is not open on the page
	dialogs     atomic.Int32             // of the system's, open now
	notifies    atomic.Bool              // the system shows notifications
	onBus       *busNotifier             // Linux: set before notifies, nil elsewhere
	inhibitor   osdesktop.Inhibitor
	rules       atomic.Pointer[backend.Rules]  // in force; nil before wired
	updates     atomic.Pointer[updates.Status] // nil if the profile names no releases
	beaten      atomic.Int64                   // Unix nanoseconds of the page's last beat, 0 before the first
}

func newShell(stateDir string) *Shell {
	return &Shell{stateDir: stateDir, tasks: newTasks(), wired: make(chan struct{}), opened: make(chan struct{})}
}

// wire puts the rooms in.
func (s *Shell) wire(r *core.Rooms) {
	s.rooms, s.logs = r, r.Logs
	now := core.Rules(r.Profile)
	s.rules.Store(&now)
	s.life.run()
	close(s.wired)
}

// ready waits for the rooms; false where the window ends first, or the launcher cannot start.
func (s *Shell) ready() bool {
	select {
	case <-s.wired:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// running reports whether the rooms are there.
func (s *Shell) running() bool {
	select {
	case <-s.wired:
		return true
	default:
		return false
	}
}

func (s *Shell) do(w backend.Wish) {
	if s.running() {
		s.rooms.Launcher.Do(w)
	}
}

func (s *Shell) snapshot() backend.Snapshot { return s.rooms.Launcher.Snapshot() }

// connect opens the avatar in the system's browser.
func (s *Shell) connect() {
	snapshot := s.snapshot()
	if _, err := osdesktop.AvatarURL(snapshot); err != nil {
		s.log.Warn("the avatar's address is not opened", "cause", err)
		return
	}
	s.do(backend.Wish{Verb: backend.WishTouch, Use: backend.UseOpen})
	s.tasks.Go(func(ctx context.Context) { s.openAvatar(ctx, snapshot) })
}

// copyLink copies a fresh link that opens the avatar. If none can be made, the window comes up and says why.
func (s *Shell) copyLink() {
	snapshot := s.snapshot()
	s.tasks.Go(func(ctx context.Context) {
		link, err := s.rooms.Link(ctx, snapshot)
		if err == nil {
			err = wails.ClipboardSetText(s.ctx, link)
		}
		if err != nil {
			s.log.Warn("the avatar's link was not copied", "cause", err)
			s.rooms.Launcher.Notify(backend.NoticeBrowser, backend.ProblemOf(err))
			s.show()
		}
	})
}

// openAvatar opens the avatar by a fresh link. If that fails, the window comes up, says the address, and
// has copied the link.
func (s *Shell) openAvatar(ctx context.Context, snapshot backend.Snapshot) {
	link, err := s.rooms.Link(ctx, snapshot)
	if err != nil {
		s.log.Warn("no link to the avatar could be made", "cause", err)
		s.rooms.Launcher.Notify(backend.NoticeBrowser, backend.ProblemOf(err))
		return
	}
	err = osdesktop.OpenURL(link, osdesktop.BrowserPatience)
	if err == nil {
		s.rooms.Launcher.Notify(backend.NoticeBrowser, nil)
		return
	}
	s.log.Warn("the browser could not be opened", "cause", err)
	copied := false
	if s.ctx != nil {
		copied = wails.ClipboardSetText(s.ctx, link) == nil
		s.show()
	}
	s.rooms.Launcher.Notify(backend.NoticeBrowser, noBrowserProblem(snapshot.URL, copied, err))
}

// noBrowserProblem says where the avatar is if no browser opened.
func noBrowserProblem(address string, copied bool, cause error) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("window.cannotOpenBrowser"),
		Why: messages.New("window.avatar", address), Next: messages.New("window.copyLinkBelowMain"), Cause: cause}
	if copied {
		p.Next = messages.New("window.linkCopiedPasteBrowser")
	}
	return p
}

// openSignIn opens the browser again for a sign-in that waits for it.
func (s *Shell) openSignIn() {
	c := s.snapshot().Challenge
	if c == nil || c.Name != backend.StepBrowser {
		return
	}
	if err := s.browse(c.URL); err != nil {
		s.log.Warn("the browser could not be opened", "cause", err)
	}
}

// browse opens an address of the sign-in in the system's browser.
func (s *Shell) browse(address string) error {
	return osdesktop.OpenBrowser(s.log)(address)
}

// openPath shows a folder, or a file in the program that the user opens such files with.
func (s *Shell) openPath(path string) {
	program := map[string]string{"windows": "explorer", "darwin": "open"}[runtime.GOOS]
	command := exec.Command(cmp.Or(program, "xdg-open"), filepath.Clean(path))
	if err := command.Start(); err != nil {
		s.log.Warn("the system cannot show it", "path", path, "cause", err)
		return
	}
	go func() { _ = command.Wait() }() // reap it
}

// startup is called by Wails once the window's context is there.
func (s *Shell) startup(ctx context.Context) {
	s.ctx = ctx
	heedDisplay(s.displayLost)
	wails.OnFileDrop(ctx, s.dropped)
	osdesktop.TakeSignals()
	osdesktop.OnSessionEnd(shutdownReason, s.sessionEnds)
	s.restorePlace(ctx)
	close(s.opened)
}

// currentTray is nil until the tray is up.
func (s *Shell) currentTray() *tray { return s.icon.Load() }

func (s *Shell) setTray(t *tray) { s.icon.Store(t) }

// drain gives the launcher what is left of its time if the program ends without asking: loss of the display.
func (s *Shell) drain() {
	if !s.running() {
		return
	}
	s.tasks.Go(func(context.Context) { s.leave(false) })
	s.awaitFinished()
}

// closed notes that the window has closed, and stops the instance if nobody has begun to.
func (s *Shell) closed() {
	first := s.life.stop()
	s.life.leave()
	if !s.running() {
		return
	}
	if first {
		s.tasks.Go(func(context.Context) { s.finish(false) })
	}
	s.awaitFinished()
}

// awaitFinished waits until the launcher has finished, but not longer than the window may take.
func (s *Shell) awaitFinished() {
	timer := time.NewTimer(windowTime)
	defer timer.Stop()
	select {
	case <-s.rooms.Launcher.Finished():
	case <-timer.C:
	}
}

// shutdownReason says why a shutdown must wait: the instance is stopped first.
func shutdownReason() (program, why string) { return i18n.Say("app"), i18n.Say("quitting.inhibit") }

// sessionEnds stops the instance while the system's session ends, as fast as a signal does.
func (s *Shell) sessionEnds() {
	s.log.Info("the system's session ends")
	s.drain()
}

// show raises the window.
func (s *Shell) show() {
	<-s.opened
	s.unhide()
}

// logFileTroubled says, or takes back, that the launcher's own log cannot be written.
func (s *Shell) logFileTroubled(p *backend.Problem) {
	select {
	case <-s.wired:
		s.rooms.Launcher.Notify("log-file", p)
	case <-s.tasks.ctx.Done():
	}
}
