package identity

import (
	"errors"
	"strings"
	"time"

	"avatar-launcher/backend"
)

// This file has the problems that do not come from Cognito: what was asked or answered wrongly, and the keyring's state.

func refused(why, next string) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: what[signingIn], Why: why, Next: next}
}

func emptyFields() *backend.Problem {
	return refused("The user name or the password is empty.", "Type both.")
}

func emptyName() *backend.Problem {
	p := refused("The user name is empty.", "Type it, so that it is known whose password to change.")
	p.What = what[sendingReset]
	return p
}

func yesOrNo() *backend.Problem {
	p := refused("It is neither yes nor no.", "Answer yes or no.")
	p.What = what[answering]
	return p
}

func notRemembered() *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: "There is nothing to forget", Why: "Cognito does not know this computer by this sign-in.",
		Next: "Go on as you are."}
}

func noBrowser() *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: what[browsing], Why: "The profile does not offer the sign-in by the browser.",
		Next: "Sign in with user name and password, or set cognito.sign_in and cognito.domain in the configuration."}
}

// endedSignIn is the standing condition of a sign-in that Cognito has ended while somebody works by it.
func endedSignIn(good time.Time, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: "Your sign-in has ended", Cause: cause,
		Why:  "It’s too old, or somebody has ended it. Everything here works until " + good.Local().Format("15:04") + ".",
		Next: "Sign in again. A running avatar keeps running meanwhile."}
}

func nothingAsked() *backend.Problem {
	return refused("No question is open.", "Sign in again from the start.")
}

func emptyAnswer() *backend.Problem {
	p := refused("It is empty.", "Type the code or the password that is asked for.")
	p.What = what[answering]
	return p
}

func unknownChallenge(name string) *backend.Problem {
	return refused("Cognito asks for "+name+", a step that the launcher does not know.", operator)
}

func noFactorToSetUp(offered []string) *backend.Problem {
	return refused("The pool wants a second factor, and offers "+strings.Join(offered, ", ")+" only.", "Ask your operator to set it up for you.")
}

func notOffered() *backend.Problem {
	p := refused("It is none of what is offered.", "Choose one of them.")
	p.What = what[answering]
	return p
}

func badAttribute(why, next string) *backend.Problem {
	p := refused(why, next)
	p.What = what[telling]
	return p
}

// The standing conditions of the keyring.

func noKeyring(stay bool, cause error) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindKeyring, What: "The sign-in is kept in memory only",
		Why:  "There is no keyring on this computer that the launcher can use, so you are signed in for this session only.",
		Next: "Start one, such as GNOME Keyring or KWallet, to have the sign-in kept safely.", Cause: cause}
	if stay {
		p.Why = "There is no keyring on this computer that the launcher can use, so you are signed in for this session only, whatever stay_signed_in says."
	}
	return p
}

func lockedKeyring(cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindKeyring, What: "The keyring is locked", Why: "Until it is unlocked, the sign-in is kept in memory only.",
		Next: "Unlock it where it asks for its password, or in the system's password manager. If the sign-in waits for it, cancel and use your password.", Cause: errors.Join(ErrLocked, cause)}
}

func smallKeyring(cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindKeyring, What: "The sign-in is kept in memory only",
		Why: "The keyring refuses an entry of that size.", Next: "You can go on; after a restart, sign in again.", Cause: cause}
}
