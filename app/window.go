package app

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
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

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/identity"
)

// runBindings hands the services' types to Wails, which writes frontend/wailsjs and returns.
func runBindings(o *options) error {
	return wails.Run(windowOptions(o, &Shell{}, false))
}

// keyringTime is how long the keyring may wait for somebody to unlock it. Nothing waits for it that long: identity goes
// on without, and the keyring gets what it missed once it is unlocked.
const keyringTime = time.Minute

// openWindow is the default verb: one window, or a word to the one there is.
func openWindow(ctx context.Context, o *options, hidden bool) error {
	level, err := o.level(slog.LevelInfo)
	if err != nil {
		return err
	}
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return &backend.Problem{Kind: backend.KindConfig, What: "There is no display for the window",
			Next: "Use the run verb, which does the same in a terminal: avatar-launcher run --help."}
	}
	dir := config.Paths().StateDir
	lock, first, asked, err := takeSingle(dir)
	if err != nil {
		return err
	}
	if !first {
		if asked {
			return nil
		}
		return &backend.Problem{Kind: backend.KindConfig, What: "A launcher is running already", Why: "It did not show its window when it was asked to.",
			Next: "End it, then start again."}
	}
	defer lock.close()
	return runWindow(ctx, o, lock, dir, level, hidden)
}

func runWindow(ctx context.Context, o *options, lock *single, dir string, level slog.Level, hidden bool) error {
	var r *rooms
	wired := make(chan struct{})
	file := newLogFile(dir, func(p *backend.Problem) {
		<-wired
		if r != nil {
			r.launcher.Notify("log-file", p)
		}
	})
	defer file.Close()
	log := fileLog(file, level)
	log.Info("the launcher starts", "version", version)
	o.older = filepath.Join(dir, "older")
	r, err := build(ctx, o, identity.OSKeyring(keyringTime), log)
	close(wired)
	if err != nil {
		log.Error("the launcher cannot start", "problem", err)
		showProblem(ctx, o, backend.ProblemOf(err))
		return err
	}
	defer r.close()
	r.launcher.Resume = true

	s := newShell(r, dir)
	r.browse = s.browse
	work, end := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	defer ended.Wait()
	defer end()
	ended.Go(func() { _ = r.launcher.Run(work) })
	if r.profile.Name != "" {
		s.watchConfig(work, r.profile.Name)
	}
	s.begin = func() {
		first := firstSettled(work, r.launcher)
		s.setTray(startTray(first, s.choose))
		go s.tellPage(work)
		s.tellGrowth(work)
		go s.heartbeat(work)
	}
	go s.quitOn(ctx)
	go lock.serve(s.show)
	if err := wails.Run(windowOptions(o, s, hidden)); err != nil {
		return &backend.Problem{Kind: backend.KindUnexpected, What: "The window could not be opened", Why: sentence(err.Error()), Cause: err}
	}
	s.gone.Store(true) // there is no window left to close
	s.drain()
	return nil
}

// firstSettled waits for the keyring to have answered: the tray shares its bus.
func firstSettled(ctx context.Context, l *backend.Launcher) backend.Snapshot {
	snapshots, cancel := l.Watch()
	defer cancel()
	limit := time.NewTimer(4 * time.Second)
	defer limit.Stop()
	for {
		select {
		case s := <-snapshots:
			if s.Phase != backend.SigningIn && s.Revision > 1 {
				return s
			}
		case <-limit.C:
			return l.Snapshot()
		case <-ctx.Done():
			return l.Snapshot()
		}
	}
}

func windowOptions(o *options, s *Shell, hidden bool) *wailsoptions.App {
	page, err := fs.Sub(o.page, "frontend/dist")
	if err != nil {
		page = o.page
	}
	return &wailsoptions.App{
		Title: "Avatar Launcher", Width: 1100, Height: 760, MinWidth: 800, MinHeight: 560,
		StartHidden:        hidden,
		AssetServer:        &assetserver.Options{Assets: page, Middleware: secure},
		LogLevel:           logger.ERROR,
		LogLevelProduction: logger.ERROR,
		OnStartup:          s.startup,
		OnShutdown:         func(context.Context) { s.currentTray().stop() },
		OnBeforeClose:      s.beforeClose,
		Bind:               []any{&Account{s}, &Instance{s}, &LogBook{s}, &Page{s}},
		Linux:              &linux.Options{Icon: o.icon, ProgramName: "avatar-launcher", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
	}
}

// secure forbids the page everything that it does not need.
func secure(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
