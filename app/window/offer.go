package window

import (
	"os"
	"os/exec"
	"strings"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"
)

// offer keeps what the system opened the launcher for, a link or the path of a profile, and tells the page. A later one
// takes the place of one that the page hasn't asked for yet.
func (s *Shell) offer(opened string) {
	if opened == "" {
		return
	}
	s.offered.Store(&opened)
	if s.ctx != nil {
		wails.EventsEmit(s.ctx, "offer")
	}
}

// asked is for a start of the program that finds this window: it shows it, with what that start was for.
func (s *Shell) asked(opened string) {
	s.show()
	s.offer(opened)
}

// takeOffer returns what was offered, once.
func (s *Shell) takeOffer() string {
	if offered := s.offered.Swap(nil); offered != nil {
		return *offered
	}
	return ""
}

// dropped takes a profile that was dropped on the window. Anything else is none of the launcher's.
func (s *Shell) dropped(_, _ int, paths []string) {
	for _, path := range paths {
		lower := strings.ToLower(path)
		for _, suffix := range []string{".avatar-profile", ".yaml", ".yml"} {
			if strings.HasSuffix(lower, suffix) {
				s.offer(path)
				return
			}
		}
	}
}

// restart ends the program as quitting does, with the same question, and notes that it is to be opened again.
func (s *Shell) restart() {
	s.again.Store(true)
	s.quit()
}

// openAgain starts the program anew with the profile that the configuration names.
func openAgain() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(program)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
