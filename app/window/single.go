package window

import (
	"bufio"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"avatar-launcher/app/core"

	"github.com/gofrs/flock"
)

// single keeps one window a user: its lock is the operating system's, so that a crash leaves none behind, and a
// second launch asks the first one to show itself.
//
// It asks by a Unix socket in the state folder. If there can be none, it asks by a port of the loopback interface:
// a socket's address holds 108 bytes on Linux and 104 on macOS, some file systems have no sockets, and neither has
// Windows before version 10. Others can reach a port, so the request is a secret word, kept beside the port's number
// in a file that only the user may read.
type single struct {
	lock     *flock.Flock
	listener net.Listener // nil if neither could be had
	word     string       // what a request must be
	port     string       // the port's file, "" for a socket
}

// showRequest is the request by the socket, which only the user can reach.
const showRequest = "show"

// maxAsk bounds a request: the word, and a link or a path, escaped.
const maxAsk = 64 << 10

// takeSingle takes the lock. With first false another launcher holds it, and has been asked to show its window with
// offer, a link or a path, where asked is true.
func takeSingle(dir, offer string) (s *single, first, asked bool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, false, core.StateProblem(dir, err)
	}
	s = &single{lock: flock.New(filepath.Join(dir, "window.lock"), flock.SetPermissions(0o600))}
	socket, port := filepath.Join(dir, "window.sock"), filepath.Join(dir, "window.port")
	switch held, err := s.lock.TryLock(); {
	case err != nil:
		return nil, false, false, core.StateProblem(dir, err)
	case !held:
		return nil, false, askToShow(socket, port, offer), nil
	}
	for _, left := range []string{socket, port} {
		_ = os.Remove(left) // by a launcher that crashed: the lock says that there is none now
	}
	if l, err := net.Listen("unix", socket); err == nil {
		s.listener, s.word = l, showRequest
		return s, true, false, nil
	}
	s.listenAtPort(port)
	return s, true, false, nil
}

// listenAtPort opens a port and writes the file that names it.
func (s *single) listenAtPort(file string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	word := rand.Text()
	text := fmt.Sprintf("%d %s", l.Addr().(*net.TCPAddr).Port, word)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		_ = l.Close()
		return
	}
	s.listener, s.word, s.port = l, word, file
}

func askToShow(socket, port, offer string) bool {
	if c, err := net.DialTimeout("unix", socket, time.Second); err == nil {
		return ask(c, showRequest, offer)
	}
	text, err := os.ReadFile(port)
	if err != nil {
		return false
	}
	number, word, _ := strings.Cut(string(text), " ")
	c, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", number), time.Second)
	return err == nil && ask(c, word, offer)
}

// ask sends a word and what the start was for, and reports whether the window was shown.
func ask(c net.Conn, word, offer string) bool {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprintln(c, word, url.QueryEscape(offer)); err != nil {
		return false
	}
	var answer string
	_, err := fmt.Fscan(c, &answer)
	return err == nil && answer == "shown"
}

// serve shows the window for each launch that asks, until close.
func (s *single) serve(show func(offer string)) {
	if s.listener == nil {
		return
	}
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.answer(c, show)
	}
}

// answer shows the window if the first line of a connection is the word.
func (s *single) answer(c net.Conn, show func(offer string)) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	line, _ := bufio.NewReader(io.LimitReader(c, maxAsk)).ReadString('\n')
	word, escaped, _ := strings.Cut(strings.TrimSpace(line), " ")
	offer, err := url.QueryUnescape(escaped)
	if err == nil && subtle.ConstantTimeCompare([]byte(word), []byte(s.word)) == 1 {
		show(offer)
		fmt.Fprintln(c, "shown")
	}
}

// stopServing ends serve. The lock is still held: another window must wait for close.
func (s *single) stopServing() {
	if s.listener != nil {
		_ = s.listener.Close()
	}
	if s.port != "" {
		_ = os.Remove(s.port)
	}
}

func (s *single) close() {
	s.stopServing()
	_ = s.lock.Unlock()
}
