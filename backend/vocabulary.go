// Package backend is the vocabulary of the launcher: who uses it (User), what they hold (Session), the instance
// behind it (Machine), where they stand (Phase, Snapshot), what went wrong (Problem), and the Launcher that moves
// from one Snapshot to the next. It imports the standard library only; the rooms beside it (identity, fleet, logs,
// config) do the work and speak these words.
package backend

import (
	"cmp"
	"time"

	"avatar-launcher/backend/messages"
)

// Phase is where a launcher stands. Exactly one holds at a time.
type Phase string

// The phases, in the order in which a session passes through them.
const (
	SignedOut Phase = "signed-out" // nobody is signed in
	SigningIn Phase = "signing-in" // credentials or a challenge are being answered
	Idle      Phase = "idle"       // signed in, no instance
	Claiming  Phase = "claiming"   // one DynamoDB transaction makes an instance ours
	Arming    Phase = "arming"     // the schedule that will stop it is being set
	Booting   Phase = "booting"    // EC2 is starting it
	Probing   Phase = "probing"    // it runs; the avatar's own address is being asked
	Ready     Phase = "ready"      // the avatar answers
	Ending    Phase = "ending"     // it is being stopped
	Failed    Phase = "failed"     // see Problem; Start tries again
)

// Active reports whether an instance is ours, or becoming ours, in this phase.
func (p Phase) Active() bool {
	switch p {
	case Claiming, Arming, Booting, Probing, Ready, Ending:
		return true
	}
	return false
}

// Starting reports whether a start is under way.
func (p Phase) Starting() bool {
	return p == Claiming || p == Arming || p == Booting || p == Probing
}

// Role is what a Cognito group lets its members do.
type Role string

// The two roles; Cognito groups of the same names give them.
const (
	RoleUser     Role = "user"
	RoleOperator Role = "operator"
)

// User is somebody who has signed in.
type User struct {
	ID       string `json:"id"`       // Cognito sub, the sessions table's UserId
	Username string `json:"username"` // Cognito username
	Label    string `json:"-"`        // that the account gave them; "" if it is the user name
	Role     Role   `json:"role"`
}

// DomainLabel is the first label of the user's domain, which no one else has.
func (u User) DomainLabel() string { return cmp.Or(u.Label, u.Username) }

// Challenge is a further step that Cognito asks for before it signs somebody in.
type Challenge struct {
	Name        string `json:"name"`        // Cognito's ChallengeName, such as NEW_PASSWORD_REQUIRED
	Username    string `json:"username"`    // who is signing in
	Destination string `json:"destination"` // where a code was sent, masked by Cognito; may be empty
	// Choices are the factors to choose from for SELECT_MFA_TYPE, by Cognito's names; the answer is one of them.
	Choices []string `json:"choices"`
	Secret  string   `json:"secret"` // for MFA_SETUP: the TOTP secret to show once; empty otherwise
	QR      string   `json:"qr"`     // for MFA_SETUP: the same as a QR code, a data: URL of a PNG; empty otherwise
	URL     string   `json:"url"`    // for StepBrowser: the address that the browser was sent to
	Resend  bool     `json:"resend"` // WishResend sends another code
	// Attribute is for StepAttribute what the account lacks, by OpenID Connect's name, such as phone_number.
	Attribute string `json:"attribute"`
}

// The steps of a sign-in that are the launcher's own and no challenge of Cognito. They are Names of a Challenge.
const (
	StepConfirm       = "CONFIRM_ACCOUNT" // the answer is the code that confirms a new account
	StepResetCode     = "RESET_CODE"      // the answer is the code that allows a new password
	StepResetPassword = "RESET_PASSWORD"  // the answer is the new password
	StepRemember      = "REMEMBER_DEVICE" // the answer is AnswerYes or AnswerNo
	// the answer is what the pool demands to know of an account, asked before a new password
	StepAttribute   = "ATTRIBUTE"
	StepChooseSetup = "CHOOSE_SETUP" // the answer is one of Choices: which second factor to set up
	StepEmailSetup  = "EMAIL_SETUP"  // the answer is the e-mail address that codes are to go to
	StepBrowser     = "BROWSER"      // waits for the system's browser to come back; takes no answer
)

// Security is what guards an account beside its password, as Cognito has it now.
type Security struct {
	Authenticator bool   `json:"authenticator"` // sign-ins ask for the code of an authenticator app
	Device        Device `json:"device"`
}

// Passkey is one of the passkeys by which a user may sign in, in the browser.
type Passkey struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`   // Cognito's
	Domain  string    `json:"domain"` // of the sign-in pages that it is for
	Created time.Time `json:"created"`
}

// Device says what Cognito knows of this computer.
type Device string

// The states of a Device.
const (
	DeviceUnknown    Device = ""           // the pool does not track computers, or has forgotten this one
	DeviceKnown      Device = "known"      // it is known, and asked for a code all the same
	DeviceRemembered Device = "remembered" // sign-ins on it ask for no code
)

// The answers to StepRemember.
const (
	AnswerYes = "yes"
	AnswerNo  = "no"
)

// Session is a user's hold on an instance: a row of the sessions table. Times are UTC.
type Session struct {
	UserID       string    `json:"userId"`
	Username     string    `json:"username"`
	InstanceID   string    `json:"instanceId"`
	CreationTime time.Time `json:"creationTime"`
	ExpireAt     time.Time `json:"expireAt"`
	PublicIP     string    `json:"publicIp"`
	SubnetID     string    `json:"subnetId"`
	Phase        Phase     `json:"phase"`
	Epoch        int64     `json:"epoch"` // counts the claims of this instance; every write is conditioned on it
	Domain       string    `json:"domain"`
	LauncherID   string    `json:"launcherId"`
	LastActivity time.Time `json:"lastActivity"`
	LastUseBy    UseKind   `json:"lastUseBy"` // what LastActivity was; empty if that is not known
	Type         string    `json:"type"`      // instance type; empty before it is known
	Cold         bool      `json:"cold"`      // its instance was launched for it
	ReadyAt      time.Time `json:"readyAt"`   // when the avatar first answered; zero before
	Sent         int64     `json:"sent"`      // bytes that its instance has sent, by its metrics
}

// Machine is an EC2 instance as the cloud describes it.
type Machine struct {
	InstanceID     string        `json:"instanceId"`
	Name           string        `json:"name"` // the Name tag
	ImageID        string        `json:"imageId"`
	Type           string        `json:"type"`
	Zone           string        `json:"zone"`
	State          InstanceState `json:"state"`
	SystemStatus   string        `json:"systemStatus"`   // ok, initializing, impaired, or empty while not running
	InstanceStatus string        `json:"instanceStatus"` // likewise
	PublicIP       string        `json:"publicIp"`
	PrivateIP      string        `json:"privateIp"`
	SubnetID       string        `json:"subnetId"`
	LaunchTime     time.Time     `json:"launchTime"`
	// ReasonCode and Reason are EC2's state reason: why it is in State, empty while it runs.
	ReasonCode string `json:"reasonCode"`
	Reason     string `json:"reason"`
}

// InstanceState is EC2's state of an instance.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html
type InstanceState string

// The states of an instance.
const (
	Pending      InstanceState = "pending"
	Running      InstanceState = "running"
	Stopping     InstanceState = "stopping"
	Stopped      InstanceState = "stopped"
	ShuttingDown InstanceState = "shutting-down"
	Terminated   InstanceState = "terminated"
)

// Up reports whether the instance runs or is about to.
func (s InstanceState) Up() bool { return s == Pending || s == Running }

// Gone reports whether the instance is terminated or about to be.
func (s InstanceState) Gone() bool { return s == ShuttingDown || s == Terminated }

// Step is one phase of the start that is under way or was the last.
type Step struct {
	Phase   Phase         `json:"phase"`
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"took"`  // nanoseconds; zero while it runs
	Usual   time.Duration `json:"usual"` // median of earlier starts, zero if unknown
}

// Snapshot is all that a window, a tray menu or a command prints. It is a value: no subscriber can change it.
type Snapshot struct {
	Revision  uint64     `json:"revision"` // grows with every change
	Phase     Phase      `json:"phase"`
	Since     time.Time  `json:"since"` // when Phase began
	Profile   string     `json:"profile"`
	User      *User      `json:"user"`
	Challenge *Challenge `json:"challenge"` // non-nil: SigningIn waits for an answer
	Busy      bool       `json:"busy"`      // an answer to Challenge is on its way
	Session   *Session   `json:"session"`
	Machine   *Machine   `json:"machine"`
	Pool      Pool       `json:"pool"`
	Steps     []Step     `json:"steps"`
	Cold      bool       `json:"cold"`      // the start under way is a fresh launch, not a warm one
	URL       string     `json:"url"`       // the avatar's address; set from Probing on
	Warning   bool       `json:"warning"`   // less than five minutes are left
	Problem   *Problem   `json:"problem"`   // why Phase is Failed, or why the last wish was refused
	Notices   []Notice   `json:"notices"`   // standing conditions that stop nothing
	Adopting  bool       `json:"adopting"`  // looking whether an instance of an earlier run is still up
	Attached  bool       `json:"attached"`  // Session was not started by this launcher: it found it running
	Announced bool       `json:"announced"` // the instance's log has shown the readiness line
	// who is connected to the avatar now; UnknownViewers if their number is not known
	Viewers   int       `json:"viewers"`
	Kept      *Kept     `json:"kept"`      // non-nil: signing in again continues a session that was kept
	LastUse   time.Time `json:"lastUse"`   // the session's last activity that the launcher saw; zero if none
	LastUseBy UseKind   `json:"lastUseBy"` // what LastUse was
	Ended     *Ended    `json:"ended"`     // non-nil: the last session ended by itself, as it should
	Queue     *Queue    `json:"queue"`     // non-nil: nothing is free, and Claiming waits its turn
	// Tries is what the start under way has tried in turn since AWS had no capacity, a sentence each
	Tries  []messages.Message `json:"tries"`
	Timers []Timer            `json:"timers"` // what will end the session, soonest first
	Cost   Cost               `json:"cost"`
	// Estimate is how long the start under way, or the next one, usually takes from the press to ready; zero if unknown.
	Estimate time.Duration `json:"estimate"`
	// Skew is how far the cloud's clock is ahead of this computer's: ExpireAt and the timers are in cloud time.
	Skew time.Duration `json:"skew"`
}

// Ended is a session that the launcher ended by itself. Start or a dismissal clears it.
type Ended struct {
	Why  TimerKind     `json:"why"`
	Used time.Duration `json:"used"` // nanoseconds from the claim to the stop
	Cost float64       `json:"cost"` // zero if the price is not known
}

// NoticeBrowser is the key of the notice that no browser could be opened for the avatar, NoticeName that of the notice
// that the avatar's name does not lead to it yet.
const (
	NoticeBrowser = "browser"
	NoticeName    = "name"
	NoticeCrash   = "crash"  // the launcher ended unexpectedly last time
	NoticeUpdate  = "update" // there is a newer release of the launcher
)

// Kept is what WishRenew leaves running until its user has signed in again.
type Kept struct {
	Username string    `json:"username"`
	Until    time.Time `json:"until"` // when the session ends unless its user is back; zero if none runs
}

// UnknownViewers is the value of Snapshot.Viewers if somebody is connected, and how many is not known.
const UnknownViewers = -1

// Notice is a standing condition worth saying, such as a configuration file that was not taken.
type Notice struct {
	Key     string   `json:"key"` // one a source: "config", "keyring", "sign-in", "log-file", "cloud"
	Problem *Problem `json:"problem"`
}
