package window

import (
	"context"
	"time"

	wails "github.com/wailsapp/wails/v2/pkg/runtime"

	"avatar-launcher/app/bridge"
)

// shownTime is how long the page may take to show the question before quitting; after it the system's dialog asks.
const shownTime = 2 * time.Second

// question is the question before quitting while it is open on the page.
type question struct {
	asked  bridge.QuitQuestion
	shown  chan struct{}
	answer chan bridge.QuitAnswer
}

// askPage asks on the page whether to quit. It returns false if the page does not show the question.
func (s *Shell) askPage(q bridge.QuitQuestion) (bridge.QuitAnswer, bool) {
	open := &question{q, make(chan struct{}, 1), make(chan bridge.QuitAnswer, 1)}
	s.question.Store(open)
	defer s.question.Store(nil)
	s.show()
	wails.EventsEmit(s.ctx, "quit", q)
	return open.wait(s.tasks.ctx)
}

// wait returns the answer of the page. It returns false if the page did not show the question in time.
func (q *question) wait(ctx context.Context) (bridge.QuitAnswer, bool) {
	late := time.NewTimer(shownTime)
	defer late.Stop()
	select {
	case <-q.shown:
	case answer := <-q.answer:
		return answer, true
	case <-late.C:
		return bridge.QuitNot, false
	case <-ctx.Done():
		return bridge.QuitNot, true
	}
	select {
	case answer := <-q.answer:
		return answer, true
	case <-ctx.Done():
		return bridge.QuitNot, true
	}
}

// askAgain shows the question again if it is open: a page that was reloaded has lost it.
func (s *Shell) askAgain() {
	if open := s.question.Load(); open != nil {
		s.show()
		wails.EventsEmit(s.ctx, "quit", open.asked)
	}
}

func (s *Shell) questionShown() {
	if open := s.question.Load(); open != nil {
		offer(open.shown, struct{}{})
	}
}

func (s *Shell) answerQuit(a bridge.QuitAnswer) {
	if open := s.question.Load(); open != nil {
		offer(open.answer, a)
	}
}

// offer sends v unless something waits in the channel already.
func offer[T any](to chan T, v T) {
	select {
	case to <- v:
	default:
	}
}
