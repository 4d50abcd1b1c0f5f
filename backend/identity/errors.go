package identity

import (
	"context"
	"errors"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// The files errors*.go are the one place where Cognito's errors are classified: by code, never by text. This one makes
// a Problem of an error; errors_codes.go has what each code means, errors_stages.go what it means in one stage only,
// and errors_kinds.go recognises errors for the code's own decisions.

// stage is what was being done; the same code means different things in different stages.
type stage int

const (
	signingIn stage = iota
	answering
	resuming
	gettingCredentials
	signingOut
	browsing
	sendingReset
	sendingCode
	resetting
	sendingConfirmation
	confirming
	telling
	lookingAfter
	enrolling
	removing
	forgetting
	removingPasskey
	addingPasskey
	leavingBrowser
)

// what opens the sentence of each stage.
var what = map[stage]messages.Message{
	signingIn:          messages.New("identity.signInNotSucceed"),
	answering:          messages.New("identity.answerNotAccepted"),
	resuming:           messages.New("identity.earlierSignInCannotResumed"),
	gettingCredentials: messages.New("identity.noAwsCredentials"),
	signingOut:         messages.New("identity.signedOutHereButCognito"),

	browsing:            messages.New("identity.signInBrowserNotSucceed"),
	sendingReset:        messages.New("common.noCodeSent"),
	sendingCode:         messages.New("common.noCodeSent"),
	resetting:           messages.New("identity.passwordNotChanged"),
	sendingConfirmation: messages.New("identity.noNewCodeSent"),
	confirming:          messages.New("identity.accountNotConfirmed"),

	telling: messages.New("identity.toldYourselfNotAccepted"),

	lookingAfter: messages.New("identity.guardsAccountCannotRead"),
	enrolling:    messages.New("common.authenticatorAppNotSet"),
	removing:     messages.New("identity.authenticatorAppNotTaken"),
	forgetting:   messages.New("identity.computerCannotForgottenCognito"),

	leavingBrowser:  messages.New("identity.browserNotSignedOut"),
	removingPasskey: messages.New("identity.passkeyNotRemoved"),
	addingPasskey:   messages.New("identity.passkeyNotAdded"),
}

// sentence is why, what next, and of which kind.
type sentence struct {
	kind      backend.Kind
	why, next messages.Message
}

var (
	errNotCognito = errors.New("the answer is not one of Cognito")

	notCognito = sentence{backend.KindUnreachable, messages.New("identity.somethingAnsweredNotCognito"),
		messages.New("identity.checkEndpointConfigurationOpen")}
	noAnswer = sentence{backend.KindUnreachable, messages.New("identity.cognitoNotAnswer"),
		messages.New("identity.checkNetworkEndpointConfiguration")}
	badCertificate = sentence{backend.KindUnreachable, messages.New("common.certificateServerNotTrusted"),
		messages.New("common.networkInspectsTlsName")}
	tooSlow = sentence{backend.KindUnreachable, messages.New("identity.cognitoNotAnswerTime"),
		messages.New("identity.checkNetworkTryAgain")}
	badToken = sentence{backend.KindRefused, messages.New("identity.signInTokenNotOne"),
		messages.New("identity.checkUserPoolId")}
	badClock = sentence{backend.KindRefused, messages.New("identity.computerClockWrongSignIn"),
		messages.New("identity.setClockSignInAgain")}
	nobody  = sentence{backend.KindRefused, messages.New("identity.nobodySignedIn"), messages.New("common.signInFirst")}
	noGroup = sentence{backend.KindDenied, messages.New("identity.inNoGroup"),
		messages.New("identity.askOperatorForGroup")}
	noReturn = sentence{backend.KindInterrupted, messages.New("identity.browserNotComeBack"),
		messages.New("identity.tryAgainFinishSignIn")}
	noPort = sentence{backend.KindConfig, messages.New("identity.otherProgramsUseAll"),
		messages.New("identity.closeThoseProgramsAsk")}
	brokenOff = sentence{backend.KindInterrupted, messages.New("identity.brokenOff"), messages.New("identity.tryAgain")}
)

// secretClient is Cognito's own reason, for the operator.
var secretClient = sentence{backend.KindConfig, messages.New("identity.appClientProfileSecret"),
	messages.New("identity.askOperatorAppClient")}

// clockSentence says by how much this computer's clock is off, if that is known.
func clockSentence(err error) sentence {
	s := badClock
	var off clockError
	if errors.As(err, &off) {
		minutes := int(off.fast.Abs().Round(time.Minute) / time.Minute)
		s.why = messages.New("identity.computerClockFastSignIn", minutes)
		if off.fast < 0 {
			s.why = messages.New("identity.computerClockSlowSignIn", minutes)
		}
	}
	return s
}

// explain makes the Problem of an error.
func explain(at stage, err error) *backend.Problem {
	var p *backend.Problem
	if errors.As(err, &p) {
		return p
	}
	s := sentenceFor(at, err)
	return &backend.Problem{Kind: s.kind, What: what[at], Why: s.why, Next: s.next, Cause: err}
}

func sentenceFor(at stage, err error) sentence {
	switch {
	case errors.Is(err, errTurn):
		return sayTurn
	case errors.Is(err, errSignedOut):
		return nobody
	case errors.Is(err, errNoGroup):
		return noGroup
	case errors.Is(err, errClock):
		return clockSentence(err)
	case errors.Is(err, errToken):
		return badToken
	case errors.Is(err, errBrowserTime):
		return noReturn
	case errors.Is(err, errPorts):
		return noPort
	case errors.Is(err, context.Canceled):
		return brokenOff
	case errors.Is(err, context.DeadlineExceeded):
		return tooSlow
	}
	if isSecretClient(err) {
		return secretClient
	}
	if code := codeOf(err); code != "" {
		if s, ok := special[at][code]; ok {
			return s
		}
		if s, ok := sentences[code]; ok {
			return s
		}
	}
	switch {
	case errors.Is(err, errNotCognito):
		return notCognito
	case awsx.IsCertificate(err):
		return badCertificate
	case isUnreachable(err): // before isForeign: the SDK wraps a connection that broke in an answer of nothing
		return noAnswer
	case isForeign(err):
		return notCognito
	case codeOf(err) != "":
		return sentence{backend.KindUnexpected, messages.New("identity.cognitoAnsweredLauncherNot", codeOf(err)),
			messages.New("identity.askOperatorSendLauncher")}
	}
	return sentence{backend.KindUnexpected, messages.New("common.detailsLauncherLogFile"),
		messages.New("identity.askOperatorSendLauncher")}
}
