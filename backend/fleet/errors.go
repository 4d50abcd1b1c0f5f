package fleet

import (
	"context"
	"errors"
	"net"
	"slices"

	"avatar-launcher/backend"

	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// AWS error codes are classified here, by code and never by text.

var (
	capacityCodes = []string{"InsufficientInstanceCapacity", "VcpuLimitExceeded", "UnfulfillableCapacity", "Unsupported",
		"InsufficientFreeAddressesInSubnet", "InstanceLimitExceeded", "InsufficientHostCapacity"}
	goneCodes    = []string{"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}
	deniedCodes  = []string{"UnauthorizedOperation", "AccessDeniedException", "AccessDenied"}
	expiredCodes = []string{"ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
		"AuthFailure", "NotAuthorizedException", "RequestExpired"}
	throttleCodes = []string{"RequestLimitExceeded", "ThrottlingException", "Throttling", "ProvisionedThroughputExceededException"}
	missingCodes  = []string{"ResourceNotFoundException", "InvalidLaunchTemplateName.NotFoundException", "NoSuchHostedZone",
		"InvalidLaunchTemplateId.NotFound"}
)

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func isCapacity(err error) bool { return slices.Contains(capacityCodes, code(err)) }
func isGone(err error) bool     { return slices.Contains(goneCodes, code(err)) }
func isWrongState(err error) bool {
	return code(err) == "IncorrectInstanceState"
}
func isDenied(err error) bool { return slices.Contains(deniedCodes, code(err)) }

// isRefusal says whether the service has answered that it did not do it: an error code of the caller's making. After
// anything else (no answer, a server's error) it may have been done.
func isRefusal(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (api.ErrorFault() == smithy.FaultClient || isCapacity(err) || isThrottled(err) || slices.Contains(deniedCodes, code(err)))
}

// isThrottled says whether AWS is asked too much.
func isThrottled(err error) bool { return slices.Contains(throttleCodes, code(err)) }

// isBusy says whether somebody else was quicker, or AWS is asked too much: trying again is right.
func isBusy(err error) bool {
	var p *backend.Problem
	return errors.As(err, &p) && p.Kind == backend.KindBusy || isThrottled(err)
}
func isConflict(err error) bool { return code(err) == "ConflictException" }
func isConditionFailed(err error) bool {
	return code(err) == "ConditionalCheckFailedException"
}
func isNotFound(err error) bool { return code(err) == "ResourceNotFoundException" }

// cancelled returns the reasons by which a transaction was cancelled, in the order of its items.
func cancelled(err error) ([]ddbtypes.CancellationReason, bool) {
	var tx *ddbtypes.TransactionCanceledException
	if errors.As(err, &tx) {
		return tx.CancellationReasons, true
	}
	return nil, false
}

// problem says what could not be done, for a person. nil stays nil, and a Problem stays as it is.
func problem(doing string, err error) error {
	if err == nil {
		return nil
	}
	var p *backend.Problem
	if errors.As(err, &p) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return &backend.Problem{Kind: backend.KindInterrupted, What: "It was broken off", Cause: err}
	}
	what := "It was not possible to " + doing
	c := code(err)
	switch {
	case isCapacity(err):
		return &backend.Problem{Kind: backend.KindCapacity, What: "There is no free instance",
			Why: "AWS has none of this type to give at the moment (" + c + ").", Next: "Try again in a few minutes, or ask your operator for a higher limit.", Cause: err}
	case slices.Contains(deniedCodes, c):
		return &backend.Problem{Kind: backend.KindDenied, What: what, Why: "Your sign-in does not allow it.",
			Next: "Ask your operator to check the role of your user group.", Cause: err}
	case slices.Contains(expiredCodes, c):
		return &backend.Problem{Kind: backend.KindRefused, What: what, Why: "Your sign-in is no longer good.",
			Next: "Sign out and sign in again.", Cause: err}
	case slices.Contains(throttleCodes, c):
		return &backend.Problem{Kind: backend.KindBusy, What: what, Why: "AWS is being asked too much at the moment.",
			Next: "Try again in a minute.", Cause: err}
	case slices.Contains(missingCodes, c):
		return &backend.Problem{Kind: backend.KindConfig, What: what, Why: "Something that the profile names does not exist in the cloud (" + c + ").",
			Next: "Compare the profile's names with what is there, or ask your operator.", Cause: err}
	case c == "" && unreachable(err):
		return &backend.Problem{Kind: backend.KindUnreachable, What: what, Why: "The cloud does not answer.",
			Next: "Check the network connection, then try again.", Cause: err}
	}
	return &backend.Problem{Kind: backend.KindUnexpected, What: what, Why: "The cloud gave an answer that was not expected" + paren(c) + ".",
		Next: "Try again; if it stays, send the launcher's log to your operator.", Cause: err}
}

func unreachable(err error) bool {
	var n net.Error
	var send *smithy.OperationError
	return errors.As(err, &n) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &send)
}

func paren(c string) string {
	if c == "" {
		return ""
	}
	return " (" + c + ")"
}
