package identity

import (
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

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

// staleCode, noAccount and noPasskeys are what several stages or codes say.
var (
	noPasskeys = sentence{backend.KindConfig, messages.New("identity.userPoolNoPasskeys"),
		messages.New("identity.askOperatorAllowPasskeys")}
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
