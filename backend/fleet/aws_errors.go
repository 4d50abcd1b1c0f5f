package fleet

import (
	"errors"
	"strings"

	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// isRefusal reports whether the service has answered that it did not do it: an error of the caller's making, by its
// status, since EC2's errors do not say whose they are. After anything else (no answer, a server's error) it may have
// been done, and so it may where a client token was used before with other parameters.
func isRefusal(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) || awsx.Is(err, "IdempotentParameterMismatch") {
		return false
	}
	return api.ErrorFault() == smithy.FaultClient || isClientStatus(err) || isCapacity(err) || awsx.IsThrottled(err) ||
		awsx.IsDenied(err)
}

// isClientStatus reports whether an answer's status is one of 400 to 499.
func isClientStatus(err error) bool {
	var answer *smithyhttp.ResponseError
	return errors.As(err, &answer) && answer.HTTPStatusCode() >= 400 && answer.HTTPStatusCode() < 500
}

// isEC2Refusal reports whether EC2 refused a request, whose words are worth saying: the account is not verified, an
// image has no subscription, a limit is reached.
func isEC2Refusal(err error) bool {
	var operation *smithy.OperationError
	return isClientStatus(err) && errors.As(err, &operation) && operation.ServiceID == ec2.ServiceID &&
		awsx.Code(err) != ""
}

// cancelled returns the reasons by which a transaction was cancelled, in the order of its items.
func cancelled(err error) ([]types.CancellationReason, bool) {
	var tx *types.TransactionCanceledException
	if errors.As(err, &tx) {
		return tx.CancellationReasons, true
	}
	return nil, false
}

// unreachable reports whether no answer came: the network failed, or the SDK before it.
func unreachable(err error) bool {
	var operation *smithy.OperationError
	return awsx.IsUnreachable(err) || errors.As(err, &operation)
}

// refusalOf returns AWS's words for a refusal, without the encoded part that EC2 adds.
func refusalOf(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err.Error()
	}
	message, _, _ := strings.Cut(api.ErrorMessage(), " Encoded authorization failure message")
	return api.ErrorCode() + ": " + message
}
