package awsx

import (
	"context"
	"errors"
	"net"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Errors of AWS are classified here, once, by their code and never by their text.

// deniedCodes say that the caller's policies do not allow a call.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html
var deniedCodes = []string{"UnauthorizedOperation", "AccessDeniedException", "AccessDenied", "UnauthorizedException"}

// expiredCodes say that the caller's credentials are no longer good, or never were.
var expiredCodes = []string{"ExpiredTokenException", "ExpiredToken", "RequestExpired", "UnrecognizedClientException",
	"InvalidClientTokenId", "AuthFailure", "InvalidSignatureException", "SignatureDoesNotMatch"}

// moreThrottleCodes are throttles that the SDK's own list lacks. The first is Kinesis's answer while the key of an
// encrypted stream is asked for too often, the others are reasons of cancelled DynamoDB transactions.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
var moreThrottleCodes = []string{"KMSThrottlingException", "ThrottlingError", "ProvisionedThroughputExceeded"}

// Code returns AWS's code of an error, or "" if it has none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Is reports whether the error's code is one of codes.
func Is(err error, codes ...string) bool {
	c := Code(err)
	return c != "" && slices.Contains(codes, c)
}

// IsDenied reports whether the caller's policies did not allow the call.
func IsDenied(err error) bool { return Is(err, deniedCodes...) }

// IsExpired reports whether the caller's credentials were not accepted.
func IsExpired(err error) bool { return Is(err, expiredCodes...) }

// IsThrottled reports whether AWS limits the rate of such calls at the moment. The list is the SDK's own.
func IsThrottled(err error) bool { return IsThrottleCode(Code(err)) }

// IsThrottleCode reports whether a code alone, such as the reason of a cancelled transaction, is a throttle's.
func IsThrottleCode(code string) bool {
	_, known := retry.DefaultThrottleErrorCodes[code]
	return known || slices.Contains(moreThrottleCodes, code)
}

// IsUnreachable reports whether no answer of AWS arrived: the network failed, or the time was up.
func IsUnreachable(err error) bool {
	var send *smithyhttp.RequestSendError
	var network net.Error
	return errors.As(err, &send) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded)
}

// Innermost returns the error at the end of the chain that Unwrap follows.
func Innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
