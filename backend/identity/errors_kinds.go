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
)

// isSecretClient reports whether the app client has a secret. Cognito has no code of its own for it, only the name of
// the parameter that it misses.
func isSecretClient(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "SECRET_HASH")
}

// codeOf returns the error's code as Cognito sent it, "" if it sent none.
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

// isForeign reports whether the answer came from something that is not Cognito.
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

// isUnreachable reports whether the cloud did not answer.
func isUnreachable(err error) bool {
	var (
		send *smithyhttp.RequestSendError
		nets net.Error
		keys *keysError
	)
	return errors.As(err, &send) || errors.As(err, &nets) || errors.As(err, &keys) ||
		errors.Is(err, context.DeadlineExceeded)
}

// isRefusal reports whether the refresh token will never be good again.
func isRefusal(err error) bool {
	return slices.Contains([]string{"NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"},
		codeOf(err))
}

// isOver reports whether there was nothing left to revoke, or the client cannot revoke.
func isOver(err error) bool {
	return isRefusal(err) || slices.Contains([]string{"UnsupportedOperationException", "UnauthorizedException",
		"ResourceNotFoundException", "UnsupportedTokenTypeException"}, codeOf(err))
}

// withoutRotation reports whether this client may have to refresh without GetTokensFromRefreshToken.
func withoutRotation(err error) bool {
	return slices.Contains([]string{"NotAuthorizedException", "UnsupportedOperationException", "InvalidParameterException",
		"FeatureUnavailableInTierException", "UnknownOperationException", "OperationNotEnabledException"}, codeOf(err))
}

// again reports whether the same challenge takes another answer. A code of an authenticator app works once, and the
// next one is another answer, as is a code that can be sent again. Any other expired code needs a new sign-in.
func again(t *step, err error) bool {
	return isUnreachable(err) || isLost(err) ||
		slices.Contains([]string{"CodeMismatchException", "EnableSoftwareTokenMFAException", "InvalidPasswordException",
			"PasswordHistoryPolicyViolationException", "InvalidParameterException", "TooManyRequestsException"}, codeOf(err)) ||
		slices.Contains([]string{"ExpiredCodeException", "LimitExceededException", "TooManyFailedAttemptsException"},
			codeOf(err)) &&
			(t.name == types.ChallengeNameTypeSoftwareTokenMfa || t.resend() != nil || t.name == backend.StepResetPassword)
}
