package backend

import (
	"time"

	"avatar-launcher/backend/messages"
)

// An event is something that happened: a wish, an answer of a room, or the passing of time. Only next reads them.
type event interface{ isEvent() }

type (
	// wished: the user asked for something.
	wished struct{ Wish }
	// signInAnswered: a piece of the sign-in came back; all nil after a Resume that found nothing.
	signInAnswered struct {
		attempt   int
		user      *User
		challenge *Challenge
		problem   *Problem
		resumed   bool // of a Resume
	}
	// sessionFound: the user's session as stored, nil if there is none.
	sessionFound struct {
		session *Session
		problem *Problem
	}
	// prepared: what can be done before a start is done; nil if it could not be.
	prepared struct{ *Prepared }
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
	// machineSeen: EC2's description of the session's instance, nil if EC2 has none.
	machineSeen struct {
		instanceID string
		machine    *Machine
		problem    *Problem
		ending     *EndedBy // who ended the session, if the machine is down and that is known
	}
	// poolSeen: a reading of the warm pool.
	poolSeen struct{ pool Pool }
	// active: a line of the instance's log counts as use.
	active struct{ instanceID string }
	// watched: the instance reports how many viewers are connected to it.
	watched struct {
		instanceID string
		viewers    int // UnknownViewers if somebody is, and how many is not known
	}
	// sent: the instance has sent so many bytes since the session began.
	sent struct {
		instanceID string
		bytes      int64
	}
	// announced: the instance's log says that the avatar is ready.
	announced struct{ instanceID string }
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
func (prepared) isEvent()       {}
func (progressed) isEvent()     {}
func (started) isEvent()        {}
func (extended) isEvent()       {}
func (stopped) isEvent()        {}
func (signedOut) isEvent()      {}
func (machineSeen) isEvent()    {}
func (poolSeen) isEvent()       {}
func (active) isEvent()         {}
func (watched) isEvent()        {}
func (sent) isEvent()           {}
func (announced) isEvent()      {}
func (noticed) isEvent()        {}
func (ticked) isEvent()         {}

// An effect is work that next asks for. The Launcher runs it elsewhere and feeds its answer back as an event.
type effect interface{ isEffect() }

type (
	doSignIn struct {
		attempt            int
		username, password string
	}
	doBrowse struct {
		attempt  int
		username string // typed ahead, may be empty
	}
	doCode struct {
		attempt  int
		username string
	}
	doForgot struct {
		attempt  int
		username string
	}
	doAnswer struct {
		attempt int
		answer  string
	}
	doResend struct{ attempt int }
	// doResume signs in by the keyring.
	doResume struct{ attempt int }
	// doUnlock tries the keyring again.
	doUnlock struct{}
	// doLeave breaks off whatever the sign-in under way waits for, and drops its open challenge.
	doLeave struct{}
	// doFind reads the user's stored session, to adopt it.
	doFind struct{ user User }
	// doPrepare does ahead of a start what can be done ahead.
	doPrepare struct{ user User }
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
		reason    messages.Message
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
	// doForget drops the log of the user who had it.
	doForget struct{}
	// doKeep runs the pool's keeper, or ends it.
	doKeep struct{ on bool }
	// doFinish ends the Launcher.
	doFinish struct{}
)

func (doSignIn) isEffect()  {}
func (doBrowse) isEffect()  {}
func (doCode) isEffect()    {}
func (doForgot) isEffect()  {}
func (doAnswer) isEffect()  {}
func (doResend) isEffect()  {}
func (doResume) isEffect()  {}
func (doUnlock) isEffect()  {}
func (doLeave) isEffect()   {}
func (doFind) isEffect()    {}
func (doPrepare) isEffect() {}
func (doStart) isEffect()   {}
func (doBreak) isEffect()   {}
func (doExtend) isEffect()  {}
func (doStop) isEffect()    {}
func (doSignOut) isEffect() {}
func (doLook) isEffect()    {}
func (doFollow) isEffect()  {}
func (doForget) isEffect()  {}
func (doKeep) isEffect()    {}
func (doFinish) isEffect()  {}
