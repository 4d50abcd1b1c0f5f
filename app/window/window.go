package window

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	wailsoptions "github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/messages"
)

// WriteBindings hands the services' types to Wails, which writes frontend/wailsjs and returns.
func WriteBindings(files fs.FS) error {
	return wails.Run(windowOptions(files, nil, &Shell{}, false))
}

// Open is the default verb: one window, or a word to the one there is.
func Open(ctx context.Context, files fs.FS, icon []byte, o core.WindowOptions) error {
	if p := needWebView(); p != nil {
		return p
	}
	err := open(ctx, files, icon, o)
	if err != nil {
		showStartupError(err)
	}
	return err
}

func open(ctx context.Context, files fs.FS, icon []byte, o core.WindowOptions) error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("window.noDisplayWindow"),
			Next: messages.New("window.useRunVerbSame")}
	}
	dir := config.Paths().StateDir
	lock, first, asked, err := takeSingle(dir, o.Offer)
	if err != nil {
		return err
	}
	if !first {
		if asked {
			return nil
		}
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("window.launcherRunningAlready"),
			Why:  messages.New("window.notShowWindowAsked"),
			Next: messages.New("window.endStartAgain")}
	}
	s := newShell(dir)
	s.hidden = o.Hidden
	s.offer(o.Offer)
	err = runWindow(ctx, files, icon, o, lock, s)
	lock.close()
	if err == nil && s.again.Load() {
		return openAgain()
	}
	return err
}

// runWindow shows the window at once. The rooms are opened beside it: a new embedded cloud, a keyring that asks for
// its password, and a busy machine all take their time.
func runWindow(ctx context.Context, files fs.FS, icon []byte, o core.WindowOptions, lock *single, s *Shell) error {
	file := core.NewLogFile(s.stateDir, s.logFileTroubled)
	defer file.Close()
	s.log = core.FileLog(file, o.Level)
	s.log.Info("the launcher starts", "version", core.Version)
	crashes := s.beginCrashRecord()
	defer crashes.close()
	p, path, err := config.Resolve(o.Profile, config.Paths().ConfigFile)
	switch {
	case err != nil && atTerminal():
		return err
	case err != nil:
		s.fail(err)
	}
	if f, err := config.Load(path); err == nil {
		s.adoptDesktop(f.Desktop)
	}
	work, end := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	defer s.endTasks(lock)
	defer ended.Wait()
	defer end()
	if err == nil {
		ended.Go(func() { s.work(work, p, path) })
	}
	s.displayLost = func() {
		s.log.Error("the display is gone")
		s.drain()
		end()
		ended.Wait()
		os.Exit(1)
	}
	s.tasks.Go(func(over context.Context) { s.quitOn(ctx, over) })
	s.tasks.Go(func(context.Context) { lock.serve(s.asked) })
	if err := show(windowOptions(files, icon, s, o.Hidden)); err != nil {
		return err
	}
	s.tasks.cancel() // there is no page left to answer
	s.closed()
	if p := s.failure.Load(); p != nil {
		return p
	}
	return nil
}

// endTasks ends what the window has begun.
func (s *Shell) endTasks(lock *single) {
	lock.stopServing()
	if !s.tasks.close(dialogTime) {
		s.log.Warn("something that the window began has not ended")
	}
}

// show shows the window until it is closed. Wails panics where GTK cannot open the display.
func show(o *wailsoptions.App) (err error) {
	defer func() {
		reason := recover()
		switch fmt.Sprint(reason) {
		case fmt.Sprint(nil):
		case "failed to init GTK":
			err = &backend.Problem{Kind: backend.KindConfig,
				What: messages.New("window.displayCannotOpened", cmp.Or(os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY"))),
				Next: messages.New("window.openLauncherDesktopUse")}
		default:
			panic(reason)
		}
	}()
	if err := wails.Run(o); err != nil {
		return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("window.windowCannotOpened"),
			Why: i18n.Sentence(err.Error()), Cause: err}
	}
	return nil
}

// work opens the rooms and runs the launcher until ctx is done. Where the rooms cannot be opened, the window says why.
func (s *Shell) work(ctx context.Context, p config.Profile, path string) {
	r, err := core.Open(ctx, p, path, filepath.Join(s.stateDir, "older"), core.Keyring(core.KeyringTime), s.log)
	if err != nil {
		if ctx.Err() == nil {
			s.fail(err)
		}
		return
	}
	defer r.Close()
	r.Browse = s.browse
	s.wire(r)
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { s.accompany(ctx) })
	s.watchConfig(ctx, p)
	_ = r.Launcher.Run(ctx, backend.Wish{Verb: backend.WishUnlock}) // by the keyring, if it holds a sign-in
}

// accompany begins what runs beside the launcher once there is a window to speak to.
func (s *Shell) accompany(ctx context.Context) {
	select {
	case <-s.opened:
	case <-ctx.Done():
		return
	}
	s.allowNotifications()
	s.inhibitor.Begin(ctx, s.log, shutdownReason, s.sessionEnds)
	s.tasks.Go(s.tellPage)
	s.emitLogEvents(s.tasks.ctx)
	s.tasks.Go(s.heartbeat)
	s.tasks.Go(s.watchUpdates)
	s.tellOfCrash()
	settled := firstSettled(ctx, s.rooms.Launcher, s.keyringLocked)
	s.setTray(startTray(settled, switchable(s.rooms.File), s.choose, s.tasks))
	if s.hidden && !hostedWithin(ctx, trayHostTime, s.currentTray().hosted) {
		s.log.Info("the window is shown, since there is no tray")
		s.rooms.Launcher.Notify("tray", noTrayProblem())
		s.show()
	}
}

// trayHostTime is how long a window that starts hidden waits for the desktop's panel, which may start after it.
const trayHostTime = 10 * time.Second

// hostedWithin reports whether the tray has a host by the end of a time. It returns true if ctx is done.
func hostedWithin(ctx context.Context, most time.Duration, hosted func() bool) bool {
	for until := time.Now().Add(most); !hosted(); {
		if !time.Now().Before(until) {
			return false
		}
		if !core.Pause(ctx, lookAgain) {
			return true
		}
	}
	return true
}

func noTrayProblem() *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("window.openedWindowSinceNo"),
		Why: messages.New("window.desktopShowsNoTray"), Next: messages.New("window.addTrayDesktopStart")}
}

// watched is what firstSettled needs of a launcher.
type watched interface {
	Watch() (<-chan backend.Snapshot, func())
	Snapshot() backend.Snapshot
}

const (
	trayTime    = 4 * time.Second                  // how long the tray waits for a sign-in by the keyring
	keyringAsks = core.KeyringTime + 5*time.Second // and for somebody who is typing the keyring's password
	lookAgain   = 250 * time.Millisecond
)

// firstSettled waits for the keyring to have answered: the tray shares its bus, and the keyring's library takes the
// first signal on it, such as that of the tray's own name, for the answer to its prompt. While that is open there is no
// tray; a network that is slow holds the tray up for a moment only.
func firstSettled(ctx context.Context, l watched, locked func() bool) backend.Snapshot {
	snapshots, cancel := l.Watch()
	defer cancel()
	ctx, end := context.WithTimeout(ctx, keyringAsks)
	defer end()
	soon := time.NewTimer(trayTime)
	defer soon.Stop()
	for {
		select {
		case s := <-snapshots:
			if s.Phase != backend.SigningIn && s.Revision > 1 {
				return s
			}
		case <-soon.C:
			if !locked() {
				return l.Snapshot()
			}
			soon.Reset(lookAgain)
		case <-ctx.Done():
			return l.Snapshot()
		}
	}
}

// keyringLocked says that the keyring is waiting for somebody to unlock it.
func (s *Shell) keyringLocked() bool {
	notice := s.rooms.Identity.Notice()
	return notice != nil && errors.Is(notice, identity.ErrLocked)
}

func windowOptions(files fs.FS, icon []byte, s *Shell, hidden bool) *wailsoptions.App {
	page, err := fs.Sub(files, "frontend/dist")
	if err != nil {
		page = files
	}
	width, height := readPlaces(s.stateDir).first()
	return &wailsoptions.App{
		Title: "Avatar Launcher", Width: width, Height: height, MinWidth: leastWidth, MinHeight: leastHeight,
		StartHidden:      hidden,
		BackgroundColour: ground(s.desk.get().Theme, desktopIsDark()),
		AssetServer: &assetserver.Options{Assets: page,
			Middleware: assetserver.ChainMiddleware(secure, s.startupErrorPage, s.desk.injectTheme)},
		LogLevel:           logger.ERROR,
		LogLevelProduction: logger.ERROR,
		OnStartup:          s.startup,
		OnShutdown:         func(context.Context) { s.currentTray().stop() },
		OnBeforeClose:      s.beforeClose,
		Bind:               bridge.Services(pageWindow{s}),
		EnumBind:           bridge.Enums(),
		// Drawn without the GPU: the page has nothing for it, a driver costs 80 MB of memory and some seconds of the first
		// frame where it is emulated, and NVIDIA's shows blank windows.
		DragAndDrop: &wailsoptions.DragAndDrop{EnableFileDrop: true, DisableWebViewDrop: true},
		Mac:         &mac.Options{OnUrlOpen: s.asked, OnFileOpen: s.asked},
		Linux:       &linux.Options{Icon: icon, ProgramName: program, WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		// By default a folder of the user's roaming profile, named after the program's file.
		Windows: &windows.Options{WebviewUserDataPath: filepath.Join(config.Paths().CacheDir, "webview2")},
	}
}
