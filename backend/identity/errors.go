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
	resetting
	sendingConfirmation
	confirming
	telling
	lookingAfter
	enrolling
	removing
	forgetting
)

// what opens the sentence of each stage.
var what = map[stage]string{
	signingIn:          "The sign-in did not succeed",
	answering:          "The answer was not accepted",
	resuming:           "The earlier sign-in could not be resumed",
	gettingCredentials: "There are no AWS credentials for you",
	signingOut:         "You are signed out here, but Cognito could not be told",

	browsing:            "The sign-in by the browser did not succeed",
	sendingReset:        "No code was sent",
	resetting:           "The password was not changed",
	sendingConfirmation: "No new code was sent",
	confirming:          "The account was not confirmed",

	telling: "What you told of yourself was not accepted",

	lookingAfter: "What guards your account could not be read",
	enrolling:    "The authenticator app was not set up",
	removing:     "The authenticator app was not taken off",
	forgetting:   "This computer could not be forgotten at Cognito",
}

// sentence is why, what next, and of which kind.
type sentence struct {
	kind      backend.Kind
	why, next string
}

const (
	operator  = "Ask your operator, and send them the launcher's log."
	signAgain = "Sign in again."
	wait      = "Wait a minute, then try again."
)

// sentences are the codes of Cognito's two APIs that can reach us, in the words for people.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html and the pages of
// InitiateAuth, RespondToAuthChallenge, GetTokensFromRefreshToken, RevokeToken, GetId, GetCredentialsForIdentity
var sentences = map[string]sentence{
	"NotAuthorizedException": {backend.KindRefused, "The user name or the password is wrong, or the account is disabled or locked for a while.",
		"Type them again; after five wrong tries Cognito makes you wait."},
	"UserNotFoundException": {backend.KindRefused, "There is no user of that name.", "Check the user name, or ask your operator for an account."},
	"UserNotConfirmedException": {backend.KindRefused, "The account is not confirmed yet.",
		"Use the code that was sent to you when the account was made, or ask your operator to confirm it."},
	"PasswordResetRequiredException": {backend.KindRefused, "The password has to be reset before you can sign in.",
		"Reset it with the code that was sent to you, or ask your operator for a new password."},
	"InvalidPasswordException": {backend.KindRefused, "The new password does not meet the pool's rules.",
		"Choose a longer one, with upper and lower case letters, digits and symbols."},
	"PasswordHistoryPolicyViolationException": {backend.KindRefused, "You have used that password before.", "Choose one that is new."},
	"AliasExistsException": {backend.KindRefused, "Another account has the same e-mail address or phone number already.",
		"Sign in to that account, or ask your operator."},
	"UsernameExistsException": {backend.KindRefused, "There is an account of that name already.", "Sign in to it, or ask your operator."},
	"CodeMismatchException":   {backend.KindRefused, "The code is wrong.", "Type the newest code."},
	"ExpiredCodeException":    {backend.KindRefused, "The code has expired, or was used already.", "Use a new one: an authenticator app's next, or sign in again to be sent one."},
	"EnableSoftwareTokenMFAException": {backend.KindRefused, "The code does not fit the secret that was shown.",
		"Check this computer's and the phone's clock, then type the newest code."},
	"SoftwareTokenMFANotFoundException": {backend.KindRefused, "No authenticator app is set up for the account.", "Ask your operator to reset your second factor."},
	"MFAMethodNotFoundException":        {backend.KindRefused, "The account has no second factor that Cognito can use.", "Ask your operator to set one up."},
	"RefreshTokenReuseException": {backend.KindRefused, "The kept sign-in was used a second time, so Cognito has ended it.",
		"Sign in again; if you did not copy this computer's data, tell your operator."},
	"UserLambdaValidationException": {backend.KindRefused, "A rule of your organisation refused the sign-in.", "Ask your operator."},

	"TooManyFailedAttemptsException": {backend.KindBusy, "There were too many wrong tries.", "Wait a quarter of an hour, then try again."},
	"TooManyRequestsException":       {backend.KindBusy, "Cognito has too many requests right now.", wait},
	"LimitExceededException":         {backend.KindBusy, "A limit of Cognito has been reached.", "Wait a while, then try again; if it stays, ask your operator."},
	"ThrottlingException":            {backend.KindBusy, "Cognito has too many requests right now.", wait},
	"ConcurrentModificationException": {backend.KindBusy, "Something else was changing the same account.",
		"Try again."},
	"ResourceConflictException": {backend.KindBusy, "Something else was changing the same account.", "Try again."},
	"DeviceKeyExistsException":  {backend.KindBusy, "Cognito knows this computer already.", signAgain},

	"CodeDeliveryFailureException":             {backend.KindUnexpected, "The code could not be sent to you.", "Try again; if it stays, ask your operator whether your phone number and e-mail address are right."},
	"InvalidSmsRoleAccessPolicyException":      {backend.KindDenied, "The user pool may not send text messages.", operator},
	"InvalidSmsRoleTrustRelationshipException": {backend.KindDenied, "The user pool may not send text messages.", operator},
	"InvalidEmailRoleAccessPolicyException":    {backend.KindDenied, "The user pool may not send e-mail.", operator},
	"UnexpectedLambdaException":                {backend.KindUnexpected, "A rule of your organisation failed while it looked at the sign-in.", operator},
	"InvalidLambdaResponseException":           {backend.KindUnexpected, "A rule of your organisation gave an answer that Cognito does not understand.", operator},
	"ExternalServiceException":                 {backend.KindUnexpected, "A service that the identity pool depends on failed.", "Try again; if it stays, ask your operator."},
	"ForbiddenException":                       {backend.KindDenied, "A firewall rule of the user pool refuses requests from here.", operator},
	"AccessDeniedException":                    {backend.KindDenied, "Cognito does not allow it.", operator},
	"UnauthorizedException":                    {backend.KindDenied, "The token belongs to another app client.", signAgain},
	"OperationNotEnabledException":             {backend.KindDenied, "The user pool does not offer this.", operator},
	"UnsupportedOperationException":            {backend.KindDenied, "The app client does not offer this.", operator},
	"UnsupportedTokenTypeException":            {backend.KindUnexpected, "Cognito does not take this kind of token.", signAgain},
	"FeatureUnavailableInTierException":        {backend.KindDenied, "The user pool's plan does not include this.", operator},

	"ResourceNotFoundException": {backend.KindConfig, "The user pool, the app client or the identity pool of the profile does not exist there.",
		"Check region, user_pool_id, client_id and identity_pool_id in the configuration."},
	"InvalidUserPoolConfigurationException": {backend.KindConfig, "The user pool is not set up correctly.", operator},
	"InvalidIdentityPoolConfigurationException": {backend.KindConfig, "The identity pool has no role that signed-in users may take on.",
		operator},
	"InvalidParameterException": {backend.KindConfig, "Cognito does not take the request; usually the app client does not allow this way of signing in.",
		"Ask your operator to allow ALLOW_USER_SRP_AUTH and to use an app client without a secret."},

	"InternalErrorException":      {backend.KindUnreachable, "Cognito has a fault of its own.", wait},
	"InternalServerException":     {backend.KindUnreachable, "Cognito has a fault of its own.", wait},
	"ServiceUnavailableException": {backend.KindUnreachable, "Cognito is not available right now.", wait},
}

// special are the codes that mean something else in a stage.
var special = map[stage]map[string]sentence{
	answering: {
		"NotAuthorizedException": {backend.KindRefused, "The step took too long, or was answered wrongly too often.", "Sign in again from the start."},
		"InvalidParameterException": {backend.KindRefused, "Cognito does not take an answer of that form.",
			"Check it; a code has digits only."},
	},
	resuming: {
		"NotAuthorizedException": {backend.KindRefused, "The sign-in was ended, or is too old.", signAgain},
		"UserNotFoundException":  noAccount,
	},
	browsing: oauthSentences,
	sendingReset: {
		"NotAuthorizedException": {backend.KindRefused, "The password cannot be reset now: the account is disabled, or still has the password that it began with.",
			"Sign in with the password that you were given, or ask your operator."},
		"InvalidParameterException": {backend.KindRefused, "The account has no verified e-mail address or phone number to send a code to.",
			"Ask your operator for a new password."},
	},
	resetting: {
		"NotAuthorizedException":    {backend.KindRefused, "The password cannot be reset now.", "Have a new code sent, or ask your operator."},
		"InvalidParameterException": {backend.KindRefused, "Cognito does not take a password of that form.", "Choose another one, without blanks at its ends."},
		"ExpiredCodeException":      staleCode,
	},
	sendingConfirmation: {
		"InvalidParameterException": {backend.KindRefused, "The account needs no code, or has nowhere to send one.", "Go back and sign in; if that fails, ask your operator."},
		"NotAuthorizedException":    {backend.KindRefused, "The account needs no code, or may have none.", "Go back and sign in; if that fails, ask your operator."},
	},
	confirming: {
		"NotAuthorizedException":    {backend.KindRefused, "The account cannot be confirmed by a code.", "Ask your operator to confirm it."},
		"InvalidParameterException": {backend.KindRefused, "Cognito does not take a code of that form.", "Check it; a code has digits only."},
		"ExpiredCodeException":      staleCode,
	},
	telling: {
		"InvalidParameterException": {backend.KindRefused, "Cognito does not take one of the answers in that form.",
			"Type them again; if that stays, ask your operator what the user pool wants."},
		"AliasExistsException": {backend.KindRefused, "Another account has the same e-mail address or phone number already.",
			"Type another one, or ask your operator."},
	},
	lookingAfter: {
		"NotAuthorizedException": notManaged,
	},
	enrolling: {
		"NotAuthorizedException": notManaged,
		"SoftwareTokenMFANotFoundException": {backend.KindRefused, "The user pool does not offer authenticator apps.",
			"Ask your operator to allow them."},
		"InvalidParameterException": {backend.KindRefused, "Cognito does not take a code of that form, or too much time has passed.",
			"Type the newest code, which has digits only; if that fails, begin again."},
	},
	removing: {
		"NotAuthorizedException": notManaged,
		"InvalidParameterException": {backend.KindRefused, "The user pool does not let you do without it.",
			"Ask your operator, who can reset your second factor."},
	},
	forgetting: {
		"NotAuthorizedException": notManaged,
	},
	gettingCredentials: {
		"NotAuthorizedException": {backend.KindRefused, "The sign-in was ended or is too old, or the identity pool does not take this user pool's sign-ins.",
			"Sign in again; if it stays, ask your operator."},
		"UserNotFoundException":     noAccount,
		"InvalidParameterException": {backend.KindConfig, "The identity pool does not take this user pool's sign-ins.", "Check identity_pool_id in the configuration, or ask your operator."},
	},
}

// staleCode and noAccount are what several stages say.
var (
	staleCode = sentence{backend.KindRefused, "The code has expired, or was used already.", "Have a new code sent, and use that one."}
	noAccount = sentence{backend.KindRefused, "The account no longer exists.", "Ask your operator."}
)

// notManaged is what a sign-in hears that may not touch the account.
var notManaged = sentence{backend.KindRefused, "This sign-in may not look after the account: it was made by the browser, or was ended.",
	"Sign in with user name and password, then try again."}

// oauthSentences are the error codes of RFC 6749 (4.1.2.1 and 5.2) and OpenID Connect, which Cognito's pages and its
// token endpoint use.
var oauthSentences = map[string]sentence{
	"access_denied": {backend.KindRefused, "The sign-in was refused, or broken off in the browser.", signAgain},
	"invalid_grant": {backend.KindRefused, "The browser's answer came too late, or was used already.", signAgain},
	"login_required": {backend.KindRefused, "The browser is not signed in any more.",
		signAgain},
	"invalid_client": {backend.KindConfig, "The user pool does not know the app client, or the client has a secret.",
		"Check client_id and domain in the configuration; the app client must have no secret."},
	"unauthorized_client": {backend.KindConfig, "The app client does not allow the sign-in by browser.",
		"Ask your operator to allow the authorization code grant, or set sign_in: window."},
	"unsupported_response_type": {backend.KindConfig, "The app client does not allow the sign-in by browser.",
		"Ask your operator to allow the authorization code grant, or set sign_in: window."},
	"unsupported_grant_type": {backend.KindConfig, "The app client does not allow the sign-in by browser.",
		"Ask your operator to allow the authorization code grant, or set sign_in: window."},
	"invalid_scope":           {backend.KindConfig, "The app client does not allow the scope openid.", "Ask your operator to allow it."},
	"invalid_request":         {backend.KindConfig, "The user pool's pages do not take the request.", operator},
	"server_error":            {backend.KindUnreachable, "Cognito has a fault of its own.", wait},
	"temporarily_unavailable": {backend.KindUnreachable, "Cognito is not available right now.", wait},
}

var (
	errNotCognito = errors.New("the answer is not one of Cognito")

	notCognito = sentence{backend.KindUnreachable, "Something answered that is not Cognito: a sign-in page of the network, a proxy, or a wrong endpoint.",
		"Check endpoint in the configuration, and open any web page to see whether this network wants a sign-in of its own."}
	noAnswer       = sentence{backend.KindUnreachable, "Cognito does not answer.", "Check the network and the endpoint in the configuration, then try again."}
	badCertificate = sentence{backend.KindUnreachable, "The certificate of the server isn't trusted on this computer.",
		"If your network inspects TLS, name its certificates by AWS_CA_BUNDLE; otherwise don't go on, and ask your operator."}
	tooSlow  = sentence{backend.KindUnreachable, "Cognito did not answer in time.", "Check the network, then try again."}
	badToken = sentence{backend.KindRefused, "The sign-in's token is not one of this user pool and app client.",
		"Check user_pool_id and client_id in the configuration; if they are right, tell your operator."}
	badClock = sentence{backend.KindRefused, "This computer's clock is wrong by more than the sign-in allows.", "Set the clock, then sign in again."}
	nobody   = sentence{backend.KindRefused, "Nobody is signed in.", "Sign in first."}
	noReturn = sentence{backend.KindInterrupted, "The browser did not come back within five minutes.", "Try again, and finish the sign-in in the browser."}
	noPort   = sentence{backend.KindConfig, "Other programs use all of the addresses that the browser may come back to.",
		"Close those programs, or ask your operator to register another of cognito.redirect_uris."}
	brokenOff = sentence{backend.KindInterrupted, "It was broken off.", "Try again."}
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
		return sentence{backend.KindUnexpected, "Cognito answered " + codeOf(err) + ", which the launcher does not know.", operator}
	}
	return sentence{backend.KindUnexpected, "Details are in the launcher's log file.", operator}
}

// secretClient is Cognito's own reason, for the operator.
var secretClient = sentence{backend.KindConfig, "The app client of the profile has a secret, and a desktop can keep none.",
	"Ask your operator for an app client without a secret, and set cognito.client_id to it."}

// isSecretClient reports whether the app client has a secret. Cognito has no code of its own for it, only the name of the
// parameter that it misses.
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
	return errors.As(err, &send) || errors.As(err, &nets) || errors.As(err, &keys) || errors.Is(err, context.DeadlineExceeded)
}

// isRefusal says that a refresh token will never be good again.
func isRefusal(err error) bool {
	return slices.Contains([]string{"NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"}, codeOf(err))
}

// isOver says that there was nothing left to revoke, or that the client cannot revoke.
func isOver(err error) bool {
	return isRefusal(err) || slices.Contains([]string{"UnsupportedOperationException", "UnauthorizedException", "ResourceNotFoundException",
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
	return isUnreachable(err) || isLost(err) || slices.Contains([]string{"CodeMismatchException", "EnableSoftwareTokenMFAException", "InvalidPasswordException",
		"PasswordHistoryPolicyViolationException", "InvalidParameterException", "TooManyRequestsException"}, codeOf(err)) ||
		slices.Contains([]string{"ExpiredCodeException", "LimitExceededException", "TooManyFailedAttemptsException"}, codeOf(err)) &&
			(t.name == types.ChallengeNameTypeSoftwareTokenMfa || t.resend() != nil || t.name == backend.StepResetPassword)
}
