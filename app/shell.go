package app

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/logs"
)

// Shell is the window around the rooms: what the bound services, the tray and the signals have in common. The window
// is there before the rooms are: what needs them is called after wired, or waits for it by ready.
type Shell struct {
	log      *slog.Logger
	stateDir string
	desk     desk
	place    atomic.Pointer[[2]int] // of the window when it was hidden, nil while it is shown
	hidden   bool                   // the window starts hidden

	wired  chan struct{} // closed once the four below are set
	rooms  *core.Rooms
	wishes Wishes
	logs   *logs.Book
	search *logs.Search // the log page's

	ctx         context.Context // Wails': set by OnStartup, nil before
	opened      chan struct{}   // closed once ctx is set
	icon        atomic.Pointer[tray]
	failure     atomic.Pointer[backend.Problem] // why the launcher cannot start, nil if it can
	closer      sync.Once
	displayLost func()       // ends the process properly where its display has gone
	gone        atomic.Bool  // the launcher has finished, or was given up: the window may close
	asked       atomic.Bool  // quitting has begun
	asking      atomic.Bool  // the question before quitting is open
	dialogs     atomic.Int32 // of the system's, open now
	notifies    atomic.Bool  // the system shows notifications
	inhibitor   osdesktop.Inhibitor
	rules       atomic.Pointer[backend.Rules] // in force; nil before wired
	beaten      atomic.Int64                  // Unix nanoseconds of the page's last beat, 0 before the first
}

func newShell(stateDir string) *Shell {
	return &Shell{stateDir: stateDir, wired: make(chan struct{}), opened: make(chan struct{})}
}

// wire puts the rooms in.
func (s *Shell) wire(r *core.Rooms) {
	s.rooms, s.wishes, s.logs, s.search = r, r.Launcher, r.Logs, r.Logs.NewSearch()
	now := core.Rules(r.Profile)
	s.rules.Store(&now)
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
		s.wishes.Do(w)
	}
}

func (s *Shell) snapshot() backend.Snapshot { return s.wishes.Snapshot() }

// demoUsers puts the first ones of the sign-in page first: demo, then the names, then the numbered ones.
func (s *Shell) demoUsers() []string {
	users := []string{}
	for name := range s.rooms.Profile.DemoUsers {
		users = append(users, name)
	}
	slices.SortFunc(users, func(a, b string) int {
		return cmp.Or(cmp.Compare(demoRank(a), demoRank(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return users
}

func demoRank(name string) int {
	switch last := name[len(name)-1]; {
	case name == "demo":
		return 0
	case name == "operator":
		return 2
	case '0' <= last && last <= '9':
		return 3
	}
	return 1
}

func (s *Shell) signInDemo(user string) {
	if password, ok := s.rooms.Profile.DemoUsers[user]; ok {
		s.do(backend.Wish{Verb: backend.WishSignIn, Username: user, Password: password})
	}
}

// connect opens the avatar in the system's browser.
func (s *Shell) connect() {
	snapshot := s.snapshot()
	if _, err := osdesktop.AvatarURL(snapshot); err != nil {
		s.log.Warn("the avatar's address is not opened", "cause", err)
		return
	}
	s.do(backend.Wish{Verb: backend.WishTouch})
	go s.openAvatar(snapshot)
}

// openAvatar opens the avatar by a fresh link. If that fails, the window comes up, says the address, and has copied the link.
func (s *Shell) openAvatar(snapshot backend.Snapshot) {
	link, err := s.rooms.Link(context.Background(), snapshot)
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
	p := &backend.Problem{Kind: backend.KindUnexpected, What: "Couldn't open your browser",
		Why: "Your avatar is at " + address + ".", Next: "Copy the link below the main button and open it in a browser.", Cause: cause}
	if copied {
		p.Next = "A link is copied. Paste it into a browser within a minute."
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

// exportLog writes the lines to a file of the user's choice.
func (s *Shell) exportLog(q logs.Query) (Exported, error) {
	path, err := wails.SaveFileDialog(s.ctx, wails.SaveDialogOptions{
		Title: i18n.Say("log.exportTitle"), DefaultFilename: "avatar-" + time.Now().Format("2006-01-02-150405") + ".log",
	})
	if err != nil || path == "" {
		return Exported{}, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return Exported{}, err
	}
	n, err := s.logs.Export(f, q)
	if err != nil {
		f.Close()
		return Exported{}, err
	}
	return Exported{Path: path, Lines: n}, f.Close()
}

func (s *Shell) about() About {
	p := s.rooms.Profile
	return About{
		Version: version, Profile: p.Name, Endpoint: p.Endpoint, Region: p.Region, ConfigFile: s.rooms.File,
		LogFolder: core.LogFolder(s.stateDir), Tray: s.currentTray().hosted(), Demo: p.Cloud == config.CloudEmbedded || osdesktop.IsLocal(p.Endpoint),
	}
}

// openLogs shows the folder by the system's file manager.
func (s *Shell) openLogs() { s.openPath(core.LogFolder(s.stateDir)) }

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
	osdesktop.TakeSignals()
	osdesktop.OnSessionEnd(shutdownReason, s.sessionEnds)
	close(s.opened)
}

// currentTray is nil until the tray is up.
func (s *Shell) currentTray() *tray { return s.icon.Load() }

func (s *Shell) setTray(t *tray) { s.icon.Store(t) }

// drain gives the launcher what is left of its time where the window ended without asking: loss of the display.
func (s *Shell) drain() {
	if !s.running() {
		return
	}
	go s.leave(false)
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
	<-s.wired
	s.rooms.Launcher.Notify("log-file", p)
}
