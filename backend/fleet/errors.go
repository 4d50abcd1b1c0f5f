package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
)

// The codes that matter to this room alone; awsx has the classes that every room needs.

var (
	capacityCodes = []string{"InsufficientInstanceCapacity", "VcpuLimitExceeded", "UnfulfillableCapacity", "Unsupported",
		"InsufficientFreeAddressesInSubnet", "InstanceLimitExceeded", "InsufficientHostCapacity"}
	goneCodes    = []string{"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"}
	missingCodes = []string{"ResourceNotFoundException", "InvalidLaunchTemplateName.NotFoundException", "NoSuchHostedZone",
		"InvalidLaunchTemplateId.NotFound"}
)

func isCapacity(err error) bool { return awsx.Is(err, capacityCodes...) }
func isGone(err error) bool     { return awsx.Is(err, goneCodes...) }
func isWrongState(err error) bool {
	return awsx.Is(err, "IncorrectInstanceState")
}

// isExpired reports whether the sign-in's credentials are no longer good. NotAuthorizedException is what the identity
// pool answers that should renew them.
func isExpired(err error) bool { return awsx.IsExpired(err) || awsx.Is(err, "NotAuthorizedException") }

// isBusy reports whether somebody else was quicker, or the call is contended. Trying again is right.
func isBusy(err error) bool {
	var p *backend.Problem
	return errors.As(err, &p) && p.Kind == backend.KindBusy || isContended(err)
}
func isConflict(err error) bool { return awsx.Is(err, "ConflictException") }
func isConditionFailed(err error) bool {
	return awsx.Is(err, "ConditionalCheckFailedException")
}
func isNotFound(err error) bool { return awsx.Is(err, "ResourceNotFoundException") }

// problem returns the Problem of an error, for people. It returns nil for nil, and a Problem unchanged.
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
	c := awsx.Code(err)
	switch {
	case c == "VcpuLimitExceeded" || c == "InstanceLimitExceeded":
		return &backend.Problem{Kind: backend.KindCapacity, What: "There is no free instance",
			Why:  "Your AWS account's quota for instances of this type is used up, or is 0 (" + c + ").",
			Next: "Ask your operator to request a higher quota (Service Quotas, EC2 on-demand instances).", Cause: err}
	case isCapacity(err):
		return &backend.Problem{
			Kind:  backend.KindCapacity,
			What:  "There is no free instance",
			Why:   "AWS has none of this type to give at the moment (" + c + ").",
			Next:  "Try again in a few minutes, or ask your operator for a higher limit.",
			Cause: err,
		}
	case awsx.IsDenied(err):
		return &backend.Problem{Kind: backend.KindDenied, What: what, Why: "Your sign-in does not allow it.",
			Next: "Ask your operator to check the role of your user group.", Cause: err}
	case isExpired(err) && awsx.SkewOf(err).Abs() > time.Minute:
		return &backend.Problem{Kind: backend.KindRefused, What: what, Why: wrongClock(awsx.SkewOf(err)),
			Next: "Set the clock, or have the system set it, then try again.", Cause: err}
	case isExpired(err):
		return &backend.Problem{Kind: backend.KindRefused, What: what, Why: "Your sign-in has ended.",
			Next: "Sign in again. A running avatar keeps running meanwhile.", Cause: err}
	case isContended(err):
		return &backend.Problem{Kind: backend.KindBusy, What: what, Why: "AWS is being asked too much at the moment.",
			Next: "Try again in a minute.", Cause: err}
	case slices.Contains(missingCodes, c):
		return &backend.Problem{
			Kind:  backend.KindConfig,
			What:  what,
			Why:   "Something that the profile names does not exist in the cloud (" + c + ").",
			Next:  "Compare the profile's names with what is there, or ask your operator.",
			Cause: err,
		}
	case awsx.IsCertificate(err):
		return &backend.Problem{
			Kind:  backend.KindUnreachable,
			What:  what,
			Why:   "The certificate of the server isn't trusted on this computer.",
			Next:  "If your network inspects TLS, name its certificates by AWS_CA_BUNDLE; otherwise don't go on, and ask your operator.",
			Cause: err,
		}
	case c == "" && unreachable(err):
		return &backend.Problem{Kind: backend.KindUnreachable, What: what, Why: "The cloud does not answer.",
			Next: "Check the network connection, then try again.", Cause: err}
	}
	return &backend.Problem{
		Kind:  backend.KindUnexpected,
		What:  what,
		Why:   "The cloud gave an answer that was not expected" + paren(c) + ".",
		Next:  "Try again; if it stays, send the launcher's log to your operator.",
		Cause: err,
	}
}

// wrongClock names the error of this computer's clock. The cloud's is ahead by skew.
func wrongClock(skew time.Duration) string {
	minutes := int(skew.Abs().Round(time.Minute) / time.Minute)
	if skew < 0 {
		return fmt.Sprintf("This computer's clock is %d minutes fast, and AWS doesn't take requests of such a time.", minutes)
	}
	return fmt.Sprintf("This computer's clock is %d minutes slow, and AWS doesn't take requests of such a time.", minutes)
}

func paren(c string) string {
	if c == "" {
		return ""
	}
	return " (" + c + ")"
}
