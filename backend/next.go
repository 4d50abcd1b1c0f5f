package backend

import (
	"slices"
	"strconv"
	"strings"
	"time"
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
	preparePause = time.Minute      // between two preparations while somebody is at the idle window
)

// next is the state machine: what the snapshot becomes by an event, and what is to be done. It is pure.
func next(s Snapshot, e event, r Rules, now time.Time) (Snapshot, []effect) {
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
			return nextActivity(s, r, now)
		}
		return s, nil
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
func enter(s Snapshot, p Phase, now time.Time) Snapshot {
	if s.Phase == p {
		return s
	}
	s.Steps = slices.Clone(s.Steps)
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Took == 0 {
		s.Steps[n-1].Took = max(now.Sub(s.Steps[n-1].Started), 1)
	}
	if p.Starting() {
		if p == Claiming {
			s.Steps, s.Announced = nil, false
		}
		s.Steps = append(s.Steps, Step{Phase: p, Started: now, Usual: s.history.usual(p, s.Cold)})
	}
	s.Phase, s.Since = p, now
	return s
}

func nextWish(s Snapshot, w Wish, r Rules, now time.Time) (Snapshot, []effect) {
	switch w.Verb {
	case WishSignIn, WishBrowse, WishForgot, WishUnlock:
		return nextEnter(s, w, now)
	case WishRespond, WishResend:
		return nextAnswer(s, w)
	case WishCancel:
		return nextCancel(s, now)
	case WishStart:
		if s.User == nil || (s.Phase != Idle && s.Phase != Failed) || s.Adopting {
			return s, nil
		}
		s.Problem, s.Session, s.Machine, s.URL, s.Cold, s.after, s.failure = nil, nil, nil, "", false, "", nil
		s.retryAt, s.unfound = time.Time{}, nil
		s.Queue, s.Estimate = nil, s.history.usual(whole, false)
		return enter(s, Claiming, now), []effect{doStart{*s.User}}
	case WishStop:
		return nextEnd(s, false, "", "stopped by the user", now)
	case WishTerminate:
		return nextEnd(s, true, "", "terminated by the user", now)
	case WishExtend:
		if s.Phase == Ready && s.Session != nil {
			s.extendAt = now.Add(extendPause)
			return s, []effect{doExtend{*s.Session}}
		}
	case WishTouch:
		return nextActivity(s, r, now)
	case WishDismiss:
		s.Problem = nil
	case WishSignOut, WishQuit:
		return nextLeave(s, w, r, now)
	}
	return s, nil
}

// nextEnter handles the ways in.
func nextEnter(s Snapshot, w Wish, now time.Time) (Snapshot, []effect) {
	if w.Verb == WishUnlock && s.User != nil {
		return s, []effect{doUnlock{}}
	}
	if s.Phase != SignedOut {
		return s, nil
	}
	switch {
	case w.Verb == WishSignIn && (w.Username == "" || w.Password == ""):
		s.Problem = &Problem{Kind: KindRefused, What: "Not signed in", Why: "The user name or the password is empty.", Next: "Fill in both."}
		return s, nil
	case w.Verb == WishForgot && w.Username == "":
		s.Problem = &Problem{Kind: KindRefused, What: "No code was sent", Why: "The user name is empty.", Next: "Fill it in, so that it is known whose password to change."}
		return s, nil
	}
	var effects []effect
	if s.resuming {
		effects = []effect{doLeave{}} // nobody waits for what goes on behind the page
	}
	s.Problem, s.Challenge, s.Busy, s.resuming, s.retryAt = nil, nil, false, false, time.Time{}
	s.attempt++
	s = enter(s, SigningIn, now)
	switch w.Verb {
	case WishBrowse:
		return s, append(effects, doBrowse{s.attempt})
	case WishForgot:
		return s, append(effects, doForgot{s.attempt, w.Username})
	case WishUnlock:
		return s, append(effects, doResume{s.attempt})
	}
	return s, append(effects, doSignIn{s.attempt, w.Username, w.Password})
}

// nextAnswer handles what can be done with an open challenge.
func nextAnswer(s Snapshot, w Wish) (Snapshot, []effect) {
	switch {
	case s.Phase != SigningIn || s.Challenge == nil || s.Busy: // a second press must not answer the step after
		return s, nil
	case w.Verb == WishResend && s.Challenge.Resend:
		s.Problem, s.Busy = nil, true
		return s, []effect{doResend{s.attempt}}
	case w.Verb == WishResend, s.Challenge.Name == StepBrowser:
		return s, nil
	case w.Password == "":
		s.Problem = &Problem{Kind: KindRefused, What: "Not signed in yet", Why: "The answer is empty.", Next: "Fill it in."}
		return s, nil
	}
	s.Problem, s.Busy = nil, true
	return s, []effect{doAnswer{s.attempt, w.Password}}
}

func nextCancel(s Snapshot, now time.Time) (Snapshot, []effect) {
	switch {
	case s.Phase == SigningIn:
		s.Challenge, s.Problem, s.Busy = nil, nil, false
		return enter(s, SignedOut, now), []effect{doLeave{}}
	case s.Phase.Starting():
		return nextEnd(s, false, "", "start broken off by the user", now)
	}
	return s, nil
}

// nextEnd begins the ending of the session; after is what follows it. A start under way is broken off first, and
// what it may have claimed is read from the store, since its last answer may be lost.
func nextEnd(s Snapshot, terminate bool, after Verb, reason string, now time.Time) (Snapshot, []effect) {
	if s.User == nil || !s.Phase.Active() && s.Session == nil {
		return s, nil
	}
	if s.Phase == Ending {
		if after != "" {
			s.after = after
		}
		return s, nil
	}
	s.after = after
	if s.Phase.Starting() {
		s.failure = nil
		return enter(s, Ending, now), []effect{doBreak{}}
	}
	stop := doStop{user: *s.User, session: s.Session, terminate: terminate, reason: reason}
	return enter(s, Ending, now), []effect{stop}
}

// nextLeave handles sign-out and quit: the instance first, then the pool, then the sign-in.
func nextLeave(s Snapshot, w Wish, r Rules, now time.Time) (Snapshot, []effect) {
	if s.User == nil {
		if w.Verb == WishQuit {
			return s, []effect{doLeave{}, doFinish{}}
		}
		s.Challenge, s.Busy = nil, false
		return enter(s, SignedOut, now), []effect{doLeave{}}
	}
	if s.Phase.Active() || s.Session != nil {
		reason := w.Reason
		if reason == "" {
			reason = "signed out by the user"
			if w.Verb == WishQuit {
				reason = "the launcher was quit"
			}
		}
		return nextEnd(s, false, w.Verb, reason, now)
	}
	s.after = w.Verb
	return enter(s, Ending, now), leaving(w.Verb, r)
}

// leaving is what remains to be done once no instance is ours.
func leaving(v Verb, r Rules) []effect {
	return []effect{doFollow{}, doKeep{false}, doSignOut{forget: v == WishQuit && r.StaySignedIn}}
}

func nextSignIn(s Snapshot, e signInAnswered, now time.Time) (Snapshot, []effect) {
	behind := s.Phase == SignedOut && s.resuming && e.resumed
	if s.Phase != SigningIn && !behind || s.attempt != e.attempt {
		if e.user != nil && s.Phase == SignedOut {
			return s, []effect{doSignOut{}} // it was left just before it succeeded
		}
		return s, nil
	}
	s.Busy, s.resuming = false, false
	if e.resumed && e.problem != nil && e.problem.Kind == KindUnreachable {
		s.retryAt = now.Add(retryPause)
		if behind {
			return s, nil // the page says so already, or the user has read it
		}
	}
	switch {
	case e.problem != nil && s.Challenge != nil && e.challenge != nil:
		s.Problem, s.Challenge = e.problem, e.challenge // a wrong code: the step stays
		return s, nil
	case e.problem != nil:
		s.Problem, s.Challenge = e.problem, nil
		return enter(s, SignedOut, now), nil
	case e.challenge != nil:
		s.Challenge = e.challenge
		return s, nil
	case e.user == nil:
		return enter(s, SignedOut, now), nil
	}
	s.User, s.Challenge, s.Problem, s.Adopting, s.prepared = e.user, nil, nil, true, now
	s.retryAt, s.unfound = time.Time{}, nil
	return enter(s, Idle, now), []effect{doKeep{true}, doFind{*e.user}, doPrepare{*e.user}}
}

// nextFound adopts the session that an earlier run, or another desktop of the same user, left running.
func nextFound(s Snapshot, e sessionFound, now time.Time) (Snapshot, []effect) {
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
	if s.User == nil || s.Phase != Idle || e.session == nil {
		return s, nil
	}
	return enter(s, Claiming, now), []effect{doStart{*s.User}}
}

func nextProgress(s Snapshot, p Progress, now time.Time) Snapshot {
	if !s.Phase.Starting() {
		return s // broken off meanwhile
	}
	if p.Session != nil {
		s.Session = p.Session
	}
	if p.Machine != nil {
		s.Machine = p.Machine
	}
	if p.URL != "" {
		s.URL = p.URL
	}
	if p.Cold && !s.Cold {
		s.Cold, s.Estimate = true, s.history.usual(whole, true)
	}
	if p.Queue != nil {
		s.Queue = p.Queue
	}
	if p.Phase.Starting() {
		s = enter(s, p.Phase, now)
		if p.Phase != Claiming {
			s.Queue = nil
		}
	}
	return s
}

func nextStarted(s Snapshot, e started, now time.Time) (Snapshot, []effect) {
	if s.User == nil {
		return s, nil
	}
	if s.Phase == Ending { // it was broken off; whatever it holds goes back
		return s, []effect{doStop{user: *s.User, session: nil, reason: "start broken off"}}
	}
	if !s.Phase.Starting() {
		return s, nil
	}
	if e.problem != nil {
		s.failure = e.problem
		return enter(s, Ending, now), []effect{doStop{user: *s.User, session: nil, reason: "start failed: " + e.problem.What}}
	}
	s.Session = e.session
	s.lookAt = now
	s.extendAt = now.Add(extendPause)
	s = enter(s, Ready, now)
	s.history = s.history.with(s.Steps, s.Cold)
	return s, nil
}

// sessionEffects follows the log of the session's instance as soon as one is known.
func sessionEffects(before, after Snapshot) []effect {
	b, a := sessionInstance(before), sessionInstance(after)
	if a == b || a == "" {
		return nil
	}
	return []effect{doFollow{a, after.Session.CreationTime}}
}

func sessionInstance(s Snapshot) string {
	if s.Session == nil {
		return ""
	}
	return s.Session.InstanceID
}

// nextActivity slides the window, at most once in a twelfth of it, so that activity does not become a stream of
// writes.
func nextActivity(s Snapshot, r Rules, now time.Time) (Snapshot, []effect) {
	if s.Phase == Idle && s.User != nil && now.Sub(s.prepared) > preparePause {
		s.prepared = now // somebody is there: a press may follow
		return s, []effect{doPrepare{*s.User}}
	}
	if s.Phase != Ready || s.Session == nil || now.Before(s.extendAt) {
		return s, nil
	}
	if s.Session.ExpireAt.Sub(now) > r.Window-r.Window/12 {
		return s, nil
	}
	s.extendAt = now.Add(extendPause)
	return s, []effect{doExtend{*s.Session}}
}

func nextExtended(s Snapshot, e extended, now time.Time) (Snapshot, []effect) {
	if s.Phase != Ready || s.Session == nil {
		return s, nil
	}
	if e.problem != nil {
		s.Problem, s.lookAt = e.problem, now // perhaps somebody else ended it
		return s, nil
	}
	s.Session, s.Warning = e.session, false
	return s, nil
}

func nextStopped(s Snapshot, e stopped, r Rules, now time.Time) (Snapshot, []effect) {
	if s.Phase != Ending {
		return s, nil
	}
	after, failure := s.after, s.failure
	e.problem = withArmedStop(e.problem, s.Session, r)
	if e.problem != nil && after == "" && failure == nil {
		failure = e.problem // the session stays, so that Stop can be pressed again
		s.failure, s.Problem = nil, failure
		return enter(s, Failed, now), nil
	}
	s.Session, s.Machine, s.URL, s.Warning, s.Cold, s.Announced, s.Queue = nil, nil, "", false, false, false, nil
	s.after, s.failure, s.Problem = "", nil, failure
	if after == WishSignOut || after == WishQuit {
		s.after, s.Problem = after, e.problem
		return s, leaving(after, r)
	}
	s.prepared = now
	phase := Idle
	if failure != nil {
		phase = Failed
	}
	return enter(s, phase, now), []effect{doPrepare{*s.User}}
}

// withArmedStop tells whoever cannot stop an instance when it stops all the same.
func withArmedStop(p *Problem, session *Session, r Rules) *Problem {
	if p == nil || session == nil || session.ExpireAt.IsZero() {
		return p
	}
	told := *p
	told.Next = strings.TrimSpace(told.Next + " The stop that was armed at the start ends the instance by itself at " +
		session.ExpireAt.Add(r.Grace).Local().Format("15:04 on January 2") + ", whatever happens here.")
	return &told
}

func nextSignedOut(s Snapshot, e signedOut, now time.Time) (Snapshot, []effect) {
	if s.Phase != Ending {
		return s, nil
	}
	quit := s.after == WishQuit
	if e.problem != nil {
		s.Problem = e.problem
	}
	clean := Snapshot{Revision: s.Revision, Phase: s.Phase, Since: s.Since, Profile: s.Profile, Notices: s.Notices, Problem: s.Problem, history: s.history, attempt: s.attempt}
	clean = enter(clean, SignedOut, now)
	if quit {
		return clean, []effect{doFinish{}}
	}
	return clean, nil
}

// nextMachine takes a look at the instance in: one that was stopped behind the launcher's back ends the session.
func nextMachine(s Snapshot, e machineSeen, now time.Time) (Snapshot, []effect) {
	if s.Phase != Ready || sessionInstance(s) != e.instanceID {
		return s, nil
	}
	s.lookAt = now.Add(lookStarting)
	if e.problem != nil {
		return withNotice(s, "cloud", e.problem), nil
	}
	s = withNotice(s, "cloud", nil)
	s.Machine = e.machine
	if e.machine != nil && (e.machine.State == "running" || e.machine.State == "pending") {
		if e.machine.InstanceStatus == "ok" && e.machine.SystemStatus == "ok" {
			s.lookAt = now.Add(lookSteady)
		}
		return s, nil
	}
	s.failure = &Problem{Kind: KindUnexpected, What: "Your instance has stopped",
		Why:  "It was stopped outside of this launcher: by its timer, by an operator, or from another computer.",
		Next: "Press Start for a new one."}
	return enter(s, Ending, now), []effect{doStop{user: *s.User, session: s.Session, reason: "found stopped"}}
}

func nextTick(s Snapshot, r Rules, now time.Time) (Snapshot, []effect) {
	if retries(s) && !now.Before(s.retryAt) {
		s.retryAt = time.Time{}
		if s.Phase == Idle {
			return s, []effect{doFind{*s.User}}
		}
		s.resuming = true
		return s, []effect{doResume{s.attempt}}
	}
	if s.Phase != Ready || s.Session == nil {
		return s, nil
	}
	if !now.Before(s.Session.ExpireAt) {
		reason, why := "idle for "+r.Window.String(), "Nothing was done with it for "+humanDuration(r.Window)+"."
		if r.Maximum > 0 && !now.Before(s.Session.CreationTime.Add(r.Maximum)) {
			reason, why = "the longest session, "+r.Maximum.String(), "A session may last "+humanDuration(r.Maximum)+" at most."
		}
		s, effects := nextEnd(s, false, "", reason, now)
		s.failure = &Problem{Kind: KindInterrupted, What: "Your instance was stopped", Why: why, Next: "Press Start to go on."}
		return s, effects
	}
	s.Warning = s.Session.ExpireAt.Sub(now) <= r.Warning
	if !now.Before(s.lookAt) {
		s.lookAt = now.Add(lookSteady)
		return s, []effect{doLook{s.Session.InstanceID}}
	}
	return s, nil
}

// retries says whether something that could not be reached is asked for again.
func retries(s Snapshot) bool {
	return !s.retryAt.IsZero() && (s.Phase == SignedOut && s.User == nil || s.Phase == Idle && s.User != nil)
}

// deadline is when the snapshot wants its next tick; zero for never.
func deadline(s Snapshot, r Rules, now time.Time) time.Time {
	if retries(s) {
		return s.retryAt
	}
	if s.Phase != Ready || s.Session == nil {
		return time.Time{}
	}
	at := s.Session.ExpireAt
	if warn := at.Add(-r.Warning); warn.After(now) && warn.Before(at) {
		at = warn
	}
	if s.lookAt.Before(at) {
		at = s.lookAt
	}
	return at
}

func withNotice(s Snapshot, key string, p *Problem) Snapshot {
	s.Notices = slices.DeleteFunc(slices.Clone(s.Notices), func(n Notice) bool { return n.Key == key })
	if p != nil {
		s.Notices = append(s.Notices, Notice{Key: key, Problem: p})
	}
	return s
}

func humanDuration(d time.Duration) string {
	switch {
	case d == time.Hour:
		return "an hour"
	case d%time.Hour == 0 && d > 0:
		return strconv.Itoa(int(d.Hours())) + " hours"
	default:
		return d.Round(time.Second).String()
	}
}
