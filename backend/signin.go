package backend

import (
	"context"
	"time"
)

// resumeTime bounds signing in by the keyring: somebody may be unlocking it.
const resumeTime = 2 * time.Minute

// beginSignIn runs one piece of a sign-in. It is called by the loop alone.
func (l *Launcher) beginSignIn(ctx context.Context, f effect) {
	id := l.opt.Identity
	switch f := f.(type) {
	case doSignIn:
		l.ask(ctx, f, f.attempt, answerTime, func(ctx context.Context) (*User, *Challenge, error) {
			return id.SignIn(ctx, f.username, f.password)
		})
	case doCode:
		l.ask(ctx, f, f.attempt, answerTime,
			func(ctx context.Context) (*User, *Challenge, error) { return id.SignInByCode(ctx, f.username) })
	case doBrowse: // it has a limit of its own
		l.ask(ctx, f, f.attempt, time.Hour, func(ctx context.Context) (*User, *Challenge, error) {
			user, err := id.SignInByBrowser(ctx, f.username,
				func(c Challenge) { l.send(ctx, signInAnswered{attempt: f.attempt, challenge: &c}) })
			return user, nil, err
		})
	case doForgot:
		l.ask(ctx, f, f.attempt, answerTime,
			func(ctx context.Context) (*User, *Challenge, error) { return id.Forgot(ctx, f.username) })
	case doAnswer:
		l.ask(ctx, f, f.attempt, answerTime,
			func(ctx context.Context) (*User, *Challenge, error) { return id.Respond(ctx, f.answer) })
	case doResend:
		l.ask(ctx, f, f.attempt, answerTime, id.Resend)
	case doResume:
		l.ask(ctx, f, f.attempt, resumeTime, func(ctx context.Context) (*User, *Challenge, error) {
			user, err := id.Resume(ctx)
			return user, nil, err
		})
	}
}

// ask runs a piece of the sign-in in its turn, until leaveSignIn or its limit.
func (l *Launcher) ask(ctx context.Context, f effect, attempt int, limit time.Duration,
	do func(context.Context) (*User, *Challenge, error)) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	l.cancelAsk = cancel
	_, resumed := f.(doResume)
	l.inTurn(ctx, func(ctx context.Context) {
		defer cancel()
		user, challenge, err := do(ctx)
		l.post(signInAnswered{attempt, user, challenge, ProblemOf(err), resumed})
		l.post(noticed{"keyring", l.opt.Identity.Notice()})
	})
}

// leaveSignIn breaks off the piece under way.
func (l *Launcher) leaveSignIn(ctx context.Context) {
	if l.cancelAsk != nil {
		l.cancelAsk()
	}
	l.inTurn(ctx, func(context.Context) { l.opt.Identity.Leave() })
}

// inTurn runs work on the sign-in beside the loop, one piece after another: what is left or signed out of must not be
// overtaken by what comes next.
func (l *Launcher) inTurn(ctx context.Context, do func(context.Context)) {
	before, done := l.lastTurn, make(chan struct{})
	l.lastTurn = done
	l.run(ctx, func(ctx context.Context) {
		defer close(done)
		if before != nil {
			<-before
		}
		do(ctx)
	})
}
