package backend

import (
	"cmp"
	"slices"
	"time"

	"avatar-launcher/backend/messages"
)

// Rules are the figures that next decides by; they come from the profile.
type Rules struct {
	Window       time.Duration // idle time after which a session ends; activity slides it
	Maximum      time.Duration // the longest session, whatever happens; zero for none
	Warning      time.Duration // how long before the end the user is warned
	Grace        time.Duration // how long after a session's end its armed stop fires
	StaySignedIn bool          // quitting keeps the sign-in (never the instance)
	Prices       Prices
}

const (
	lookStarting = 15 * time.Second // between looks at an instance whose status checks are not ok yet
	lookSteady   = time.Minute      // between looks at an instance that is well: finds one stopped by hand
	extendPause  = 30 * time.Second // between two attempts to extend
	retryPause   = 15 * time.Second // before the kept sign-in, or the user's session, is asked for again
	lastRetry    = 5 * time.Minute  // the longest pause between two attempts to attach to the user's session
	watchTime    = 2 * time.Minute  // a report of viewers holds for this long
	firstRestop  = 5 * time.Second  // before a stop that failed is tried again; each further pause is twice as long,
	lastRestop   = time.Minute      // up to this
	recountPause = 30 * time.Second // after an end elsewhere, until its cost has been written down
	preparePause = time.Minute      // between two preparations while somebody is at the idle window
)

// next is the state machine: what the snapshot becomes by an event, and what is to be done. It is pure.
func next(s state, e event, r Rules, now time.Time) (state, []effect) {
	switch e := e.(type) {
	case wished:
		return nextWish(s, e.Wish, r, now)
	case signInAnswered:
		return nextSignIn(s, e, now)
	case sessionFound:
		return nextFound(s, e, now)
	case prepared:
		if e.Prepared != nil && s.User != nil {
			s.month = e.Month
			if len(s.history) == 0 {
				s.history = learnedFrom(e.Starts)
			}
			if s.Phase == Idle {
				s.Estimate = s.history.usual(whole, false)
			}
		}
		return s, nil
	case progressed:
		return nextProgress(s, e.Progress, now), nil
	case started:
		return nextStarted(s, e, now)
	case extended:
		return nextExtended(s, e, now)
	case stopped:
		return nextStopped(s, e, r, now)
	case signedOut:
		return nextSignedOut(s, e, now)
	case machineSeen:
		return nextMachine(s, e, now)
	case poolSeen:
		if s.User != nil {
			s.Pool = e.pool
		}
		return s, nil
	case active:
		if s.Session != nil && s.Session.InstanceID == e.instanceID {
			return nextActivity(s, UseLog, r, now)
		}
		return s, nil
	case watched:
		return nextWatched(s, e, r, now)
	case sent:
		return nextSent(s, e)
	case announced:
		s.Announced = s.Announced || s.Session != nil && s.Session.InstanceID == e.instanceID
		return s, nil
	case noticed:
		return withNotice(s, e.key, e.problem), nil
	case ticked:
		return nextTick(s, r, now)
	}
	return s, nil
}

// enter changes the phase and closes the step under way.
func enter(s state, p Phase, now time.Time) state {
	if s.Phase == p {
		return s
	}
	if s.Phase == Ready {
		s = withNotice(s, NoticeBrowser, nil) // the address is gone
	}
	if !p.Starting() && p != Ready {
		s = withNotice(s, NoticeName, nil)
	}
	s.Steps = slices.Clone(s.Steps)
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Took == 0 {
		s.Steps[n-1].Took = max(now.Sub(s.Steps[n-1].Started), 1)
	}
	if p.Starting() {
		if p == Claiming {
			s.Steps, s.Announced, s.Ended = nil, false, nil
		}
		s.Steps = append(s.Steps, Step{Phase: p, Started: now, Usual: s.history.usual(p, s.Cold)})
	}
	s.Phase, s.Since = p, now
	if p == Idle || p == SignedOut {
		s.Attached = false
	}
	if p == Idle {
		s.Estimate = s.history.usual(whole, false) // of the next start
	}
	if p == Ending {
		s.Adopting, s.retryAt = false, time.Time{}
	}
	return s
}

func nextWish(s state, w Wish, r Rules, now time.Time) (state, []effect) {
	switch w.Verb {
	case WishSignIn, WishCode, WishBrowse, WishForgot, WishUnlock:
		return nextEnter(s, w, now)
	case WishRespond, WishResend:
		return nextAnswer(s, w)
	case WishCancel:
		return nextCancel(s, now)
	case WishStart:
		if s.User == nil || (s.Phase != Idle && s.Phase != Failed) || s.Adopting || s.Phase == Failed && s.Session != nil {
			return s, nil // a session whose stop failed is stopped first
		}
		s.Problem, s.Session, s.Machine, s.URL, s.Cold, s.after, s.failure = nil, nil, nil, "", false, "", nil
		s = unused(s)
		s.retryAt, s.unfound, s.Attached, s.attaches = time.Time{}, nil, false, 0
		s.Queue, s.Tries, s.Estimate = nil, nil, s.history.usual(whole, false)
		return enter(s, Claiming, now), []effect{doStart{*s.User}}
	case WishStop:
		return nextEnd(s, false, "", messages.New("launcher.stoppedUser"), now)
	case WishTerminate:
		return nextEnd(s, true, "", messages.New("launcher.terminatedUser"), now)
	case WishExtend:
		if s.Phase == Ready && s.Session != nil {
			s.LastUse, s.LastUseBy = now, UseExtend
			return extend(s, now)
		}
	case WishTouch:
		return nextActivity(s, cmp.Or(w.Use, UseWindow), r, now)
	case WishRetry:
		return nextRetry(s, now)
	case WishDismiss:
		s.Problem, s.Ended = nil, nil
	case WishRenew:
		return nextRenew(s, now)
	case WishSignOut, WishQuit:
		return nextLeave(s, w, r, now)
	}
	return s, nil
}

func nextCancel(s state, now time.Time) (state, []effect) {
	switch {
	case s.Phase == SigningIn:
		s.Challenge, s.Problem, s.Busy = nil, nil, false
		return enter(s, SignedOut, now), []effect{doLeave{}}
	case s.Phase.Starting():
		return nextEnd(s, false, "", messages.New("launcher.startBrokenOffUser"), now)
	}
	return s, nil
}

// nextEnd begins the ending of the session; after is what follows it. A start under way is broken off first, and
// what it may have claimed is read from the store, since its last answer may be lost.
func nextEnd(s state, terminate bool, after Verb, reason messages.Message, now time.Time) (state, []effect) {
	if s.User == nil || !s.Phase.Active() && s.Session == nil {
		return s, nil
	}
	if s.Phase == Ending {
		if after != "" {
			s.after = after
		}
		return s, nil
	}
	s.after, s.ending = after, ""
	if s.Phase.Starting() {
		s.failure = nil
		return enter(s, Ending, now), []effect{doBreak{}}
	}
	s.unstopped = unstopped{terminate: terminate, reason: reason}
	stop := doStop{user: *s.User, session: s.Session, terminate: terminate, reason: reason}
	return enter(s, Ending, now), []effect{stop}
}

// nextLeave handles sign-out and quit: the instance first, then the pool, then the sign-in.
func nextLeave(s state, w Wish, r Rules, now time.Time) (state, []effect) {
	if s.User == nil {
		if w.Verb == WishQuit {
			return s, []effect{doLeave{}, doFinish{}}
		}
		s.Challenge, s.Busy = nil, false
		return enter(s, SignedOut, now), []effect{doLeave{}}
	}
	if w.LeaveAttached && s.Attached && s.Session != nil && s.Phase != Ending {
		return leaveRunning(s, w.Verb, r, now)
	}
	if s.Phase.Active() || s.Session != nil {
		reason := w.Reason
		if reason.IsZero() {
			reason = messages.New("launcher.signedOutUser")
			if w.Verb == WishQuit {
				reason = messages.New("launcher.launcherQuit")
			}
		}
		return nextEnd(s, false, w.Verb, reason, now)
	}
	s.after = w.Verb
	return enter(s, Ending, now), leaving(w.Verb, r)
}

// leaveRunning ends the sign-in, and not the session: another launcher holds it, or its armed stop ends it.
func leaveRunning(s state, after Verb, r Rules, now time.Time) (state, []effect) {
	effects := leaving(after, r)
	if s.Phase.Starting() {
		effects = append([]effect{doBreak{}}, effects...)
	}
	s.after, s.leaves = after, true
	return enter(s, Ending, now), effects
}

// leaving is what remains to be done once no instance is ours.
func leaving(v Verb, r Rules) []effect {
	effects := []effect{doFollow{}, doKeep{false}, doSignOut{forget: v == WishQuit && r.StaySignedIn}}
	if v == WishSignOut { // a launcher that quits still has its last lines to show
		effects = append([]effect{doFollow{}, doForget{}}, effects[1:]...)
	}
	return effects
}

func nextTick(s state, r Rules, now time.Time) (state, []effect) {
	if retries(s) && !now.Before(s.retryAt) {
		s.retryAt = time.Time{}
		if s.Phase == Idle || s.Phase == Failed {
			return s, []effect{doFind{*s.User}}
		}
		s.resuming = true
		return s, []effect{doResume{s.attempt}}
	}
	if at := restopDue(s, r); !at.IsZero() && !now.Before(at) {
		return nextRetryStop(s)
	}
	if recounts(s) && !now.Before(s.recountAt) {
		s.recountAt, s.prepared = time.Time{}, now
		return s, []effect{doPrepare{*s.User}}
	}
	if s.Phase != Ready || s.Session == nil {
		return s, nil
	}
	if !now.Before(s.Session.ExpireAt) {
		reason, kind := messages.New("launcher.idle", humanDuration(r.Window)), TimerIdle
		if r.Maximum > 0 && !now.Before(s.Session.CreationTime.Add(r.Maximum)) {
			reason, kind = messages.New("launcher.longestSession", humanDuration(r.Maximum)), TimerMaximum
		}
		s, effects := nextEnd(s, false, "", reason, now)
		s.ending = kind
		return s, effects
	}
	s.Warning = s.Session.ExpireAt.Sub(now) <= r.Warning
	if s.Viewers != 0 && now.Sub(s.watchAt) >= watchTime {
		s.Viewers = 0 // its reports have stopped
	}
	if at := extendDue(s, r); !at.IsZero() && !now.Before(at) {
		return extend(s, now)
	}
	if !now.Before(s.lookAt) {
		s.lookAt = now.Add(lookSteady)
		return s, []effect{doLook{s.Session.InstanceID}}
	}
	return s, nil
}

// retries reports whether something that could not be reached is asked for again.
func retries(s state) bool {
	return !s.retryAt.IsZero() && (s.Phase == SignedOut && s.User == nil || s.Phase == Idle && s.User != nil ||
		unattached(s))
}

// recounts reports whether the month's cost is to be read again.
func recounts(s state) bool {
	return !s.recountAt.IsZero() && s.User != nil && s.Session == nil && (s.Phase == Idle || s.Phase == Failed)
}

// deadline is when the snapshot wants its next tick; zero for never.
func deadline(s state, r Rules, now time.Time) time.Time {
	if retries(s) {
		return s.retryAt
	}
	if recounts(s) {
		return s.recountAt
	}
	if s.Phase == Failed {
		return restopDue(s, r)
	}
	if s.Phase != Ready || s.Session == nil {
		return time.Time{}
	}
	at := s.Session.ExpireAt
	if warn := at.Add(-r.Warning); warn.After(now) && warn.Before(at) {
		at = warn
	}
	return earliest(at, s.lookAt, extendDue(s, r), staleAt(s))
}

// earliest returns the earliest of at and those of others that are not zero.
func earliest(at time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	return at
}

func withNotice(s state, key string, p *Problem) state {
	s.Notices = slices.DeleteFunc(slices.Clone(s.Notices), func(n Notice) bool { return n.Key == key })
	if p != nil {
		s.Notices = append(s.Notices, Notice{Key: key, Problem: p})
	}
	return s
}

// humanDuration is d as people say it.
func humanDuration(d time.Duration) messages.Message {
	switch {
	case d%time.Hour == 0 && d > 0:
		return messages.New("launcher.hours", int(d.Hours()))
	case d%time.Minute == 0 && d > 0:
		return messages.New("launcher.minutes", int(d.Minutes()))
	default:
		return messages.Verbatim(d.Round(time.Second).String())
	}
}
