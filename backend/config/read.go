package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"avatar-launcher/backend/messages"
)

// irregular says that a path leads to something that cannot be a configuration, such as a pipe that nobody writes to.
type irregular struct {
	path string
	mode fs.FileMode
}

// Error says what it is instead.
func (e *irregular) Error() string { return e.message().String() }

func (e *irregular) message() messages.Message {
	kind := messages.New("config.specialFile")
	switch {
	case e.mode.IsDir():
		kind = messages.New("config.folder")
	case e.mode&fs.ModeNamedPipe != 0:
		kind = messages.New("config.pipe")
	case e.mode&fs.ModeSocket != 0:
		kind = messages.New("config.socket")
	case e.mode&fs.ModeDevice != 0:
		kind = messages.New("config.device")
	}
	return messages.New("config.notRegularFile", e.path, kind)
}

// readFile reads a regular file, links followed, up to one byte more than maxSize. It never waits for a writer.
func readFile(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, irregularOr(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &irregular{path, info.Mode()}
	}
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// dangling says that a configuration is a link, or below one, whose target is not there: a home that is not mounted, or
// a link that was left behind. That is not the same as no configuration, which is the embedded cloud.
type dangling struct{ link string }

func (e *dangling) Error() string { return e.message().String() }

func (e *dangling) message() messages.Message { return messages.New("config.linkToNothing", e.link) }

// danglingIn returns the link on a path that leads nowhere, "" if there is none.
func danglingIn(path string) string {
	for {
		if info, err := os.Lstat(path); err == nil {
			if info.Mode()&fs.ModeSymlink == 0 {
				return ""
			}
			return path
		}
		parent := filepath.Dir(path)
		if parent == path {
			return ""
		}
		path = parent
	}
}

// irregularOr explains a file that cannot be opened because of what it is, such as a socket.
func irregularOr(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if link := danglingIn(path); link != "" {
			return &dangling{link}
		}
	}
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		return &irregular{path, info.Mode()}
	}
	return err
}
