package backend

import "time"

// An event is something that happened: a wish, an answer of a room, or the passing of time. Only next reads them.
type event interface{ isEvent() }

type (
	// wished: the user asked for something.
	wished struct{ Wish }
	// signInAnswered: SignIn, Respond or Resume came back; all nil after a Resume that found nothing.
	signInAnswered struct {
		user      *User
		challenge *Challenge
		problem   *Problem
	}
	// sessionFound: the user's session as stored, nil where there is none.
	sessionFound struct {
		session *Session
		problem *Problem
	}
	// progressed: the start under way reached a phase or learned something.
	progressed struct{ Progress }
	// started: the start under way came to its end.
	started struct {
		session *Session
		problem *Problem
	}
	// extended: the session's end moved, or did not.
	extended struct {
		session *Session
		problem *Problem
	}
	// stopped: the stop request is out, or could not be sent.
	stopped struct{ problem *Problem }
	// signedOut: the sign-out is done; a problem is said but changes nothing.
	signedOut struct{ problem *Problem }
	// machineSeen: EC2's description of the session's instance, nil where EC2 has none.
	machineSeen struct {
		instanceID string
		machine    *Machine
		problem    *Problem
	}
	// poolSeen: a reading of the warm pool.
	poolSeen struct{ pool Pool }
	// active: a line of the instance's log counts as use.
	active struct{ instanceID string }
	// noticed: a standing condition began (problem) or ended (nil).
	noticed struct {
		key     string
		problem *Problem
	}
	// ticked: a deadline of the snapshot has come.
	ticked struct{}
)

func (wished) isEvent()         {}
func (signInAnswered) isEvent() {}
func (sessionFound) isEvent()   {}
func (progressed) isEvent()     {}
func (started) isEvent()        {}
func (extended) isEvent()       {}
func (stopped) isEvent()        {}
func (signedOut) isEvent()      {}
func (machineSeen) isEvent()    {}
func (poolSeen) isEvent()       {}
func (active) isEvent()         {}
func (noticed) isEvent()        {}
func (ticked) isEvent()         {}

// An effect is work that next asks for. The Launcher runs it elsewhere and feeds its answer back as an event.
type effect interface{ isEffect() }

type (
	doSignIn struct{ username, password string }
	doAnswer struct{ answer string }
	// doFind reads the user's stored session, to adopt it.
	doFind struct{ user User }
	// doStart runs a start until it is ready, fails, or is broken off by doBreak.
	doStart struct{ user User }
	doBreak struct{}
	// doExtend moves the session's end.
	doExtend struct{ session Session }
	// doStop ends the user's session: the one given, or whichever is stored where session is nil.
	doStop struct {
		user      User
		session   *Session
		terminate bool
		reason    string
	}
	// doSignOut revokes the sign-in; forget keeps it in the keyring for the next launch.
	doSignOut struct{ forget bool }
	// doLook describes the session's instance.
	doLook struct{ instanceID string }
	// doFollow follows the log of an instance from a time on; an empty ID ends the following.
	doFollow struct {
		instanceID string
		since      time.Time
	}
	// doKeep runs the pool's keeper, or ends it.
	doKeep struct{ on bool }
	// doFinish ends the Launcher.
	doFinish struct{}
)

func (doSignIn) isEffect()  {}
func (doAnswer) isEffect()  {}
func (doFind) isEffect()    {}
func (doStart) isEffect()   {}
func (doBreak) isEffect()   {}
func (doExtend) isEffect()  {}
func (doStop) isEffect()    {}
func (doSignOut) isEffect() {}
func (doLook) isEffect()    {}
func (doFollow) isEffect()  {}
func (doKeep) isEffect()    {}
func (doFinish) isEffect()  {}
