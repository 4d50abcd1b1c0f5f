package app

import (
	"context"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/backend"
)

// signalTime is what the operating system may leave us between a signal and the end.
const signalTime = 3 * time.Second

// quit begins the proper end: stop, sign out, close the window. It returns at once; the page shows the way.
func (s *Shell) quit() { s.quitWithin(quitTime) }

func (s *Shell) quitWithin(limit time.Duration) {
	s.asked.Store(true)
	s.closer.Do(func() {
		go func() {
			if s.running() {
				s.finish(limit)
			}
			if !s.gone.Swap(true) {
				<-s.opened
				wails.Quit(s.ctx)
			}
		}()
	})
}

// finish stops the instance and signs out, or gives up after a time.
func (s *Shell) finish(limit time.Duration) {
	s.do(backend.Wish{Verb: backend.WishQuit})
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-s.rooms.launcher.Finished():
	case <-timer.C:
		s.log.Warn("the stop was not confirmed in time; the armed one will act")
	}
}

// beforeClose decides what closing the window means: hiding it where the tray can bring it back, else quitting. It
// returns true to keep the window.
func (s *Shell) beforeClose(ctx context.Context) bool {
	switch {
	case s.gone.Load(), s.failure.Load() != nil:
		return false
	case !s.asked.Load() && s.currentTray().hosted():
		wails.WindowHide(ctx)
	default:
		s.quit()
	}
	return true
}

// quitOn ends the window when ctx ends: a signal came.
func (s *Shell) quitOn(ctx context.Context) {
	<-ctx.Done()
	s.quitWithin(signalTime)
}

// heartbeat reloads a page whose process has died or hangs. A page that never beat is not reloaded: it may be slow.
func (s *Shell) heartbeat(ctx context.Context) {
	const patience = 30 * time.Second
	for pause(ctx, patience/2) {
		if last := s.beaten.Load(); last != 0 && time.Since(time.Unix(0, last)) > patience {
			s.log.Warn("the page does not answer and is loaded anew")
			s.beaten.Store(time.Now().UnixNano())
			wails.WindowReloadApp(s.ctx)
		}
	}
}

func (s *Shell) beat() { s.beaten.Store(time.Now().UnixNano()) }
