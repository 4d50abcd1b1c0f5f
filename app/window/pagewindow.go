package window

import (
	"context"
	"log/slog"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/updates"
)

// pageWindow is the window as the page's services see it: it implements bridge.Window.
type pageWindow struct{ shell *Shell }

func (w pageWindow) Rooms() *core.Rooms {
	if !w.shell.running() {
		return nil
	}
	return w.shell.rooms
}

func (w pageWindow) Ready() bool                 { return w.shell.ready() }
func (w pageWindow) Log() *slog.Logger           { return w.shell.log }
func (w pageWindow) StateDir() string            { return w.shell.stateDir }
func (w pageWindow) Desktop() config.Desktop     { return w.shell.desk.get() }
func (w pageWindow) SetDesktop(d config.Desktop) { w.shell.adoptDesktop(d) }
func (w pageWindow) TrayHosted() bool            { return w.shell.currentTray().hosted() }
func (w pageWindow) Connect()                    { w.shell.connect() }
func (w pageWindow) OpenSignIn()                 { w.shell.openSignIn() }
func (w pageWindow) OpenPath(path string)        { w.shell.openPath(path) }
func (w pageWindow) ShowCrashReport()            { w.shell.showCrashReport() }
func (w pageWindow) OpenDownloadPage()           { w.shell.openDownloadPage() }
func (w pageWindow) Updates() *updates.Status    { return w.shell.updates.Load() }
func (w pageWindow) TakeOffer() string           { return w.shell.takeOffer() }
func (w pageWindow) Restart()                    { w.shell.restart() }
func (w pageWindow) Beat()                       { w.shell.beat() }
func (w pageWindow) Quit()                       { w.shell.quit() }
func (w pageWindow) QuestionShown()              { w.shell.questionShown() }

func (w pageWindow) AnswerQuit(a bridge.QuitAnswer) { w.shell.answerQuit(a) }

func (w pageWindow) Call(within time.Duration) (context.Context, func()) {
	return w.shell.tasks.call(within)
}

func (w pageWindow) SaveFile(title, name string) (string, error) {
	return wails.SaveFileDialog(w.shell.ctx, wails.SaveDialogOptions{Title: title, DefaultFilename: name})
}

func (w pageWindow) PickFile(title string) (string, error) {
	return wails.OpenFileDialog(w.shell.ctx, wails.OpenDialogOptions{Title: title, Filters: []wails.FileFilter{
		{DisplayName: "*.avatar-profile, *.yaml", Pattern: "*.avatar-profile;*.yaml;*.yml"}}})
}
