package fleet

import (
	"errors"
	"strings"

	"avatar-launcher/backend/awsx"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// isRefusal reports whether the service has answered that it did not do it: an error code of the caller's making. After
// anything else (no answer, a server's error) it may have been done.
func isRefusal(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (api.ErrorFault() == smithy.FaultClient || isCapacity(err) || awsx.IsThrottled(err) ||
		awsx.IsDenied(err))
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
