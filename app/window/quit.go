package window

import (
	"context"
	"os"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

const (
	// windowTime is how long the window stays for the instance's stop and the sign-out. The armed stop is named after
	// it. It is also what an operating system may leave us between a signal and the end.
	windowTime = 3 * time.Second
	// askedTime is the same if somebody asked to quit, who sees the progress in the window. A dialog that came earlier
	// would hold up an end that is only slow.
	askedTime = 20 * time.Second
	// dialogTime is how long a dialog that nobody can close any more is waited for.
	dialogTime = time.Second
)

// quit begins the proper end, with one question where an instance runs: stop, sign out, close the window. It returns
// at once; the page shows the way.
func (s *Shell) quit() {
	if !s.life.ask() {
		s.askAgain()
		return
	}
	s.tasks.Go(func(context.Context) {
		if !s.mayQuit() {
			s.again.Store(false)
			s.life.stay()
			return
		}
		s.leave(true)
	})
}

// mayQuit asks, where that is called for.
func (s *Shell) mayQuit() bool {
	if s.life.ending() || !s.running() {
		return true
	}
	text := quitQuestion(s.snapshot(), s.desk.get(), *s.rules.Load())
	if text == "" {
		return true
	}
	q := bridge.QuitQuestion{Title: i18n.Say("quitting.title"), Text: text, Stops: true, Tray: s.currentTray().hosted()}
	if kept(s.snapshot()) {
		q.Title, q.Stops = i18n.Say("quitting.keptTitle"), false
	}
	if answer, asked := s.askPage(q); asked {
		if answer == bridge.QuitToTray {
			s.hide(s.ctx)
		}
		return answer == bridge.QuitStop
	}
	return s.askByDialog(q)
}

// askByDialog asks in a dialog of the system, for a page that does not answer.
func (s *Shell) askByDialog(q bridge.QuitQuestion) bool {
	text := q.Text
	if q.Stops {
		text += " " + i18n.Say("quitting.skip")
	}
	answer, err := s.dialog(wails.MessageDialogOptions{
		Type: wails.QuestionDialog, Title: q.Title, Message: text, DefaultButton: "Yes", CancelButton: "No"})
	if err != nil {
		s.log.Warn("the question before quitting could not be asked", "cause", err)
		return true
	}
	return answer == "Yes"
}

// quitQuestion is what is asked before quitting, "" where nothing is.
func quitQuestion(snapshot backend.Snapshot, d config.Desktop, r backend.Rules) string {
	if kept(snapshot) { // asked whatever the settings say: quitting cannot stop it
		return i18n.Say("quitting.kept", stopTime(snapshot, snapshot.Kept.Until, r.Grace))
	}
	if d.Quit == config.QuitStop || !snapshot.Phase.Active() || snapshot.Phase == backend.Ending {
		return ""
	}
	key := "quitting.text"
	if r.StaySignedIn {
		key = "quitting.keepsSignIn"
	}
	return i18n.Say(key)
}

// kept reports whether an instance runs whose user has left to sign in again: nobody here can stop it.
func kept(s backend.Snapshot) bool { return s.Kept != nil && !s.Kept.Until.IsZero() }

// stopTime is when the armed stop of a session that ends at end acts, by this computer's clock.
func stopTime(s backend.Snapshot, end time.Time, grace time.Duration) string {
	return end.Add(grace).Add(-s.Skew).Local().Format("15:04")
}

// leave stops the instance, signs out and ends the window, once. With tell, a stop that was not confirmed is said in
// a dialog, and goes on beside it.
func (s *Shell) leave(tell bool) {
	if !s.life.stop() {
		return
	}
	if s.running() {
		s.finish(tell)
	}
	if s.life.leave() {
		<-s.opened
		if s.place.Load() == nil { // hidden: it was remembered then
			s.rememberPlace(s.ctx)
		}
		wails.Quit(s.ctx)
		time.AfterFunc(dialogTime, s.leaveDialog)
	}
}

// finish asks for the stop and the sign-out, and says when the armed stop acts where they are not confirmed in time.
func (s *Shell) finish(tell bool) {
	before := s.snapshot()
	if kept(before) {
		s.log.Warn("nobody is signed in, so the instance is left to its armed stop", "user", before.Kept.Username,
			"stops", stopTime(before, before.Kept.Until, s.rules.Load().Grace))
	}
	if tell && before.Phase.Active() {
		s.show() // the progress, also where the tray was asked to quit
	}
	s.do(backend.Wish{Verb: backend.WishQuit})
	patience := windowTime
	if tell {
		patience = askedTime
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.rooms.Launcher.Finished():
		if p := s.snapshot().Problem; p == nil || p.Kind == backend.KindLeftover {
			return
		}
	case <-timer.C:
	}
	late := lateStop(before, s.rules.Load().Grace)
	if late == "" {
		return
	}
	s.log.Warn("the stop was not confirmed in time", "instead", late)
	if tell {
		_, _ = s.dialog(
			wails.MessageDialogOptions{Type: wails.WarningDialog, Title: i18n.Say("quitting.lateTitle"), Message: late},
		)
	}
}

// lateStop says when the armed stop of a session acts, "" where there is none.
func lateStop(s backend.Snapshot, grace time.Duration) string {
	if s.Session == nil {
		return ""
	}
	return i18n.Say("quitting.late", stopTime(s, s.Session.ExpireAt, grace))
}

// beforeClose decides what closing the window means: hiding it where the tray can bring it back, else quitting. It
// returns true to keep the window.
func (s *Shell) beforeClose(ctx context.Context) bool {
	switch {
	case s.life.at() == gone, s.failure.Load() != nil:
		return false
	case s.life.ending():
	case s.currentTray().hosted():
		s.hide(ctx)
	default:
		s.quit()
	}
	return true
}

// quitOn ends the window when ctx ends: a signal came. Nobody is asked. It returns if the window is over first.
func (s *Shell) quitOn(ctx, over context.Context) {
	select {
	case <-ctx.Done():
	case <-over.Done():
		return
	}
	osdesktop.ProgramEnd.Allow(i18n.Text("commands.signal.stoppingSigningOut"), 3*windowTime+osdesktop.EndTime,
		i18n.Text("commands.signal.armedStop"))
	time.AfterFunc(windowTime+dialogTime, s.leaveDialog)
	s.leave(false)
}

// dialog shows one of the system's and waits for its answer.
func (s *Shell) dialog(o wails.MessageDialogOptions) (string, error) {
	s.dialogs.Add(1)
	defer s.dialogs.Add(-1)
	return wails.MessageDialog(s.ctx, o)
}

// leaveDialog ends the process where a dialog is still open: it would hold GTK's loop for as long as it is.
func (s *Shell) leaveDialog() {
	if s.dialogs.Load() > 0 {
		os.Exit(0)
	}
}

// pagePatience is how long a page may not beat before it is reloaded: several times the beat of presence.ts.
const pagePatience = 30 * time.Second

// heartbeat reloads a page whose process has died or hangs. A page that never beat is not reloaded: it may be slow.
func (s *Shell) heartbeat(ctx context.Context) {
	for core.Pause(ctx, pagePatience/6) {
		if last := s.beaten.Load(); last != 0 && time.Since(time.Unix(0, last)) > pagePatience {
			s.log.Warn("the page does not answer and is loaded anew")
			s.beaten.Store(time.Now().UnixNano())
			s.revive()
		}
	}
}

func (s *Shell) beat() { s.beaten.Store(time.Now().UnixNano()) }
