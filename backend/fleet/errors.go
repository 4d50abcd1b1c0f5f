package fleet

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
)

// The codes that matter to this room alone; awsx has the classes that every room needs.

var (
	capacityCodes = []string{"InsufficientInstanceCapacity", "VcpuLimitExceeded", "UnfulfillableCapacity", "Unsupported",
		"InsufficientFreeAddressesInSubnet", "InstanceLimitExceeded", "InsufficientHostCapacity", "ReservationCapacityExceeded"}
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

// isMissing reports whether a code says that something does not exist which the profile or the launch template names:
// EC2 has one such code for each kind of thing.
func isMissing(c string) bool {
	return slices.Contains(missingCodes, c) || strings.HasPrefix(c, "Invalid") && !slices.Contains(goneCodes, c) &&
		(strings.HasSuffix(c, ".NotFound") || strings.HasSuffix(c, ".NotFoundException") || c == "InvalidAMIID.Unavailable")
}

func isNotFound(err error) bool { return awsx.Is(err, "ResourceNotFoundException") }

// isQuota reports whether the account's quota refused an instance, which an administrator can have raised.
func isQuota(err error) bool {
	c := awsx.Code(err)
	return c == "VcpuLimitExceeded" || c == "InstanceLimitExceeded"
}

// problem returns the Problem of an error, for people. It returns nil for nil, and a Problem unchanged.
func problem(what messages.Message, err error) error {
	if err == nil {
		return nil
	}
	var p *backend.Problem
	if errors.As(err, &p) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return &backend.Problem{Kind: backend.KindInterrupted, What: messages.New("common.brokenOff"), Cause: err}
	}
	c := awsx.Code(err)
	switch {
	case isQuota(err):
		return &backend.Problem{Kind: backend.KindCapacity, What: messages.New("common.noFreeInstance"),
			Why:  messages.New("fleet.awsAccountQuotaInstances", c),
			Next: messages.New("fleet.askOperatorRequestHigher"), Cause: err}
	case isCapacity(err):
		return &backend.Problem{
			Kind:  backend.KindCapacity,
			What:  messages.New("common.noFreeInstance"),
			Why:   messages.New("fleet.awsNoneTypeGive", c),
			Next:  messages.New("fleet.tryAgainFewMinutes"),
			Cause: err,
		}
	case awsx.IsDenied(err):
		return &backend.Problem{Kind: backend.KindDenied, What: what, Why: messages.New("fleet.signInNotAllow"),
			Next: messages.New("fleet.askOperatorCheckRole"), Cause: err}
	case isExpired(err) && awsx.SkewOf(err).Abs() > time.Minute:
		return &backend.Problem{Kind: backend.KindRefused, What: what, Why: wrongClock(awsx.SkewOf(err)),
			Next: messages.New("fleet.setClockSystemSet"), Cause: err}
	case isExpired(err):
		return &backend.Problem{Kind: backend.KindRefused, What: what, Why: messages.New("fleet.signInEnded"),
			Next: messages.New("common.signInAgainRunningAvatar"), Cause: err}
	case isContended(err):
		return &backend.Problem{Kind: backend.KindBusy, What: what, Why: messages.New("common.awsBeingAskedToo"),
			Next: messages.New("common.tryAgainMinute"), Cause: err}
	case isMissing(c):
		return &backend.Problem{
			Kind:  backend.KindConfig,
			What:  what,
			Why:   messages.New("fleet.somethingProfileNamesNot", c),
			Next:  messages.New("fleet.compareProfileNamesAsk"),
			Cause: err,
		}
	case awsx.IsCertificate(err):
		return &backend.Problem{
			Kind:  backend.KindUnreachable,
			What:  what,
			Why:   messages.New("common.certificateServerNotTrusted"),
			Next:  messages.New("common.networkInspectsTlsName"),
			Cause: err,
		}
	case c == "" && unreachable(err):
		return &backend.Problem{Kind: backend.KindUnreachable, What: what, Why: messages.New("fleet.cloudNotAnswer"),
			Next: messages.New("common.checkNetworkConnectionTry"), Cause: err}
	}
	why := messages.New("fleet.cloudGaveAnswerNot", paren(c))
	if isEC2Refusal(err) {
		why = messages.New("fleet.ec2Says", strings.TrimRight(refusalOf(err), ". "))
	}
	return &backend.Problem{
		Kind:  backend.KindUnexpected,
		What:  what,
		Why:   why,
		Next:  messages.New("common.tryAgainElseSend"),
		Cause: err,
	}
}

// wrongClock names the error of this computer's clock. The cloud's is ahead by skew.
func wrongClock(skew time.Duration) messages.Message {
	minutes := int(skew.Abs().Round(time.Minute) / time.Minute)
	if skew < 0 {
		return messages.New("fleet.computerClockMinutesFast", minutes)
	}
	return messages.New("fleet.computerClockMinutesSlow", minutes)
}

func paren(c string) string {
	if c == "" {
		return ""
	}
	return " (" + c + ")"
}
