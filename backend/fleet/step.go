package fleet

import (
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// instance is an instance as EC2 describes it, with the tags that mirror the tables and what it was launched from.
type instance struct {
	backend.Machine
	owner, epoch, expireAt string // tags
	gateKey                string // the tag of the gate in front of its avatar
	guests                 string // the tag of the gate's invitations
	token                  string // the client token of its launch
	version                string // of the launch template, by the tag that EC2 sets; empty if there is none
}

// up reports whether the instance runs or is about to.
func (m instance) up() bool { return m.State.Up() }

// observation is what the keeper reads in one turn: EC2 first, then the tables. So an instance without a row is new or
// unrecorded, and a row without an instance is left over.
type observation struct {
	instances []instance // pool instances, those that were terminated of late included
	rows      []instanceRow
	sessions  []sessionRow           // those that have not ended
	ended     []sessionRow           // those that have, as long as their rows stay
	tickets   []ticketRow            // those that are alive, in the order in which they are served
	stale     []ticketRow            // those that nobody keeps alive
	ready     map[string]bool        // warming instances that have shown that they are ready
	asking    map[string]bool        // stopped warming instances whose log may still show it
	resets    map[string]replacement // the root volume replacements of instances that are being reset, by task ID
	size      int                    // the stopped tier's size (see Figures.stopped)
	hot       int                    // how many running ones beside them
	figures   Figures
	rollout   rolloutRow
	current   template // what a launch would be made of now; zero if it was not read
	health    healthRow
	pause     pauseRow
	// armed and names are read every driftInterval only, nil otherwise: when each claimed instance's armed stop
	// fires, and where each name points.
	armed map[string]time.Time
	names map[string]string
}

// template is what makes one launch differ from another. Its image is empty if the template names none by its ID.
type template struct{ version, image string }

// stepKind is what the keeper does to one instance.
type stepKind string

const (
	stepLaunch    stepKind = "launch"    // launch a new instance to be warmed
	stepPark      stepKind = "park"      // warming and ready: stop it, it is then warm
	stepRehearse  stepKind = "rehearse"  // warming and stopped: start it once more, as a user's start would
	stepRecycle   stepKind = "recycle"   // stopped: scrub it, and say warm
	stepReset     stepKind = "reset"     // used and stopped: start it, to replace its disk
	stepClean     stepKind = "clean"     // runs for its reset: replace its disk
	stepRetire    stepKind = "retire"    // terminate it and forget its row
	stepAdopt     stepKind = "adopt"     // unrecorded: write a row, and stop it
	stepStop      stepKind = "stop"      // runs unclaimed: stop it
	stepEnd       stepKind = "end"       // end a session that is over in truth
	stepForget    stepKind = "forget"    // a row whose instance is gone: delete it
	stepWithdraw  stepKind = "withdraw"  // an intent that came to nothing: delete it
	stepHeat      stepKind = "heat"      // warm and stopped: start it, so that a claim finds it running
	stepCool      stepKind = "cool"      // it should run and does not: say that it is stopped
	stepReserve   stepKind = "reserve"   // it is for the next user in the queue
	stepUnreserve stepKind = "unreserve" // whom it was for does not wait any more
	stepRetag     stepKind = "retag"     // its tags do not say what its row says
	stepRetype    stepKind = "retype"    // its row does not say which type it is
	stepRearm     stepKind = "rearm"     // its stop is not armed for the end of its session
	stepRename    stepKind = "rename"    // a name does not point where it should
	stepDequeue   stepKind = "dequeue"   // a place in the queue that nobody keeps
	stepRollout   stepKind = "rollout"   // store how far a new launch template version has come
)

// step is one step of a plan. Every step is checked again under the row's epoch when it is executed.
type step struct {
	kind         stepKind
	row          instanceRow // InstanceID is always set but for launch, rename, dequeue and rollout; of launch Template is set
	session      *sessionRow // for end, retag, rearm, rename
	ticket       ticketRow   // for reserve, dequeue
	rollout      *rolloutRow // for rollout
	instanceType string      // for retype: the type that EC2 describes
	why          messages.Message
	result       *launchResult // for park, recycle, retire, forget: how its warming ended
}

const (
	newborn = 30 * time.Second // an instance or session younger than this is spared: its other half is on the way
	// startLimit is how long after its claim a stopped instance counts as never started, or as stopped by hand. Until
	// then its desktop may still be repeating the start, for up to claimTime while AWS limits requests.
	startLimit = claimTime + time.Minute
	reapMargin = 60 * time.Second // past its ExpireAt, a session is ended by the keeper after this
	// a surplus stays this long, so that stop, start, stop does not launch and delete one each time
	excessPause = 10 * time.Minute
	// intentLimit is when an intent has come to nothing: a signed request is refused after five minutes (SigV4), so
	// that none is still on its way.
	intentLimit = 10 * time.Minute
	// startSlack is how much earlier than the row says EC2's LaunchTime of a start may be: clocks differ.
	startSlack = 10 * time.Second
	// hotLead is how long before its end a hot instance has another one started in its place: as long as a start takes.
	hotLead = 2 * time.Minute
	// hotPause is how long an instance stays stopped that was to run and did not.
	hotPause = 30 * time.Minute
	// reserveLimit is how long an instance is kept for somebody who does not take it.
	reserveLimit = 2 * time.Minute
)
