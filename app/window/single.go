package window

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"avatar-launcher/app/core"

	"github.com/gofrs/flock"
)

// single keeps one window a user: its lock is the operating system's, so that a crash leaves none behind, and a
// second launch asks the first one by a socket to show itself.
type single struct {
	lock     *flock.Flock
	listener net.Listener // nil if no socket could be made
}

// takeSingle takes the lock. With first false another launcher holds it, and has been asked to show its window
// where asked is true.
func takeSingle(dir string) (s *single, first, asked bool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, false, core.StateProblem(dir, err)
	}
	s = &single{lock: flock.New(filepath.Join(dir, "window.lock"), flock.SetPermissions(0o600))}
	socket := filepath.Join(dir, "window.sock")
	switch held, err := s.lock.TryLock(); {
	case err != nil:
		return nil, false, false, core.StateProblem(dir, err)
	case !held:
		return nil, false, askToShow(socket), nil
	}
	_ = os.Remove(socket) // of a launcher that crashed: the lock says that there is none now
	if l, err := net.Listen("unix", socket); err == nil {
		s.listener = l
	}
	return s, true, false, nil
}

func askToShow(socket string) bool {
	c, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintln(c, "show"); err != nil {
		return false
	}
	var answer string
	_, err = fmt.Fscan(c, &answer)
	return err == nil && answer == "shown"
}

// serve shows the window for each launch that asks, until close.
func (s *single) serve(show func()) {
	if s.listener == nil {
		return
	}
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		func() {
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(2 * time.Second))
			var word string
			if _, err := fmt.Fscan(c, &word); err == nil && word == "show" {
				show()
				fmt.Fprintln(c, "shown")
			}
		}()
	}
}

// stopServing ends serve. The lock is still held: another window must wait for close.
func (s *single) stopServing() {
	if s.listener != nil {
		_ = s.listener.Close()
	}
}

func (s *single) close() {
	s.stopServing()
	_ = s.lock.Unlock()
}
