package backend

import "time"

// state is the state machine's memory: the Snapshot that others see, and what next alone needs to know. It is a value.
type state struct {
	Snapshot

	after    Verb      // what follows the ending under way: WishSignOut, WishQuit, or nothing
	failure  *Problem  // the problem that the ending under way will leave behind
	lookAt   time.Time // when to describe the instance next
	history  learned   // of earlier starts
	reader   string    // ID of the user whose log is held, empty if nobody's is
	attempt  int       // counts the sign-ins: an answer to one that was left is nobody's
	month    float64   // what this user's ended sessions of the month cost
	prepared time.Time // when the last preparation was asked for

	// recountAt is when to read the month's cost again: who ended the session may still have been writing down what it
	// cost. It is zero for never.
	recountAt time.Time

	retryAt  time.Time // when to ask again for what could not be reached: the kept sign-in, or the user's session
	resuming bool      // the kept sign-in is being asked for again, behind the page
	unfound  *Problem  // why the user's session could not be looked for
	extendAt time.Time // an extension asked for before this is not sent: one is under way or was just made
	unsaved  bool      // LastUse is later than what the session's end was computed from
	watchAt  time.Time // when the instance last reported viewers
	// unextended is why the last extension failed; nil if it did not. It is tried again by itself.
	unextended *Problem
	unstopped  unstopped
	leaves     bool      // the ending under way leaves the instance running
	attaches   int       // failures to attach to the session in a row
	ending     TimerKind // which timer ends the session, empty if none does
}

// newState returns where a launcher begins.
func newState(profile string, now time.Time) state {
	return state{Snapshot: Snapshot{Revision: 1, Phase: SignedOut, Since: now, Profile: profile}}
}

// forgotten returns what outlasts the user who has signed out: the phase, standing conditions, and the count of
// sign-ins.
func (s state) forgotten() state {
	return state{
		Snapshot: Snapshot{Revision: s.Revision, Phase: s.Phase, Since: s.Since, Profile: s.Profile,
			Notices: s.Notices, Problem: s.Problem},
		attempt: s.attempt,
	}
}
