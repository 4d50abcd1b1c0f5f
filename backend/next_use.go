package backend

import "time"

// nextActivity records use of the session, which slides its window; at the idle window it prepares a start.
func nextActivity(s state, by UseKind, r Rules, now time.Time) (state, []effect) {
	if s.Phase == Idle && s.User != nil && now.Sub(s.prepared) > preparePause {
		s.prepared = now // somebody is there: a press may follow
		return s, []effect{doPrepare{*s.User}}
	}
	if s.Phase != Ready || s.Session == nil {
		return s, nil
	}
	s.LastUse, s.LastUseBy, s.unsaved = now, by, true
	if at := extendDue(s, r); !at.IsZero() && !now.Before(at) {
		return extend(s, now)
	}
	return s, nil
}

// nextWatched takes in how many viewers are connected. Each report of some counts as use.
func nextWatched(s state, e watched, r Rules, now time.Time) (state, []effect) {
	if sessionInstance(s) != e.instanceID || s.Phase == Ending {
		return s, nil
	}
	left := s.Viewers != 0 && e.viewers == 0
	if offline(s) { // a report came through, so the cloud may be back
		s.lookAt = now
	}
	s.Viewers, s.watchAt = e.viewers, now
	if e.viewers == 0 && !left {
		return s, nil
	}
	return nextActivity(s, UseViewer, r, now)
}

// nextSent takes in how many bytes the session's instance has sent. A launcher that was started again counts from the
// session's log, so that its first reports are below what is stored.
func nextSent(s state, e sent) (state, []effect) {
	if sessionInstance(s) != e.instanceID || e.bytes <= s.Session.Sent {
		return s, nil
	}
	session := *s.Session
	session.Sent = e.bytes
	s.Session = &session
	return s, nil
}

// extendDue is when use that the session's end does not reflect yet must be written; zero for never. The window is
// written at most once in a twelfth of it, so that use does not become a stream of writes, and use is never dropped:
// the session ends no sooner than a window after LastUse, and at most a twelfth later.
func extendDue(s state, r Rules) time.Time {
	if !s.unsaved || s.Phase != Ready || s.Session == nil {
		return time.Time{}
	}
	end := s.Session.ExpireAt
	if r.Maximum > 0 && !end.Before(s.Session.CreationTime.Add(r.Maximum)) {
		return time.Time{} // nothing moves it any more
	}
	at := end.Add(-(r.Window - r.Window/12))
	if !end.Before(s.LastUse.Add(r.Window)) {
		return time.Time{} // it is late enough already
	}
	if at.Before(s.extendAt) {
		at = s.extendAt
	}
	return at
}

// extend asks for a later end.
func extend(s state, now time.Time) (state, []effect) {
	s.extendAt, s.unsaved = now.Add(extendPause), false
	session := *s.Session
	session.LastUseBy = s.LastUseBy
	return s, []effect{doExtend{session}}
}

// staleAt is when the last report of viewers no longer holds; zero if nobody is connected.
func staleAt(s state) time.Time {
	if s.Viewers == 0 {
		return time.Time{}
	}
	return s.watchAt.Add(watchTime)
}

// unused forgets the use of a session that is over.
func unused(s state) state {
	s.Viewers, s.LastUse, s.LastUseBy, s.unsaved, s.watchAt = 0, time.Time{}, "", false, time.Time{}
	s.unextended = nil
	return s
}
