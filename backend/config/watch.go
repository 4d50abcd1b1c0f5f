package config

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"avatar-launcher/backend"
)

// settle is how long a file must be quiet before it is read: editors write in several steps.
const settle = 150 * time.Millisecond

// Watch calls onChange with each new content of the file at path until ctx is done, and onError, with the old
// content still in force, where it is broken. It watches the folder, since editors replace files; the folder must
// exist. Content that has not changed is not reported; a file that was deleted counts as Default. Both functions
// are called from one goroutine. Watch returns when the watch stands, or why it does not.
func Watch(ctx context.Context, path string, onChange func(*File), onError func(*backend.Problem)) error {
	w, err := fsnotify.NewWatcher()
	if err == nil {
		if err = w.Add(filepath.Dir(path)); err != nil {
			w.Close()
		}
	}
	if err != nil {
		return problem("Changes of the configuration are not noticed", "The folder of "+path+" cannot be watched.",
			"Restart the launcher after a change.", err)
	}
	last, _ := os.ReadFile(path)
	go watch(ctx, w, path, last, onChange, onError)
	return nil
}

func watch(ctx context.Context, w *fsnotify.Watcher, path string, last []byte, onChange func(*File), onError func(*backend.Problem)) {
	defer w.Close()
	quiet := time.NewTimer(settle)
	for {
		select {
		case <-ctx.Done():
			quiet.Stop()
			return
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			// A file that is a link into another folder changes by other names (Kubernetes' ..data): any event of the
			// folder is a reason to look, and the comparison below drops the idle ones.
			if e.Op != fsnotify.Chmod {
				quiet.Reset(settle)
			}
		case _, ok := <-w.Errors:
			if !ok {
				return
			}
			quiet.Reset(settle) // events were lost: look at what there is
		case <-quiet.C:
			data, _ := os.ReadFile(path)
			if bytes.Equal(data, last) {
				continue
			}
			last = data
			if f, err := Load(path); err != nil {
				onError(backend.ProblemOf(err))
			} else {
				onChange(f)
			}
		}
	}
}
