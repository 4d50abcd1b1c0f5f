package window

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"avatar-launcher/app/bridge"
	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// keptReports is how many crash reports stay on this computer.
const keptReports = 5

// crashRecorder has the Go runtime write what ends the program, a panic or a fatal signal, into a file. The next start
// makes a report of it, from which secrets, addresses and names are taken out. Reports stay in the folder of the logs;
// nobody is sent one.
type crashRecorder struct {
	raw, folder string
	header      []byte
	file        *os.File
}

// recordCrashes returns the report of the last start's crash, "" if it didn't crash, and begins to record this one's.
// It must be called under the window's lock: another launcher's file is not to be taken for a crash.
func recordCrashes(stateDir string, now time.Time) (r *crashRecorder, report string, err error) {
	r = &crashRecorder{raw: filepath.Join(stateDir, "crash.txt"), folder: core.LogFolder(stateDir),
		header: fmt.Appendf(nil, "Avatar Launcher %s, %s/%s, started %s\n", core.Version, runtime.GOOS, runtime.GOARCH,
			now.UTC().Format(time.RFC3339))}
	report, err = r.takeReport(now)
	if err != nil {
		return r, report, err
	}
	if r.file, err = os.OpenFile(r.raw, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return r, report, err
	}
	if _, err = r.file.Write(r.header); err == nil {
		err = debug.SetCrashOutput(r.file, debug.CrashOptions{})
	}
	return r, report, err
}

// takeReport makes a report of what a crash has left, if there was one.
func (r *crashRecorder) takeReport(now time.Time) (string, error) {
	text, err := os.ReadFile(r.raw)
	if err != nil {
		return "", nil // there was none
	}
	defer os.Remove(r.raw)
	if first := bytes.IndexByte(text, '\n'); first < 0 || len(bytes.TrimSpace(text[first:])) == 0 {
		return "", nil // killed, or the power went: nothing is known
	}
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(r.folder, "crash-"+now.UTC().Format("20060102-150405")+".txt")
	home, _ := os.UserHomeDir()
	if err := os.WriteFile(path, []byte(bridge.Anonymous(string(text), home, userName())), 0o600); err != nil {
		return "", err
	}
	r.forgetOld()
	return path, nil
}

// forgetOld deletes all reports but the newest.
func (r *crashRecorder) forgetOld() {
	all, _ := filepath.Glob(filepath.Join(r.folder, "crash-*.txt"))
	slices.Sort(all)
	for _, path := range all[:max(0, len(all)-keptReports)] {
		_ = os.Remove(path)
	}
}

// userName is the user's name on this computer, which paths and environments repeat.
func userName() string {
	for _, name := range []string{"USER", "USERNAME"} {
		if user := os.Getenv(name); len(user) > 2 && user != "root" {
			return user
		}
	}
	return ""
}

// close notes that the program ends properly.
func (r *crashRecorder) close() {
	if r.file == nil {
		return
	}
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	_ = r.file.Close()
	_ = os.Remove(r.raw)
}

// beginCrashRecord records crashes, and remembers the report of the last one for the page.
func (s *Shell) beginCrashRecord() *crashRecorder {
	r, report, err := recordCrashes(s.stateDir, time.Now())
	if err != nil {
		s.log.Warn("a crash could not be recorded", "cause", err)
	}
	if report != "" {
		s.log.Warn("the launcher ended unexpectedly last time", "report", report)
	}
	s.crashReport = report
	return r
}

// tellOfCrash says that the launcher crashed last time.
func (s *Shell) tellOfCrash() {
	if s.crashReport != "" {
		s.rooms.Launcher.Notify(backend.NoticeCrash, crashProblem(s.crashReport))
	}
}

func crashProblem(report string) *backend.Problem {
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("window.endedUnexpectedly"),
		Why: messages.New("window.reportIsIn", report), Next: messages.New("window.sendReportIfWanted")}
}

// showCrashReport opens the report in the program that the user reads texts with.
func (s *Shell) showCrashReport() {
	if s.crashReport != "" {
		s.openPath(s.crashReport)
	}
}
