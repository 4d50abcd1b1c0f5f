package core

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"gopkg.in/natefinch/lumberjack.v2"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// StderrLog is the log of a verb.
func StderrLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: redact}))
}

// logFile is the window's log: JSON lines in the state directory, rotated, without secrets. A disk that is full
// stops nothing; troubled hears of the first line that could not be written, and nil when they can be again.
type logFile struct {
	file     *lumberjack.Logger
	troubled func(*backend.Problem)
	failing  atomic.Bool
}

// NewLogFile returns the rotated log in a state directory. troubled is called when writing begins to fail, and with nil
// when it works again.
func NewLogFile(dir string, troubled func(*backend.Problem)) *logFile {
	return &logFile{troubled: troubled, file: &lumberjack.Logger{
		Filename: filepath.Join(LogFolder(dir), "launcher.log"), MaxSize: 5 /* MB */, MaxBackups: 4, MaxAge: 30 /* days */}}
}

// LogFolder returns the folder of the logs in a state directory.
func LogFolder(dir string) string { return filepath.Join(dir, "logs") }

// Write implements io.Writer. It never fails, since a log that cannot be written must not disturb its writer.
func (f *logFile) Write(line []byte) (int, error) {
	_, err := f.file.Write(line)
	if failing := err != nil; f.failing.Swap(failing) != failing {
		// Not in this goroutine: the launcher's own loop logs, and hears of it by the same loop.
		go f.troubled(fileProblem(f.file.Filename, err))
	}
	return len(line), nil
}

// Close implements io.Closer.
func (f *logFile) Close() error { return f.file.Close() }

func fileProblem(name string, err error) *backend.Problem {
	if err == nil {
		return nil
	}
	return &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("core.launcherLogCannotWritten"),
		Why:  i18n.Sentence(err.Error()),
		Next: messages.New("core.freeSpaceEverythingElse", name), Cause: err}
}

// FileLog returns a logger that writes JSON lines to w, without secrets.
func FileLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: redact}))
}

// redact is the last line of defence: whatever is called like a secret does not reach a log.
func redact(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, word := range []string{"password", "token", "secret", "authorization", "credential"} {
		if strings.Contains(key, word) {
			return slog.String(a.Key, "[redacted]")
		}
	}
	return a
}
