package backend

import "avatar-launcher/backend/messages"

// Verb names what a user can ask for, in the window, the tray or a command alike.
type Verb string

// The wishes.
const (
	WishSignIn    Verb = "sign-in"
	WishCode      Verb = "code"    // have a code sent that signs in
	WishBrowse    Verb = "browse"  // sign in by the system's browser
	WishForgot    Verb = "forgot"  // the password is forgotten: have a code sent
	WishRespond   Verb = "respond" // answer a challenge
	WishResend    Verb = "resend"  // have the challenge's code sent again
	WishUnlock    Verb = "unlock"  // try the keyring again
	WishSignOut   Verb = "sign-out"
	WishRenew     Verb = "renew" // sign in again, and keep the instance
	WishStart     Verb = "start"
	WishCancel    Verb = "cancel" // leave a challenge, or break a start off
	WishStop      Verb = "stop"
	WishTerminate Verb = "terminate"
	WishExtend    Verb = "extend" // "keep going"
	WishTouch     Verb = "touch"  // the user did something: activity
	WishRetry     Verb = "retry"  // ask the cloud again at once for what could not be reached
	WishDismiss   Verb = "dismiss"
	WishQuit      Verb = "quit" // stop, sign out, end
)

// Wish is one request of the user.
type Wish struct {
	Verb     Verb
	Username string           // WishSignIn, WishCode, WishForgot
	Password string           // WishSignIn: the password; WishRespond: the answer
	Reason   messages.Message // why a session ends, for the audit; filled in where empty
	Use      UseKind          // WishTouch: what was done; UseWindow if empty
	// LeaveAttached leaves an instance running that this launcher found running: WishSignOut, WishQuit.
	LeaveAttached bool
}

// String keeps passwords out of logs.
func (w Wish) String() string { return string(w.Verb) }
