package backend

import (
	"cmp"
	"slices"
	"time"

	"avatar-launcher/backend/messages"
)

// nextFound adopts the session that an earlier run, or another desktop of the same user, left running. It ends one
// whose time is up, or that does not hold its instance any more: a start would replace it by a new session, which
// nobody asked for.
func nextFound(s state, e sessionFound, now time.Time) (state, []effect) {
	s.Adopting = false
	switch {
	case e.problem == nil && s.unfound != nil && s.Problem == s.unfound:
		s.Problem = nil
	case e.problem != nil && s.unfound == nil: // said once
		s.Problem = e.problem
	}
	s.unfound = e.problem
	if e.problem != nil && (e.problem.Kind == KindUnreachable || e.problem.Kind == KindBusy) {
		s.retryAt = now.Add(retryPause)
	}
	switch {
	case s.User == nil || s.Phase != Idle && !unattached(s):
		return s, nil
	case e.problem != nil && s.Phase == Failed:
		s.Adopting, s.retryAt = true, now.Add(retryPause)
		return s, nil
	case e.session == nil && s.Phase == Failed: // the session that could not be attached to has ended
		s.Session, s.Machine, s.URL, s.Problem, s.prepared = nil, nil, "", nil, now
		s.recountAt = now.Add(recountPause)
		return enter(s, Idle, now), []effect{doPrepare{*s.User}} // what it cost belongs to the month now
	case e.session == nil:
		return s, nil
	}
	if s.Phase == Failed {
		s.Problem = nil
	}
	s.Session, s.Attached = e.session, true
	if !now.Before(e.session.ExpireAt) {
		return nextEnd(s, false, "", messages.New("launcher.timeNoLauncherRan"), now)
	}
	if e.session.Phase == Ending {
		return nextEnd(s, false, "", messages.New("launcher.endingCutShort"), now)
	}
	return enter(s, Claiming, now), []effect{doStart{*s.User}}
}

// unattached reports whether attaching to a running session has failed, and is to be tried again.
func unattached(s state) bool {
	return s.Phase == Failed && s.Session != nil && s.Attached && s.unstopped.reason.IsZero()
}

// attachFailed keeps a session that this launcher did not start: its instance is not stopped because attaching to it
// failed. Attaching is tried again by itself, after pauses that double up to lastRetry.
func attachFailed(s state, p *Problem, now time.Time) state {
	s.Problem, s.failure, s.Adopting = p, nil, true
	s.unstopped = unstopped{}
	s.retryAt = now.Add(min(retryPause<<min(s.attaches, 10), lastRetry))
	s.attaches++
	return enter(s, Failed, now)
}

func nextProgress(s state, p Progress, now time.Time) state {
	if !s.Phase.Starting() {
		return s // broken off meanwhile
	}
	if p.Session != nil {
		known := s.Session != nil && s.Session.CreationTime.Equal(p.Session.CreationTime)
		s.Session, s.Attached = p.Session, p.Attached || s.Attached && known
	}
	if p.Machine != nil {
		s.Machine = p.Machine
	}
	if p.URL != "" {
		s.URL = p.URL
	}
	if p.Notice != nil {
		s = withNotice(s, p.Notice.Key, p.Notice.Problem)
	}
	if !p.Try.IsZero() {
		s.Tries = append(slices.Clone(s.Tries), p.Try)
	}
	if p.Cold && !s.Cold {
		s.Cold, s.Estimate = true, s.history.usual(whole, true)
	}
	if p.Queue != nil { // the session found has ended, and a new start waits
		s.Queue, s.Session, s.Attached = p.Queue, nil, false
	}
	if p.Phase.Starting() {
		if p.Phase != Claiming && s.Queue != nil {
			s.Steps, s.Queue = withoutWait(s, now), nil
		}
		s = enter(s, p.Phase, now)
	}
	return s
}

// withoutWait returns the steps of a start that has waited in the queue, without the wait: the start counts from the
// claim, as in the history.
func withoutWait(s state, now time.Time) []Step {
	steps := slices.Clone(s.Steps)
	if n := len(steps); n > 0 {
		began := steps[n-1].Started
		steps[n-1].Started = now
		if s.Session != nil && s.Session.CreationTime.After(began) && s.Session.CreationTime.Before(now) {
			steps[n-1].Started = s.Session.CreationTime
		}
	}
	return steps
}

func nextStarted(s state, e started, now time.Time) (state, []effect) {
	if s.User == nil {
		return s, nil
	}
	if s.leaves {
		return s, nil
	}
	if s.Phase == Ending { // it was broken off; whatever it holds goes back
		s.unstopped = unstopped{reason: messages.New("launcher.startBrokenOff")}
		return s, []effect{doStop{user: *s.User, session: nil, reason: messages.New("launcher.startBrokenOff")}}
	}
	if !s.Phase.Starting() {
		return s, nil
	}
	if e.problem != nil && s.Attached && s.Session != nil {
		return attachFailed(s, e.problem, now), nil
	}
	if e.problem != nil {
		s.failure = e.problem
		s.unstopped = unstopped{reason: messages.New("launcher.startFailed", e.problem.What)}
		return enter(s, Ending, now), []effect{doStop{user: *s.User, session: nil, reason: s.unstopped.reason}}
	}
	s.Session, s.attaches = e.session, 0
	s.lookAt = now
	s.extendAt = now.Add(extendPause)
	s = enter(s, Ready, now)
	if s.Attached {
		s.Steps = nil // they tell how long attaching took, not the start
		return s, nil
	}
	s.history = s.history.with(s.Steps, s.Cold)
	return s, nil
}

// sessionEffects follows the log of the session's instance as soon as one is known.
func sessionEffects(before, after state) []effect {
	b, a := sessionInstance(before), sessionInstance(after)
	if a == b || a == "" {
		return nil
	}
	return []effect{doFollow{a, after.Session.CreationTime}}
}

func sessionInstance(s state) string {
	if s.Session == nil {
		return ""
	}
	return s.Session.InstanceID
}

func nextExtended(s state, e extended, now time.Time) (state, []effect) {
	if s.Phase != Ready || s.Session == nil {
		return s, nil
	}
	if e.problem != nil {
		s.lookAt, s.unsaved = now, true // perhaps somebody else ended it
		if s.unextended == nil {        // said once
			s.Problem = e.problem
		}
		s.unextended = e.problem
		return s, nil
	}
	if s.unextended != nil && s.Problem != nil && s.Problem.What.String() == s.unextended.What.String() {
		s.Problem = nil
	}
	s.unextended = nil
	extended := *e.session
	extended.Sent = max(extended.Sent, s.Session.Sent) // it may have sent more meanwhile
	s.Session, s.Warning = &extended, false
	return s, nil
}

func nextStopped(s state, e stopped, r Rules, now time.Time) (state, []effect) {
	again := s.Phase == Failed && s.Session != nil // an attempt of nextRetryStop
	if s.Phase != Ending && !again {
		return s, nil
	}
	after, failure := s.after, s.failure
	var left *Problem
	if e.problem != nil && e.problem.Kind == KindLeftover {
		left, e.problem = e.problem, nil // the instance is stopped all the same
	}
	e.problem = withArmedStop(e.problem, s.Session, r)
	if e.problem != nil && after == "" && s.Session != nil {
		return stopFailed(s, e.problem, now), nil
	}
	if e.problem != nil && after == "" && failure == nil {
		failure = e.problem
	}
	if failure == nil && after == "" {
		s.Ended = endedBy(s.ending, s.Session, r, now)
	}
	s.unstopped, s.ending = unstopped{}, ""
	s.Session, s.Machine, s.URL, s.Warning, s.Cold, s.Announced, s.Queue = nil, nil, "", false, false, false, nil
	s.Tries = nil
	s = unused(s)
	s.after, s.failure, s.Problem = "", nil, cmp.Or(failure, left)
	if after == WishSignOut || after == WishQuit {
		s.after, s.Problem = after, cmp.Or(e.problem, left)
		return s, leaving(after, r)
	}
	s.prepared = now
	phase := Idle
	if failure != nil {
		phase, s.recountAt = Failed, now.Add(recountPause)
	}
	return enter(s, phase, now), []effect{doPrepare{*s.User}}
}

// endedBy describes a session that a timer ended. It returns nil if none did.
func endedBy(kind TimerKind, session *Session, r Rules, now time.Time) *Ended {
	if kind == "" || session == nil {
		return nil
	}
	used := now.Sub(session.CreationTime)
	spent, _ := r.Prices.Session(session.Type, used, session.Sent)
	return &Ended{Why: kind, Used: used, Cost: spent}
}

// unstopped is a stop that failed, and is tried again.
type unstopped struct {
	terminate bool
	reason    messages.Message
	tries     int
	at        time.Time // when to try again; zero while an attempt is under way
}

// stopFailed keeps the session of a stop that failed: its user can press Stop, and the launcher tries again by itself.
func stopFailed(s state, p *Problem, now time.Time) state {
	if s.Phase != Failed || s.Problem != nil { // what was dismissed is not said again
		s.Problem = p
	}
	s.failure = nil
	s.unstopped.at = now.Add(min(firstRestop<<s.unstopped.tries, lastRestop))
	s.unstopped.tries = min(s.unstopped.tries+1, 10)
	return enter(s, Failed, now)
}

// restopDue is when a stop that failed is tried again: not at all once the armed stop has acted. It is zero for never.
func restopDue(s state, r Rules) time.Time {
	at := s.unstopped.at
	if s.Phase != Failed || s.Session == nil || at.IsZero() || at.After(s.Session.ExpireAt.Add(r.Grace+lastRestop)) {
		return time.Time{}
	}
	return at
}

// nextRetryStop tries a stop that failed again. The phase stays, so that nothing flickers while the cloud is away.
func nextRetryStop(s state) (state, []effect) {
	s.unstopped.at = time.Time{}
	return s, []effect{doStop{user: *s.User, session: s.Session, terminate: s.unstopped.terminate,
		reason: s.unstopped.reason}}
}

// withArmedStop adds to p when the instance stops all the same, unless p says it already.
func withArmedStop(p *Problem, session *Session, r Rules) *Problem {
	if p == nil || session == nil || session.ExpireAt.IsZero() || !p.StopsAt.IsZero() {
		return p
	}
	told := *p
	told.StopsAt = ArmedStop(session.ExpireAt, r.Grace)
	told.Next = messages.Join(told.Next, messages.New("launcher.armedStopActsAt", moment(told.StopsAt)))
	return &told
}
