package window

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/app/bridge"
)

func TestTheQuestionBeforeQuitting(t *testing.T) {
	for name, c := range map[string]struct {
		page func(*Shell)
		end  bool // the window ends meanwhile
		want bridge.QuitAnswer
		ok   bool
		took time.Duration
	}{
		"answered": {func(s *Shell) {
			s.questionShown()
			time.Sleep(time.Minute)
			s.answerQuit(bridge.QuitToTray)
			s.answerQuit(bridge.QuitStop) // a second answer is nobody's
		}, false, bridge.QuitToTray, true, time.Minute},
		"a page that does not show it": {func(*Shell) {}, false, bridge.QuitNot, false, shownTime},
		"the window ends":              {func(s *Shell) { s.questionShown() }, true, bridge.QuitNot, true, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancel(t.Context())
				defer end()
				s := newShell(t.TempDir())
				open := &question{shown: make(chan struct{}, 1), answer: make(chan bridge.QuitAnswer, 1)}
				s.question.Store(open)
				from := time.Now()
				go c.page(s)
				if c.end {
					time.AfterFunc(5*time.Second, end)
				}
				if got, ok := open.wait(ctx); got != c.want || ok != c.ok || time.Since(from) != c.took {
					t.Errorf("%q, %v after %v", got, ok, time.Since(from))
				}
			})
		})
	}
}
