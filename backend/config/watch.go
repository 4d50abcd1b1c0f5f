package config

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"avatar-launcher/backend"
)

const (
	settle   = 150 * time.Millisecond // how long a file must be quiet before it is read: editors write in several steps
	longest  = 2 * time.Second        // how long a folder that is never quiet puts that off
	lookTime = 2 * time.Second        // how often the file is looked at without an event
)

// Watch calls onChange with each new content of the file at path, or of the policy over it, until ctx is done, and
// onError, with the old content still in force, if it is broken. Content that has not changed is not reported; a file
// that was deleted counts as Default. Both functions are called from one goroutine.
//
// The file may be a link, or lie behind one, and its folders may come and go. The system reports what happens in the
// folder of the path and of the file that it leads to; a look every two seconds finds all else, such as a link in
// between that leads elsewhere now, and what happens where the system reports nothing.
func Watch(ctx context.Context, path string, onChange func(*File), onError func(*backend.Problem)) {
	w := &watcher{path: path, onChange: onChange, onError: onError, folders: map[string]os.FileInfo{}}
	if events, err := fsnotify.NewWatcher(); err == nil {
		w.events = events
	}
	w.follow()
	w.mark, w.last = w.marks(), w.contents()
	go w.run(ctx)
}

type watcher struct {
	path     string
	onChange func(*File)
	onError  func(*backend.Problem)

	events  *fsnotify.Watcher      // nil if the system has none left: then only looking helps
	folders map[string]os.FileInfo // that are watched, and what each was
	mark    [2]os.FileInfo         // of the file and the policy at the last look, nil if there was none
	last    [2]content             // of both, as reported last
}

func (w *watcher) run(ctx context.Context) {
	var happened <-chan fsnotify.Event
	var lost <-chan error
	if w.events != nil {
		defer w.events.Close()
		happened, lost = w.events.Events, w.events.Errors
	}
	look := time.NewTicker(lookTime)
	defer look.Stop()
	quiet := time.NewTimer(settle)
	defer quiet.Stop()
	var since time.Time // the first event after the last reading
	stir := func() {
		if since.IsZero() {
			since = time.Now()
		}
		quiet.Reset(min(settle, max(0, longest-time.Since(since))))
	}
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-happened:
			if e.Op != fsnotify.Chmod {
				stir()
			}
		case <-lost: // events
			stir()
		case <-look.C:
			w.follow()
			// A policy that is no file has no mark.
			if now := w.marks(); !sameMark(now[0], w.mark[0]) || !sameMark(now[1], w.mark[1]) ||
				policyContent() != w.last[1] {
				w.mark = now
				stir()
			}
		case <-quiet.C:
			since = time.Time{}
			w.follow()
			w.report()
		}
	}
}

// follow watches the folders that matter now.
func (w *watcher) follow() {
	if w.events == nil {
		return
	}
	wanted := map[string]os.FileInfo{}
	paths := []string{}
	for _, path := range []string{w.path, PolicyFile()} {
		if path == "" {
			continue
		}
		paths = append(paths, path)
		if target, err := filepath.EvalSymlinks(path); err == nil {
			paths = append(paths, target)
		}
	}
	for _, p := range paths {
		if info, err := os.Stat(filepath.Dir(p)); err == nil {
			wanted[filepath.Dir(p)] = info
		}
	}
	for folder, was := range w.folders {
		if now := wanted[folder]; now == nil || !os.SameFile(was, now) {
			_ = w.events.Remove(folder) // it may have gone, and its watch with it
			delete(w.folders, folder)
		}
	}
	for folder, info := range wanted {
		if w.folders[folder] == nil && w.events.Add(folder) == nil {
			w.folders[folder] = info
		}
	}
}

// report reads the file and tells what is new.
func (w *watcher) report() {
	now := w.contents()
	if now == w.last {
		return
	}
	w.last = now
	if f, err := Load(w.path); err != nil {
		w.onError(backend.ProblemOf(err))
	} else {
		w.onChange(f)
	}
}

func (w *watcher) marks() [2]os.FileInfo { return [2]os.FileInfo{markOf(w.path), markOf(PolicyFile())} }

func (w *watcher) contents() [2]content { return [2]content{contentOf(w.path), policyContent()} }

// content is what a file holds, or why that cannot be read.
type content struct{ text, wrong string }

func contentOf(path string) content {
	data, err := readFile(path)
	if err != nil {
		return content{wrong: err.Error()}
	}
	return content{text: string(data)}
}

func markOf(path string) os.FileInfo {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}

func sameMark(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}
