package backend

import (
	"context"
	"time"
)

// How long one piece of work may take before it is given up. A start has its own limits inside fleet.
const (
	answerTime  = 30 * time.Second
	stopTime    = 20 * time.Second
	signOutTime = 5 * time.Second
	settleTime  = 10 * time.Second // for BeforeSignOut
)

// begin runs one effect beside the loop; what comes of it returns as an event. It is called by the loop alone.
func (l *Launcher) begin(ctx context.Context, f effect) {
	switch f := f.(type) {
	case doSignIn, doCode, doBrowse, doForgot, doAnswer, doResend, doResume:
		l.beginSignIn(ctx, f)
	case doLeave:
		l.leaveSignIn(ctx)
	case doUnlock:
		l.run(ctx, func(ctx context.Context) {
			l.opt.Identity.Unlock(ctx)
			l.post(noticed{"keyring", l.opt.Identity.Notice()})
		})
	case doFind:
		l.run(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			session, err := l.opt.Fleet.Current(ctx, f.user)
			l.post(sessionFound{session, ProblemOf(err)})
		})
	case doPrepare:
		l.run(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			p, err := l.opt.Fleet.Prepare(ctx, f.user)
			if err != nil && ctx.Err() == nil {
				l.opt.Log.Warn("nothing could be prepared", "cause", err)
			}
			l.send(ctx, prepared{p})
		})
	case doStart:
		ctx, l.cancelStart = context.WithCancel(ctx)
		l.run(ctx, func(ctx context.Context) {
			session, err := l.opt.Fleet.Start(ctx, f.user, func(p Progress) { l.send(ctx, progressed{p}) })
			l.post(started{session, ProblemOf(err)})
		})
	case doBreak:
		if l.cancelStart != nil {
			l.cancelStart()
		}
	case doExtend:
		l.run(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			session, err := l.opt.Fleet.Extend(ctx, f.session)
			l.post(extended{session, ProblemOf(err)})
		})
	case doStop:
		l.run(ctx, func(ctx context.Context) { l.stop(ctx, f) })
	case doSignOut:
		keeping := l.keeping
		l.inTurn(ctx, func(ctx context.Context) { l.signOut(ctx, f.forget, keeping) })
	case doLook:
		l.run(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, answerTime)
			defer cancel()
			m, err := l.opt.Fleet.Machine(ctx, f.instanceID)
			l.send(ctx, machineSeen{f.instanceID, m, ProblemOf(err), l.endingOf(ctx, m, err)})
		})
	case doFollow:
		l.follow(ctx, f)
	case doForget:
		if l.opt.Logs != nil {
			l.opt.Logs.Forget()
		}
	case doKeep:
		l.keep(ctx, f.on)
	}
}

// stop ends the session given, or the one that the store knows of: a start that was broken off may have claimed
// an instance whose answer never arrived.
func (l *Launcher) stop(ctx context.Context, f doStop) {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	session, err := f.session, error(nil)
	if session == nil {
		session, err = l.opt.Fleet.Current(ctx, f.user)
	}
	if err == nil && session != nil {
		if f.terminate {
			err = l.opt.Fleet.Terminate(ctx, *session, f.reason)
		} else {
			err = l.opt.Fleet.Stop(ctx, *session, f.reason)
		}
	}
	l.post(stopped{ProblemOf(err)})
}

// signOut waits for background work and for the keeper first: the keeper gives the pool's lease back while there are
// still credentials.
func (l *Launcher) signOut(ctx context.Context, forget bool, keeping <-chan struct{}) {
	if l.opt.BeforeSignOut != nil {
		settling, cancel := context.WithTimeout(ctx, settleTime)
		l.opt.BeforeSignOut(settling)
		cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, signOutTime)
	defer cancel()
	if keeping != nil {
		select {
		case <-keeping:
		case <-ctx.Done():
		}
	}
	var err error
	if forget {
		l.opt.Identity.Forget()
	} else {
		err = l.opt.Identity.SignOut(ctx)
	}
	l.post(signedOut{ProblemOf(err)})
}

func (l *Launcher) follow(ctx context.Context, f doFollow) {
	if l.cancelFollow != nil {
		l.cancelFollow()
		l.cancelFollow = nil
	}
	if f.instanceID == "" || l.opt.Logs == nil {
		return
	}
	ctx, l.cancelFollow = context.WithCancel(ctx)
	l.run(ctx, func(ctx context.Context) {
		if err := l.opt.Logs.Follow(ctx, f.instanceID, f.since); err != nil && ctx.Err() == nil {
			l.opt.Log.Warn("the log cannot be followed", "instance", f.instanceID, "cause", err)
		}
	})
}

func (l *Launcher) keep(ctx context.Context, on bool) {
	if l.cancelKeep != nil {
		l.cancelKeep()
		l.cancelKeep = nil
	}
	if !on || !l.opt.KeepPool {
		return
	}
	ctx, l.cancelKeep = context.WithCancel(ctx)
	done := make(chan struct{})
	l.keeping = done
	l.run(ctx, func(ctx context.Context) {
		defer close(done)
		if err := l.opt.Fleet.Keep(ctx, func(p Pool) { l.send(ctx, poolSeen{p}) }); err != nil && ctx.Err() == nil {
			l.opt.Log.Warn("the pool is not kept", "cause", err)
		}
	})
}

// endingOf returns who ended the session whose machine is down, nil if that is not known.
func (l *Launcher) endingOf(ctx context.Context, m *Machine, failed error) *EndedBy {
	session := l.Snapshot().Session
	endings, ok := l.opt.Fleet.(Endings)
	if !ok || failed != nil || session == nil || m != nil && m.State.Up() {
		return nil
	}
	ending, err := endings.WhoEnded(ctx, *session)
	if err != nil {
		l.opt.Log.Info("who ended the session is not known", "cause", err)
		return nil
	}
	return ending
}
