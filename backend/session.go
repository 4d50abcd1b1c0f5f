package backend

import (
	"context"
	"time"

	"avatar-launcher/backend/messages"
)

// TimerKind names one of the clocks that end a session.
type TimerKind string

// The timers.
const (
	TimerIdle    TimerKind = "idle"    // nothing was done for a while; activity moves it
	TimerMaximum TimerKind = "maximum" // the longest that a session may be; nothing moves it
)

// Timer is a clock that will end the session. The soonest one fires.
type Timer struct {
	Kind TimerKind `json:"kind"`
	At   time.Time `json:"at"`
	Cost float64   `json:"cost"` // what the session will have cost by then, if it sends nothing more; zero if not known
}

// UseKind names what used a session.
type UseKind string

// The kinds of use.
const (
	UseViewer UseKind = "viewer" // somebody is connected to the avatar, or has just left it
	UseWindow UseKind = "window" // a key or a click in the launcher's window
	UseOpen   UseKind = "open"   // the avatar was opened, or its link copied
	UseExtend UseKind = "extend" // the user asked to keep it running
	UseLog    UseKind = "log"    // a line of the instance's log
)

// Message says what the use was, for the audit and the command line. It is zero if the kind is not known.
func (k UseKind) Message() messages.Message {
	switch k {
	case UseViewer:
		return messages.New("launcher.usedViewer")
	case UseWindow:
		return messages.New("launcher.usedWindow")
	case UseOpen:
		return messages.New("launcher.usedOpen")
	case UseExtend:
		return messages.New("launcher.usedExtend")
	case UseLog:
		return messages.New("launcher.usedLog")
	}
	return messages.Message{}
}

// EndedBy tells who ended a session, and why.
type EndedBy struct {
	By  string `json:"by"`  // a user name; empty if that is not known
	Why string `json:"why"` // as an operator wrote it
}

// ArmedStop returns when the armed stop of a session fires: grace after its end, and not in the minute in which it
// ends. EventBridge Scheduler promises the minute only, so that a stop in that one could come before the end.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func ArmedStop(expireAt time.Time, grace time.Duration) time.Time {
	stop := expireAt.Add(grace)
	if whole := expireAt.Truncate(time.Minute); whole.Before(expireAt) {
		expireAt = whole.Add(time.Minute)
	}
	if stop.Before(expireAt) {
		return expireAt
	}
	return stop
}

// Endings tells of sessions that have ended. A Fleet that implements it makes the launcher say who stopped an avatar.
type Endings interface {
	// WhoEnded returns who ended a session and why, nil if it has not ended or that is not known.
	WhoEnded(ctx context.Context, s Session) (*EndedBy, error)
}

// Queue is the user's place among those who wait for an instance.
type Queue struct {
	Position int              `json:"position"` // 1 is served next
	Length   int              `json:"length"`
	Since    time.Time        `json:"since"`
	Why      messages.Message `json:"why"` // why there is no instance, as known last
}

// Cost is what instances cost by the profile's price table. Amounts that follow from a price that the table does not
// have are zero, and shown as not known.
type Cost struct {
	Currency string `json:"currency"`
	// of the session's instance, or of the pool's while there is no session; zero if not known
	Hourly    float64   `json:"hourly"`
	Since     time.Time `json:"since"`   // when the running instance began to cost Hourly; zero if none runs
	Traffic   float64   `json:"traffic"` // what the session's instance has sent so far, beyond Hourly
	Month     float64   `json:"month"`   // the user's ended sessions since the first of this month (UTC)
	PoolMonth float64   `json:"poolMonth"`
	AlwaysOn  float64   `json:"alwaysOn"` // a month of as many instances running all the time
}
