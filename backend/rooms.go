package backend

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend/messages"
)

// Identity signs people in. Package identity implements it over Cognito.
type Identity interface {
	// SignIn answers the user, or a Challenge to be answered by Respond.
	SignIn(ctx context.Context, username, password string) (*User, *Challenge, error)
	// SignInByCode has a code sent that signs in without a password; the Challenge asks for it.
	SignInByCode(ctx context.Context, username string) (*User, *Challenge, error)
	// SignInByBrowser signs in by the system's browser. It shows what it waits for, and waits for it. name is typed ahead
	// there, "" for none.
	SignInByBrowser(ctx context.Context, name string, show func(Challenge)) (*User, error)
	// Forgot has a code sent to somebody who forgot the password; the Challenge asks for it.
	Forgot(ctx context.Context, username string) (*User, *Challenge, error)
	// Resend has the code of the open challenge sent again.
	Resend(ctx context.Context) (*User, *Challenge, error)
	// Leave drops the open challenge. It makes no call.
	Leave()
	// Respond answers the challenge that the last SignIn, Forgot, Resend or Respond gave: a code or a new password.
	Respond(ctx context.Context, answer string) (*User, *Challenge, error)
	// Resume signs in by what the keyring holds; nil, nil if it holds nothing.
	Resume(ctx context.Context) (*User, error)
	// SignOut revokes the refresh token and deletes what is kept. It is done when it returns nil; where the
	// network is away, what is kept is deleted all the same.
	SignOut(ctx context.Context) error
	// Forget drops what is held in memory but leaves the keyring, for stay_signed_in.
	Forget()
	// Unlock tries again to keep the sign-in in the keyring, and waits for somebody to unlock it.
	Unlock(ctx context.Context)
	// Notice is the keyring's standing condition (missing, locked), nil if all is well.
	Notice() *Problem
}

// Progress is what a start reports on its way. Fields that are nil have not changed.
type Progress struct {
	Phase   Phase
	Session *Session
	Machine *Machine
	URL     string
	Cold    bool
	Queue   *Queue // nothing is free: the start waits its turn
	// Attached reports whether Session was there before this start, which continues it.
	Attached bool
	// Try is what the start tries next since AWS had no capacity for what it tried before; zero if nothing.
	Try messages.Message
	// Notice is something worth saying about the session that stops nothing.
	Notice *Notice
}

// Start is how long an earlier start took.
type Start struct {
	Cold   bool
	Took   time.Duration           // from the press to ready
	Phases map[Phase]time.Duration // what each phase took
}

// Prepared is what is known before a start.
type Prepared struct {
	Starts []Start // oldest first
	Month  float64 // what the user's ended sessions of this month (UTC) cost
}

// Fleet is the control plane. Package fleet implements it over DynamoDB, EC2, Route 53 and EventBridge Scheduler;
// a Lambda broker could. Every method is safe to repeat.
type Fleet interface {
	// Prepare does ahead of a start what can be done ahead, and reads what earlier ones took and cost.
	Prepare(ctx context.Context, u User) (*Prepared, error)
	// Current reads the user's session, nil if there is none.
	Current(ctx context.Context, u User) (*Session, error)
	// Start claims an instance, or attaches to the session that the user has, and returns when the avatar answers.
	Start(ctx context.Context, u User, report func(Progress)) (*Session, error)
	// Extend moves the session's end to now + the window, stop schedule first.
	Extend(ctx context.Context, s Session) (*Session, error)
	// Stop ends the session: the instance's stop request is out when it returns nil, or a Problem of KindLeftover.
	Stop(ctx context.Context, s Session, reason messages.Message) error
	// Terminate ends the session and the instance for good.
	Terminate(ctx context.Context, s Session, reason messages.Message) error
	// Machine describes one instance, nil if EC2 has none of that ID.
	Machine(ctx context.Context, instanceID string) (*Machine, error)
	// Pool reads the warm pool.
	Pool(ctx context.Context) (*Pool, error)
	// Keep runs the pool's keeper until ctx is done: election, plan, reaper. It reports each view it takes.
	Keep(ctx context.Context, report func(Pool)) error
}

// Logs follows the log of one instance. Package logs implements it over Kinesis.
type Logs interface {
	// Follow reads the records of an instance from a time on until ctx is done. It retries by itself.
	Follow(ctx context.Context, instanceID string, since time.Time) error
	// Forget drops everything of the user who has the log, in memory and in files, before it returns.
	Forget()
}

// ErrGoesOn is the cause of the end of a Start's context if the same user's Start goes on elsewhere: a place in the
// queue is kept for it.
var ErrGoesOn = errors.New("the start goes on elsewhere")
