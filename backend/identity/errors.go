package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// This file is the one place where Cognito's errors are classified: by code, never by text.

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

	removingPasskey: messages.New("identity.passkeyNotRemoved"),
	addingPasskey:   messages.New("identity.passkeyNotAdded"),
}

// sentence is why, what next, and of which kind.
type sentence struct {
	kind      backend.Kind
	why, next messages.Message
}

// sentences are the codes of Cognito's two APIs that can reach us, in the words for people.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html and the pages of
// InitiateAuth, RespondToAuthChallenge, GetTokensFromRefreshToken, RevokeToken, GetId, GetCredentialsForIdentity
var sentences = map[string]sentence{
	"NotAuthorizedException": {backend.KindRefused, messages.New("identity.userNamePasswordWrong"),
		messages.New("identity.typeAgainAfterFive")},
	"UserNotFoundException": {backend.KindRefused, messages.New("identity.noUserName"),
		messages.New("identity.checkUserNameAsk")},
	"UserNotConfirmedException": {backend.KindRefused, messages.New("identity.accountNotConfirmedYet"),
		messages.New("identity.useCodeSentAccount")},
	"PasswordResetRequiredException": {backend.KindRefused, messages.New("identity.passwordResetBeforeCan"),
		messages.New("identity.resetCodeSentAsk")},
	"InvalidPasswordException": {backend.KindRefused, messages.New("identity.newPasswordNotMeet"),
		messages.New("identity.chooseLongerOneUpper")},
	"PasswordHistoryPolicyViolationException": {backend.KindRefused, messages.New("identity.usedPasswordBefore"),
		messages.New("identity.chooseOneNew")},
	"AliasExistsException": {backend.KindRefused, messages.New("identity.anotherAccountSameE"),
		messages.New("identity.signInAccountAskOperator")},
	"UsernameExistsException": {backend.KindRefused, messages.New("identity.accountNameAlready"),
		messages.New("identity.signInAskOperator")},
	"CodeMismatchException": {backend.KindRefused, messages.New("identity.codeWrong"),
		messages.New("identity.typeNewestCode")},
	"ExpiredCodeException": {backend.KindRefused, messages.New("identity.codeExpiredUsedAlready"),
		messages.New("identity.useNewOneAuthenticator")},
	"EnableSoftwareTokenMFAException": {backend.KindRefused, messages.New("identity.codeNotFitSecret"),
		messages.New("identity.checkComputerPhoneClock")},
	"SoftwareTokenMFANotFoundException": {backend.KindRefused, messages.New("identity.noAuthenticatorAppSet"),
		messages.New("identity.askOperatorResetSecond")},
	"MFAMethodNotFoundException": {backend.KindRefused, messages.New("identity.accountNoSecondFactor"),
		messages.New("identity.askOperatorSetOne")},
	"RefreshTokenReuseException": {backend.KindRefused, messages.New("identity.keptSignInUsedSecond"),
		messages.New("identity.signInAgainNotCopy")},
	"UserLambdaValidationException": {backend.KindRefused, messages.New("identity.ruleOrganisationRefusedSignIn"),
		messages.New("common.askOperator")},

	"TooManyFailedAttemptsException": {backend.KindBusy, messages.New("identity.tooManyWrongTries"),
		messages.New("identity.waitQuarterHourTry")},
	"TooManyRequestsException": {backend.KindBusy, messages.New("identity.cognitoTooManyRequests"),
		messages.New("identity.waitMinuteTryAgain")},
	"LimitExceededException": {backend.KindBusy, messages.New("identity.limitCognitoReached"),
		messages.New("identity.waitTryAgainStays")},
	"ThrottlingException": {backend.KindBusy, messages.New("identity.cognitoTooManyRequests"),
		messages.New("identity.waitMinuteTryAgain")},
	"ConcurrentModificationException": {backend.KindBusy, messages.New("identity.somethingElseChangingSame"),
		messages.New("identity.tryAgain")},
	"ResourceConflictException": {backend.KindBusy, messages.New("identity.somethingElseChangingSame"),
		messages.New("identity.tryAgain")},
	"DeviceKeyExistsException": {backend.KindBusy, messages.New("identity.cognitoKnowsComputerAlready"),
		messages.New("common.signInAgain")},

	"CodeDeliveryFailureException": {backend.KindUnexpected, messages.New("identity.codeCannotSent"),
		messages.New("identity.tryAgainElseAsk")},
	"InvalidSmsRoleAccessPolicyException": {backend.KindDenied, messages.New("identity.userPoolNotSend"),
		messages.New("identity.askOperatorSendLauncher")},
	"InvalidSmsRoleTrustRelationshipException": {backend.KindDenied, messages.New("identity.userPoolNotSend"),
		messages.New("identity.askOperatorSendLauncher")},
	"InvalidEmailRoleAccessPolicyException": {backend.KindDenied, messages.New("identity.userPoolNotSendE"),
		messages.New("identity.askOperatorSendLauncher")},
	"UnexpectedLambdaException": {backend.KindUnexpected, messages.New("identity.ruleOrganisationFailedLooked"),
		messages.New("identity.askOperatorSendLauncher")},
	"InvalidLambdaResponseException": {backend.KindUnexpected, messages.New("identity.ruleOrganisationGaveAnswer"),
		messages.New("identity.askOperatorSendLauncher")},
	"ExternalServiceException": {backend.KindUnexpected, messages.New("identity.serviceIdentityPoolDepends"),
		messages.New("identity.tryAgainElseAskOperator")},
	"ForbiddenException": {backend.KindDenied, messages.New("identity.firewallRuleUserPool"),
		messages.New("identity.askOperatorSendLauncher")},
	"AccessDeniedException": {backend.KindDenied, messages.New("identity.cognitoNotAllow"),
		messages.New("identity.askOperatorSendLauncher")},
	"UnauthorizedException": {backend.KindDenied, messages.New("identity.tokenBelongsAnotherApp"),
		messages.New("common.signInAgain")},
	"OperationNotEnabledException": {backend.KindDenied, messages.New("identity.userPoolNotOffer"),
		messages.New("identity.askOperatorSendLauncher")},
	"UnsupportedOperationException": {backend.KindDenied, messages.New("identity.appClientNotOffer"),
		messages.New("identity.askOperatorSendLauncher")},
	"UnsupportedTokenTypeException": {backend.KindUnexpected, messages.New("identity.cognitoNotTakeKind"),
		messages.New("common.signInAgain")},
	"FeatureUnavailableInTierException": {backend.KindDenied, messages.New("identity.userPoolPlanNot"),
		messages.New("identity.askOperatorSendLauncher")},

	"ResourceNotFoundException": {backend.KindConfig, messages.New("identity.userPoolAppClient"),
		messages.New("identity.checkRegionUserPool")},
	"InvalidUserPoolConfigurationException": {backend.KindConfig, messages.New("identity.userPoolNotSet"),
		messages.New("identity.askOperatorSendLauncher")},
	"InvalidIdentityPoolConfigurationException": {backend.KindConfig, messages.New("identity.identityPoolNoRole"),
		messages.New("identity.askOperatorSendLauncher")},
	"InvalidParameterException": {backend.KindConfig, messages.New("identity.cognitoNotTakeRequest"),
		messages.New("identity.askOperatorAllowAllow")},

	"InternalErrorException": {backend.KindUnreachable, messages.New("identity.cognitoFaultOwn"),
		messages.New("identity.waitMinuteTryAgain")},
	"InternalServerException": {backend.KindUnreachable, messages.New("identity.cognitoFaultOwn"),
		messages.New("identity.waitMinuteTryAgain")},
	"ServiceUnavailableException": {backend.KindUnreachable, messages.New("identity.cognitoNotAvailableRight"),
		messages.New("identity.waitMinuteTryAgain")},
}

// special are the codes that mean something else in a stage.
var special = map[stage]map[string]sentence{
	answering: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.stepTookTooLong"),
			messages.New("identity.signInAgainStart")},
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.cognitoNotTakeAnswer"),
			messages.New("identity.checkCodeDigits")},
	},
	resuming: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.signInEndedTooOld"),
			messages.New("common.signInAgain")},
		"UserNotFoundException": noAccount,
	},
	browsing: oauthSentences,
	sendingReset: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.passwordCannotResetNow"),
			messages.New("identity.signInPasswordGivenAsk")},
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.accountNoVerifiedE"),
			messages.New("identity.askOperatorNewPassword")},
	},
	sendingCode: {
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.poolSendsNoCodes"),
			messages.New("identity.usePasswordAskForCodes")},
	},
	resetting: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.passwordCannotResetNow2"),
			messages.New("identity.newCodeSentAsk")},
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.cognitoNotTakePassword"),
			messages.New("identity.chooseAnotherOneWithout")},
		"ExpiredCodeException": staleCode,
	},
	sendingConfirmation: {
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.accountNeedsNoCode"),
			messages.New("identity.goBackSignInFails")},
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.accountNeedsNoCodeNone"),
			messages.New("identity.goBackSignInFails")},
	},
	confirming: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.accountCannotConfirmedCode"),
			messages.New("identity.askOperatorConfirm")},
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.cognitoNotTakeCode"),
			messages.New("identity.checkCodeDigits")},
		"ExpiredCodeException": staleCode,
	},
	telling: {
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.cognitoNotTakeOne"),
			messages.New("identity.typeAgainStaysAsk")},
		"AliasExistsException": {backend.KindRefused, messages.New("identity.anotherAccountSameE"),
			messages.New("identity.typeAnotherOneAsk")},
	},
	lookingAfter: {
		"NotAuthorizedException": notManaged,
	},
	enrolling: {
		"NotAuthorizedException": notManaged,
		"SoftwareTokenMFANotFoundException": {backend.KindRefused, messages.New("identity.userPoolNotOfferAuthenticator"),
			messages.New("identity.askOperatorAllow")},
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.cognitoNotTakeCodeForm"),
			messages.New("identity.typeNewestCodeDigits")},
	},
	removing: {
		"NotAuthorizedException": notManaged,
		"InvalidParameterException": {backend.KindRefused, messages.New("identity.userPoolNotLet"),
			messages.New("identity.askOperatorCanReset")},
	},
	forgetting: {
		"NotAuthorizedException": notManaged,
	},
	removingPasskey: {
		"NotAuthorizedException": notManaged,
	},
	addingPasskey: oauthSentences,
	gettingCredentials: {
		"NotAuthorizedException": {backend.KindRefused, messages.New("identity.signInEndedTooOldIdentity"),
			messages.New("identity.signInAgainStaysAsk")},
		"UserNotFoundException": noAccount,
		"InvalidParameterException": {backend.KindConfig, messages.New("identity.identityPoolNotTake"),
			messages.New("identity.checkIdentityPoolId")},
	},
}

// staleCode and noAccount are what several stages say.
var (
	staleCode = sentence{backend.KindRefused, messages.New("identity.codeExpiredUsedAlready"),
		messages.New("identity.newCodeSentUse")}
	noAccount = sentence{backend.KindRefused, messages.New("identity.accountNoLongerExists"),
		messages.New("common.askOperator")}
)

// notManaged is what a sign-in hears that may not touch the account.
var notManaged = sentence{backend.KindRefused, messages.New("identity.signInNotLookAfter"),
	messages.New("identity.signInUserNamePassword")}

// oauthSentences are the error codes of RFC 6749 (4.1.2.1 and 5.2) and OpenID Connect, which Cognito's pages and its
// token endpoint use.
var oauthSentences = map[string]sentence{
	"access_denied": {backend.KindRefused, messages.New("identity.signInRefusedBrokenOff"),
		messages.New("common.signInAgain")},
	"invalid_grant": {backend.KindRefused, messages.New("identity.browserAnswerCameToo"),
		messages.New("common.signInAgain")},
	"login_required": {backend.KindRefused, messages.New("identity.browserNotSignedIn"),
		messages.New("common.signInAgain")},
	"invalid_client": {backend.KindConfig, messages.New("identity.userPoolNotKnow"),
		messages.New("identity.checkClientIdDomain")},
	"unauthorized_client": {backend.KindConfig, messages.New("identity.appClientNotAllow"),
		messages.New("identity.askOperatorAllowAuthorization")},
	"unsupported_response_type": {backend.KindConfig, messages.New("identity.appClientNotAllow"),
		messages.New("identity.askOperatorAllowAuthorization")},
	"unsupported_grant_type": {backend.KindConfig, messages.New("identity.appClientNotAllow"),
		messages.New("identity.askOperatorAllowAuthorization")},
	"invalid_scope": {backend.KindConfig, messages.New("identity.appClientNotAllowScope"),
		messages.New("identity.askOperatorAllow2")},
	"invalid_request": {backend.KindConfig, messages.New("identity.userPoolPagesNot"),
		messages.New("identity.askOperatorSendLauncher")},
	"server_error": {backend.KindUnreachable, messages.New("identity.cognitoFaultOwn"),
		messages.New("identity.waitMinuteTryAgain")},
	"temporarily_unavailable": {backend.KindUnreachable, messages.New("identity.cognitoNotAvailableRight"),
		messages.New("identity.waitMinuteTryAgain")},
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
	nobody   = sentence{backend.KindRefused, messages.New("identity.nobodySignedIn"), messages.New("common.signInFirst")}
	noGroup  = sentence{backend.KindDenied, messages.New("identity.inNoGroup"), messages.New("identity.askOperatorForGroup")}
	noReturn = sentence{backend.KindInterrupted, messages.New("identity.browserNotComeBack"),
		messages.New("identity.tryAgainFinishSignIn")}
	noPort = sentence{backend.KindConfig, messages.New("identity.otherProgramsUseAll"),
		messages.New("identity.closeThoseProgramsAsk")}
	brokenOff = sentence{backend.KindInterrupted, messages.New("identity.brokenOff"), messages.New("identity.tryAgain")}
)

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
		return badClock
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

// secretClient is Cognito's own reason, for the operator.
var secretClient = sentence{backend.KindConfig, messages.New("identity.appClientProfileSecret"),
	messages.New("identity.askOperatorAppClient")}

// isSecretClient reports whether the app client has a secret. Cognito has no code of its own for it, only the name of
// the parameter that it misses.
func isSecretClient(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "SECRET_HASH")
}

// codeOf is the error's code as Cognito sent it, "" where it sent none.
func codeOf(err error) string {
	var oauth oauthError
	if errors.As(err, &oauth) {
		return string(oauth)
	}
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == "UnknownError" { // the SDK's word for an answer without a code
		return ""
	}
	return api.ErrorCode()
}

// isForeign recognises the answer of something that is not Cognito.
func isForeign(err error) bool {
	var (
		format *smithy.DeserializationError
		syntax *json.SyntaxError
		api    smithy.APIError
		answer *smithyhttp.ResponseError
	)
	return errors.As(err, &format) || errors.As(err, &syntax) ||
		errors.As(err, &api) && codeOf(err) == "" || errors.As(err, &answer) && codeOf(err) == ""
}

// isUnreachable recognises a cloud that did not answer.
func isUnreachable(err error) bool {
	var (
		send *smithyhttp.RequestSendError
		nets net.Error
		keys *keysError
	)
	return errors.As(err, &send) || errors.As(err, &nets) || errors.As(err, &keys) ||
		errors.Is(err, context.DeadlineExceeded)
}

// isRefusal says that a refresh token will never be good again.
func isRefusal(err error) bool {
	return slices.Contains([]string{"NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"},
		codeOf(err))
}

// isOver says that there was nothing left to revoke, or that the client cannot revoke.
func isOver(err error) bool {
	return isRefusal(err) || slices.Contains([]string{"UnsupportedOperationException", "UnauthorizedException",
		"ResourceNotFoundException",
		"UnsupportedTokenTypeException"}, codeOf(err))
}

// withoutRotation says that GetTokensFromRefreshToken may not be how this client refreshes.
func withoutRotation(err error) bool {
	return slices.Contains([]string{"NotAuthorizedException", "UnsupportedOperationException", "InvalidParameterException",
		"FeatureUnavailableInTierException", "UnknownOperationException", "OperationNotEnabledException"}, codeOf(err))
}

// again says that the same challenge takes another answer. A code of an authenticator app works once: the next one is
// another answer, as is one that is sent again; any other expired code needs a new sign-in.
func again(t *step, err error) bool {
	return isUnreachable(err) || isLost(err) ||
		slices.Contains([]string{"CodeMismatchException", "EnableSoftwareTokenMFAException", "InvalidPasswordException",
			"PasswordHistoryPolicyViolationException", "InvalidParameterException", "TooManyRequestsException"}, codeOf(err)) ||
		slices.Contains([]string{"ExpiredCodeException", "LimitExceededException", "TooManyFailedAttemptsException"},
			codeOf(err)) &&
			(t.name == types.ChallengeNameTypeSoftwareTokenMfa || t.resend() != nil || t.name == backend.StepResetPassword)
}
