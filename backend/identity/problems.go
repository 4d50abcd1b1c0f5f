package identity

import (
	"errors"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// This file has the problems that do not come from Cognito: what was asked or answered wrongly, and the
// keyring's state.

func refused(why, next messages.Message) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: what[signingIn], Why: why, Next: next}
}

func emptyFields() *backend.Problem {
	return refused(messages.New("common.userNamePasswordEmpty"), messages.New("identity.typeBoth"))
}

func emptyName() *backend.Problem {
	p := refused(messages.New("common.userNameEmpty"), messages.New("identity.typeKnownPasswordChange"))
	p.What = what[sendingReset]
	return p
}

func noCodeForAccount() *backend.Problem {
	p := refused(messages.New("identity.accountSignsInByNoCode"), messages.New("identity.usePasswordAskForEmail"))
	p.What = what[sendingCode]
	return p
}

func noEmail() *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: what[browsing], Why: messages.New("identity.noEMailAddress"),
		Next: messages.New("identity.typeWorkAddress")}
}

// noCompany is what the pool's refusal of the domain of somebody's e-mail address means.
func noCompany(domain string) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: what[browsing],
		Why: messages.New("identity.noCompanyOfDomain", domain), Next: messages.New("identity.typeWorkAddress")}
}

func noSuchPasskey() *backend.Problem {
	p := refused(messages.New("identity.noSuchPasskey"), messages.New("identity.listPasskeys"))
	p.What = what[removingPasskey]
	return p
}

func passkeyOfAnother(name string) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: what[addingPasskey],
		Why: messages.New("identity.passkeyOfAnother", name), Next: messages.New("identity.signOutInBrowserFirst")}
}

func yesOrNo() *backend.Problem {
	p := refused(messages.New("identity.neitherYesNorNo"), messages.New("identity.answerYesNo"))
	p.What = what[answering]
	return p
}

// ErrNotRemembered is the cause of a Problem that there is nothing to forget: the pool does not remember this computer.
var ErrNotRemembered = errors.New("this computer is not remembered")

func notRemembered() *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: messages.New("identity.nothingForget"),
		Why:  messages.New("identity.cognitoNotKnowComputer"),
		Next: messages.New("identity.go"), Cause: ErrNotRemembered}
}

func noBrowser() *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: what[browsing],
		Why:  messages.New("identity.profileNotOfferSignIn"),
		Next: messages.New("identity.signInUserNamePasswordSet")}
}

// endedSignIn is the standing condition of a sign-in that Cognito has ended while somebody works by it.
func endedSignIn(good time.Time, cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindRefused, What: messages.New("identity.signInEnded"), Cause: cause,
		Why:  messages.New("identity.tooOldSomebodyEnded", good.Local().Format("15:04")),
		Next: messages.New("common.signInAgainRunningAvatar")}
}

func nothingAsked() *backend.Problem {
	return refused(messages.New("identity.noQuestionOpen"), messages.New("identity.signInAgainStart"))
}

func emptyAnswer() *backend.Problem {
	p := refused(messages.New("identity.empty"), messages.New("identity.typeCodePasswordAsked"))
	p.What = what[answering]
	return p
}

func unknownChallenge(name string) *backend.Problem {
	return refused(messages.New("identity.cognitoAsksStepLauncher", name),
		messages.New("identity.askOperatorSendLauncher"))
}

func noFactorToSetUp(offered []string) *backend.Problem {
	return refused(messages.New("identity.poolWantsSecondFactor", strings.Join(offered, ", ")),
		messages.New("identity.askOperatorSet"))
}

func notOffered() *backend.Problem {
	p := refused(messages.New("identity.noneOffered"), messages.New("identity.chooseOne"))
	p.What = what[answering]
	return p
}

func badAttribute(why, next messages.Message) *backend.Problem {
	p := refused(why, next)
	p.What = what[telling]
	return p
}

// The standing conditions of the keyring.

func noKeyring(stay bool, cause error) *backend.Problem {
	p := &backend.Problem{Kind: backend.KindKeyring, What: messages.New("identity.signInKeptMemory"),
		Why:  messages.New("identity.noKeyringComputerLauncher"),
		Next: messages.New("identity.startOneGnomeKeyring"), Cause: cause}
	if stay {
		p.Why = messages.New("identity.noKeyringComputerLauncherCan")
	}
	return p
}

func lockedKeyring(cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindKeyring, What: messages.New("identity.keyringLocked"),
		Why:  messages.New("identity.untilUnlockedSignInKept"),
		Next: messages.New("identity.unlockAsksPasswordSystem"), Cause: errors.Join(ErrLocked, cause)}
}

func smallKeyring(cause error) *backend.Problem {
	return &backend.Problem{Kind: backend.KindKeyring, What: messages.New("identity.signInKeptMemory"),
		Why: messages.New("identity.keyringRefusesEntrySize"), Next: messages.New("identity.canGoAfterRestart"), Cause: cause}
}
