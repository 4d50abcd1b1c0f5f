package backend

import (
	"context"
	"time"

	"avatar-launcher/backend/messages"
)

// Operator is what members of the group operator can see and do beyond their own session. Package fleet implements
// it. Every change is written to the audit with the operator's name and reason.
type Operator interface {
	// Overview reads everything that an operator looks at, in one go.
	Overview(ctx context.Context) (*Overview, error)
	// StopInstance ends whatever session the instance has and stops it.
	StopInstance(ctx context.Context, actor User, instanceID, reason string) error
	// Retire takes an instance out of the pool for good: its session ends, it is terminated, the pool makes another.
	Retire(ctx context.Context, actor User, instanceID, reason string) error
	// Resize sets the sizes of the warm pool's tiers for all desktops, in place of their profiles'; nil gives them back.
	Resize(ctx context.Context, actor User, sizes *PoolSizes, reason string) error
	// Resume lets the pool launch instances again at once after failures held it back (see Backoff), and a rollout go on
	// that was paused.
	Resume(ctx context.Context, actor User, reason string) error
	// Pause stops the rollout of a launch template version where it is, and keeps others from beginning, until Resume.
	Pause(ctx context.Context, actor User, reason string) error
	// Rollout begins to replace the pool's instances by those of a launch template version, one first. Without a
	// version it is the latest, and the pool follows later ones again.
	Rollout(ctx context.Context, actor User, version, reason string) error
	// Drain lets nobody have the instance any more. It is terminated, and replaced, when its session is over.
	Drain(ctx context.Context, actor User, instanceID, reason string) error
}

// History is what has happened, as the audit tells. Package fleet implements it.
type History interface {
	// Sessions lists the user's ended sessions since a time, newest first.
	Sessions(ctx context.Context, u User, since time.Time) ([]Record, error)
	// Occupancy lists the pool's counts since a time, oldest first; one sample at each change.
	Occupancy(ctx context.Context, since time.Time) ([]Occupancy, error)
}

// Overview is the whole fleet as an operator sees it.
type Overview struct {
	AsOf      time.Time  `json:"asOf"`
	Pool      Pool       `json:"pool"`
	Resized   *PoolSizes `json:"resized"` // the sizes that an operator has set, nil if the profiles' hold
	Machines  []Machine  `json:"machines"`
	Sessions  []Session  `json:"sessions"`
	Leases    []Lease    `json:"leases"`
	Queue     []Ticket   `json:"queue"` // in the order in which they are served
	Schedules []Schedule `json:"schedules"`
	Audit     []Entry    `json:"audit"` // newest first, today's and yesterday's
}

// PoolSizes are the sizes of the warm pool's tiers.
type PoolSizes struct {
	Stopped int  `json:"stopped"`
	Hot     *int `json:"hot"` // nil: the profile's, and not more than Stopped
}

// Lease is a row of the leases table that names a holder.
type Lease struct {
	ID       string        `json:"id"`     // "pool": who keeps the pool
	Holder   string        `json:"holder"` // the LauncherID of a desktop
	Version  int64         `json:"version"`
	Duration time.Duration `json:"duration"` // nanoseconds
}

// Ticket is somebody's place in the queue for an instance.
type Ticket struct {
	UserID     string    `json:"userId"`
	Username   string    `json:"username"`
	Number     int64     `json:"number"` // lower is served sooner
	Since      time.Time `json:"since"`
	LauncherID string    `json:"launcherId"`
}

// Schedule is an armed stop.
type Schedule struct {
	InstanceID string    `json:"instanceId"`
	At         time.Time `json:"at"`
}

// AuditEvent is what a row of the audit records: the attribute Verb.
type AuditEvent string

// The events of a session come first, then those of the pool's instances and of the pool itself.
const (
	EventClaimed    AuditEvent = "claimed"
	EventStarted    AuditEvent = "started"
	EventExtended   AuditEvent = "extended"
	EventStopped    AuditEvent = "stopped"    // the session ended; also: an instance of the pool that nobody had claimed
	EventTerminated AuditEvent = "terminated" // the session ended, and its instance is deleted
	EventLaunched   AuditEvent = "launched"
	EventFailed     AuditEvent = "failed" // the instance did not become ready
	EventAdopted    AuditEvent = "adopted"
	EventRetired    AuditEvent = "retired"
	EventResized    AuditEvent = "resized"
	EventResumed    AuditEvent = "resumed" // launches go on after failures
	EventRollout    AuditEvent = "rollout" // of a launch template version: it began, went on, ended, or was given up
	EventPaused     AuditEvent = "paused"
	EventDraining   AuditEvent = "draining" // the instance is terminated when its session is over
	EventOccupancy  AuditEvent = "occupancy"
)

// Entry is one row of the audit: who did what to which instance, and why.
type Entry struct {
	At       time.Time `json:"at"`
	UserID   string    `json:"userId"` // whose session it concerns; "pool" for the pool's own instances
	Username string    `json:"username"`
	// who did it: a user's name, or the LauncherID of the desktop that keeps the pool
	Actor      string           `json:"actor"`
	Verb       AuditEvent       `json:"verb"`
	InstanceID string           `json:"instanceId"`
	Why        messages.Message `json:"why"`
}

// Record is one session that has ended.
type Record struct {
	InstanceID string           `json:"instanceId"`
	Type       string           `json:"type"`
	Started    time.Time        `json:"started"` // Start was pressed
	Ended      time.Time        `json:"ended"`
	StartTook  time.Duration    `json:"startTook"` // nanoseconds from the press to ready; zero if it never was
	Cold       bool             `json:"cold"`
	Cost       float64          `json:"cost"` // in the price table's currency
	Why        messages.Message `json:"why"`
}

// Occupancy counts the pool's instances by state at one time.
type Occupancy struct {
	At        time.Time `json:"at"`
	Target    int       `json:"target"`
	Warm      int       `json:"warm"`
	Warming   int       `json:"warming"`
	Claimed   int       `json:"claimed"`
	Recycling int       `json:"recycling"`
	Waiting   int       `json:"waiting"` // people in the queue
}
