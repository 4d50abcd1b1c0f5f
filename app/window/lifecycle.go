package window

import "sync"

// stage is how far a window is on its way from its start to its end.
type stage int

const (
	opening  stage = iota // the launcher's parts are not there yet
	running               // the launcher works
	asking                // the question before quitting is open, or is being decided on
	stopping              // the instance is being stopped and the user signed out
	gone                  // the launcher has finished or was given up: the window may close
)

// lifecycle owns the stage of a window. What the window does at an end belongs to the one whose call reports true.
type lifecycle struct {
	mu  sync.Mutex
	now stage
}

// move goes to a stage if it is at one of from. It reports whether it went.
func (l *lifecycle) move(to stage, from ...stage) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range from {
		if l.now == f {
			l.now = to
			return true
		}
	}
	return false
}

// run notes that the launcher works.
func (l *lifecycle) run() bool { return l.move(running, opening) }

// ask begins to decide whether to quit. It reports false if that is under way or done.
func (l *lifecycle) ask() bool { return l.move(asking, opening, running) }

// stay ends the question without quitting.
func (l *lifecycle) stay() bool { return l.move(running, asking) }

// stop begins to end the launcher. It reports false if somebody has begun.
func (l *lifecycle) stop() bool { return l.move(stopping, opening, running, asking) }

// leave notes that the window may close. It reports false if it may already.
func (l *lifecycle) leave() bool { return l.move(gone, opening, running, asking, stopping) }

func (l *lifecycle) at() stage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// ending reports whether quitting has begun: nobody is asked any more.
func (l *lifecycle) ending() bool { return l.at() >= stopping }
