package account

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"avatar-launcher/backend"
)

// settled reads the stack that an update would start from, nil if there is none, and refuses one that cannot be
// updated. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
func (a *Account) settled(ctx context.Context) (*types.Stack, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil || s == nil {
		return nil, problem("look for the stack", err)
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: "The stack " + a.Stack + " cannot be updated"}
	switch status := s.StackStatus; {
	case status == types.StackStatusReviewInProgress: // a change set that was never carried out
		return nil, a.leaveReview(ctx, s)
	case !a.ours(s):
		p.What = "There is a stack of the name " + a.Stack + " already"
		p.Why, p.Next = "It is not one that the launcher made.", "Choose another name by --stack."
	case strings.HasSuffix(string(status), "_IN_PROGRESS"):
		p.Kind, p.Why = backend.KindBusy, "Somebody is changing it at this moment ("+string(status)+")."
		p.Next = "Wait until CloudFormation is done, then call setup again."
	case status == types.StackStatusRollbackComplete, status == types.StackStatusRollbackFailed, status == types.StackStatusCreateFailed,
		status == types.StackStatusDeleteFailed:
		p.Why = "It was never made, or not wholly deleted (" + string(status) + "). " + a.firstFailure(ctx)
		p.Next = "Delete what is left by setup --remove, then call setup again."
	case status == types.StackStatusUpdateRollbackFailed:
		p.Why = "An update failed, and so did the way back (" + string(status) + "). " + a.firstFailure(ctx)
		p.Next = "Continue the rollback in the CloudFormation console, then call setup again."
	default:
		return s, nil
	}
	p.Why = strings.TrimSpace(p.Why)
	return nil, p
}

// leaveReview deletes the empty stack that a forgotten change set holds the name with.
func (a *Account) leaveReview(ctx context.Context, s *types.Stack) error {
	_, err := a.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: s.StackName})
	if err != nil {
		return problem("take an earlier preparation back", err)
	}
	for {
		left, err := a.describe(ctx, a.Stack)
		if err != nil || left == nil {
			return problem("take an earlier preparation back", err)
		}
		if err := pause(ctx, pollEvery); err != nil {
			return problem("take an earlier preparation back", err)
		}
	}
}

func (a *Account) ours(s *types.Stack) bool {
	for _, t := range s.Tags {
		if aws.ToString(t.Key) == stackMark {
			return true
		}
	}
	return false
}

// firstFailure says why the stack is as it is, by the oldest failure of its last operation.
func (a *Account) firstFailure(ctx context.Context) string {
	page, err := a.CloudFormation.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &a.Stack})
	if err != nil {
		return ""
	}
	why := ""
	for _, e := range page.StackEvents { // newest first
		one := event(e)
		if strings.HasSuffix(one.Status, "_FAILED") && one.Why != "" && !isCancelled(one.Why) {
			why = one.Resource + ": " + strings.TrimSuffix(one.Why, ".") + "."
		}
	}
	return why
}

// isCancelled says of a failure that it only follows from another one. There is no code for it.
func isCancelled(why string) bool {
	return strings.Contains(why, "Resource creation cancelled") || strings.Contains(why, "Resource update cancelled")
}

// handlerCode is the code by which a resource's handler failed, in the text of its event.
// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html
var handlerCode = regexp.MustCompile(`HandlerErrorCode: (\w+)`)

// failed makes a problem of a deployment's failures: of the first that does not follow from another.
func failed(failures []Event) error {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: "The stack was not deployed", Why: "CloudFormation gives no reason.",
		Next: "Look at the stack's events in the CloudFormation console. What was made has been rolled back; after a first try, call setup --remove before the next."}
	for _, f := range failures {
		if isCancelled(f.Why) {
			continue
		}
		p.Why = f.Resource + " (" + f.Type + "): " + strings.TrimSuffix(f.Why, ".") + "."
		c := ""
		if m := handlerCode.FindStringSubmatch(f.Why); m != nil {
			c = m[1]
		}
		switch {
		case c == "AlreadyExists" || strings.Contains(f.Why, "already exists"):
			p.Kind, p.What = backend.KindConfig, "A name that the stack needs is taken"
			p.Next = "Delete or rename what has the name " + nameHint(f) + ", call setup --remove, then setup again."
		case c == "AccessDenied" || c == "UnauthorizedTaggingOperation":
			p.Kind, p.Next = backend.KindDenied, "Use an administrator's credentials, call setup --remove, then setup again."
		case c == "ServiceLimitExceeded":
			p.Kind, p.Next = backend.KindCapacity, "Ask for a higher quota in the Service Quotas console, call setup --remove, then setup again."
		}
		return p
	}
	return p
}

// nameHint says whose name is taken, and for the sign-in pages, whose names all accounts share, how to choose another.
func nameHint(f Event) string {
	if f.Type == "AWS::Cognito::UserPoolDomain" {
		return "of the sign-in pages (or choose another by --set SignInDomain=NAME)"
	}
	return "of " + f.Resource
}
