package bridge

import (
	"context"
	"log/slog"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/app/osdesktop"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/updates"
)

// Window is what the services need of the window that shows the page.
type Window interface {
	// Rooms returns the launcher's parts, nil before there are any.
	Rooms() *core.Rooms
	// Ready waits for the rooms. It returns false if the window ends first, or the launcher cannot start.
	Ready() bool
	// Call returns the context of a call by the page: it ends with the window, or after a time. done must be called.
	Call(within time.Duration) (ctx context.Context, done func())
	Log() *slog.Logger
	StateDir() string
	// Desktop returns the settings in force on this computer; SetDesktop brings others into force.
	Desktop() config.Desktop
	SetDesktop(config.Desktop)
	// TrayHosted reports whether something shows the tray's icon, so that closing the window hides it.
	TrayHosted() bool
	// Connect opens the avatar in the system's browser, and OpenSignIn the page of a sign-in that waits for it.
	Connect()
	OpenSignIn()
	// OpenPath shows a folder, or a file in the program that the user opens such files with.
	OpenPath(path string)
	// SaveFile asks the user where to save a file. The path is "" if the user cancelled.
	SaveFile(title, name string) (path string, err error)
	// Updates returns what is known of newer releases, nil if nobody asks; OpenDownloadPage opens the page of a newer one.
	Updates() *updates.Status
	OpenDownloadPage()
	// ShowCrashReport opens the report of what ended the launcher last time, if it ended unexpectedly.
	ShowCrashReport()
	// PickFile asks the user for a file. The path is "" if the user cancelled.
	PickFile(title string) (path string, err error)
	// TakeOffer returns the link or the path that the system opened the launcher for, once; "" for none.
	TakeOffer() string
	// Beat notes that the page is alive.
	Beat()
	// QuestionShown notes that the page shows the question before quitting, and AnswerQuit takes its answer.
	QuestionShown()
	AnswerQuit(QuitAnswer)
	// Quit begins the proper end of the program, and returns at once.
	Quit()
	// Restart does the same, and opens the program again.
	Restart()
}

// Services returns what is bound to the page.
func Services(w Window) []any {
	s := service{w}
	return []any{&Account{s}, &Instance{s}, &Log{service: s}, &Page{s}, &Settings{s}, &Profiles{service: s},
		&Security{service: s}, &Guests{s}, &History{s}, &Fleet{s}, &Doctor{s}}
}

// service is what the services have in common.
type service struct{ window Window }

func (s service) rooms() *core.Rooms { return s.window.Rooms() }

// do passes a wish on, unless there is nobody to do it yet.
func (s service) do(w backend.Wish) {
	if r := s.rooms(); r != nil {
		r.Launcher.Do(w)
	}
}

func (s service) snapshot() backend.Snapshot { return s.rooms().Launcher.Snapshot() }

func (s service) about() About {
	p := s.rooms().Profile
	return About{
		Version: core.Version, Profile: p.Name, Endpoint: p.Endpoint, Region: p.Region, ConfigFile: s.rooms().File,
		LogFolder: core.LogFolder(s.window.StateDir()), Tray: s.window.TrayHosted(),
		Demo: p.Cloud == config.CloudEmbedded || osdesktop.IsLocal(p.Endpoint), Update: updateText(s.window.Updates()),
	}
}

// updateText says what is known of newer releases.
func updateText(u *updates.Status) string {
	switch {
	case u == nil:
		return i18n.Say("about.updatesNowhere")
	case u.Newer:
		return i18n.Say("about.updatesNewer", u.Release.Version)
	case u.Trouble != nil:
		return i18n.ProblemOf(u.Trouble).Sentences()
	case u.Checked.IsZero():
		return i18n.Say("about.updatesNotYet")
	}
	return i18n.Say("about.updatesNone", u.Checked.Local().Format(time.DateOnly))
}
