package backend

import (
	"slices"
	"time"

	"avatar-launcher/backend/messages"
)

// nextEnter handles the ways in.
func nextEnter(s state, w Wish, now time.Time) (state, []effect) {
	if w.Verb == WishUnlock && s.User != nil {
		return s, []effect{doUnlock{}}
	}
	if s.Phase != SignedOut {
		return s, nil
	}
	switch {
	case w.Verb == WishSignIn && (w.Username == "" || w.Password == ""):
		s.Problem = &Problem{Kind: KindRefused, What: messages.New("launcher.notSignedIn"),
			Why: messages.New("common.userNamePasswordEmpty"), Next: messages.New("launcher.fillBoth")}
		return s, nil
	case (w.Verb == WishForgot || w.Verb == WishCode) && w.Username == "":
		s.Problem = &Problem{Kind: KindRefused, What: messages.New("common.noCodeSent"),
			Why:  messages.New("common.userNameEmpty"),
			Next: messages.New("launcher.fillKnownPasswordChange")}
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
		return s, append(effects, doBrowse{s.attempt, w.Username})
	case WishCode:
		return s, append(effects, doCode{s.attempt, w.Username})
	case WishForgot:
		return s, append(effects, doForgot{s.attempt, w.Username})
	case WishUnlock:
		return s, append(effects, doResume{s.attempt})
	}
	return s, append(effects, doSignIn{s.attempt, w.Username, w.Password})
}

// nextAnswer handles what can be done with an open challenge.
func nextAnswer(s state, w Wish) (state, []effect) {
	switch {
	case s.Phase != SigningIn || s.Challenge == nil || s.Busy: // a second press must not answer the step after
		return s, nil
	case w.Verb == WishResend && s.Challenge.Resend:
		s.Problem, s.Busy = nil, true
		return s, []effect{doResend{s.attempt}}
	case w.Verb == WishResend, s.Challenge.Name == StepBrowser:
		return s, nil
	case w.Password == "":
		s.Problem = &Problem{Kind: KindRefused, What: messages.New("launcher.notSignedInYet"),
			Why: messages.New("launcher.answerEmpty"), Next: messages.New("launcher.fill")}
		return s, nil
	}
	s.Problem, s.Busy = nil, true
	return s, []effect{doAnswer{s.attempt, w.Password}}
}

func nextSignIn(s state, e signInAnswered, now time.Time) (state, []effect) {
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
	s.Kept = nil
	s.retryAt, s.unfound = time.Time{}, nil
	effects := []effect{doKeep{true}, doFind{*e.user}, doPrepare{*e.user}}
	if s.reader != "" && s.reader != e.user.ID {
		s.history = nil
		effects = append([]effect{doFollow{}, doForget{}}, effects...)
	}
	s.reader = e.user.ID
	return enter(s, Idle, now), effects
}

// nextRenew leaves a sign-in that is no longer good, and nothing else: the session goes on, and the next sign-in of the
// same user adopts it. Another user's sign-in finds their own session, if any.
func nextRenew(s state, now time.Time) (state, []effect) {
	if s.User == nil || s.Adopting || s.Phase != Idle && s.Phase != Ready && s.Phase != Failed {
		return s, nil
	}
	s.Kept = &Kept{Username: s.User.Username}
	if s.Session != nil {
		s.Kept.Until = s.Session.ExpireAt
	}
	s.User, s.Session, s.Machine, s.URL, s.Problem, s.after = nil, nil, nil, "", nil, WishRenew
	return enter(unused(s), SigningIn, now), []effect{doFollow{}, doForget{}, doKeep{false}, doSignOut{forget: true}}
}

// noticeKey is the notice that a problem of the control plane belongs to. Only a sign-in that is no longer good is
// refused there.
func noticeKey(p *Problem) string {
	if p != nil && p.Kind == KindRefused {
		return "sign-in"
	}
	return "cloud"
}

func nextSignedOut(s state, e signedOut, now time.Time) (state, []effect) {
	if s.Phase != Ending && s.after != WishRenew {
		return s, nil
	}
	quit := s.after == WishQuit
	if e.problem != nil {
		s.Problem = e.problem
	}
	s = withNotice(s, "cloud", nil) // it is about this user's instance
	clean := s.forgotten()
	if s.after == WishRenew {
		clean.Kept = s.Kept
	}
	clean = enter(clean, SignedOut, now)
	if quit {
		return clean, []effect{doFinish{}}
	}
	return clean, nil
}

// nextRetry brings forward what is tried again by itself after the cloud could not be reached.
func nextRetry(s state, now time.Time) (state, []effect) {
	if !s.retryAt.IsZero() {
		s.retryAt = now
	}
	if !s.unstopped.at.IsZero() {
		s.unstopped.at = now
	}
	if s.unextended != nil {
		s.extendAt = now
	}
	if s.Phase == Ready {
		s.lookAt = now
	}
	return s, nil
}

// offline reports whether the user is told that the cloud cannot be reached.
func offline(s state) bool {
	return slices.ContainsFunc(s.Notices, func(n Notice) bool { return n.Key == "cloud" })
}
