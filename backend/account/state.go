package account

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// settled reads the stack that an update would start from, nil if there is none, and refuses one that cannot be
// updated. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
func (a *Account) settled(ctx context.Context) (*types.Stack, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil || s == nil {
		return nil, problem(messages.New("account.cannotLookStack"), err)
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.stackCannotUpdated", a.Stack)}
	switch status := s.StackStatus; {
	case status == types.StackStatusReviewInProgress: // a change set that was never carried out
		return nil, a.leaveReview(ctx, s)
	case !a.ours(s):
		p.What = messages.New("account.stackNameAlready", a.Stack)
		p.Why, p.Next = messages.New("account.notOneLauncherMade"), messages.New("account.chooseAnotherNameStack")
	case strings.HasSuffix(string(status), "_IN_PROGRESS"):
		p.Kind, p.Why = backend.KindBusy, messages.New("account.somebodyChangingMoment", status)
		p.Next = messages.New("account.waitUntilCloudformationDone")
	case status == types.StackStatusRollbackComplete, status == types.StackStatusRollbackFailed,
		status == types.StackStatusCreateFailed,
		status == types.StackStatusDeleteFailed:
		p.Why = messages.Join(messages.New("account.neverMadeNotWholly", status), a.firstFailure(ctx))
		p.Next = messages.New("account.deleteLeftSetupRemove")
	case status == types.StackStatusUpdateRollbackFailed:
		p.Why = messages.Join(messages.New("account.updateFailedWayBack", status), a.firstFailure(ctx))
		p.Next = messages.New("account.continueRollbackCloudformationConsole")
	default:
		return s, nil
	}
	return nil, p
}

// leaveReview deletes the empty stack that a forgotten change set holds the name with.
func (a *Account) leaveReview(ctx context.Context, s *types.Stack) error {
	_, err := a.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: s.StackName})
	if err != nil {
		return problem(messages.New("account.cannotTakeEarlierPreparation"), err)
	}
	for {
		left, err := a.describe(ctx, a.Stack)
		if err != nil || left == nil {
			return problem(messages.New("account.cannotTakeEarlierPreparation"), err)
		}
		if err := pause(ctx, pollEvery); err != nil {
			return problem(messages.New("account.cannotTakeEarlierPreparation"), err)
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
func (a *Account) firstFailure(ctx context.Context) messages.Message {
	page, err := a.CloudFormation.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &a.Stack})
	if err != nil {
		return messages.Message{}
	}
	why := messages.Message{}
	for _, e := range page.StackEvents { // newest first
		one := event(e)
		if strings.HasSuffix(one.Status, "_FAILED") && one.Why != "" && !isCancelled(one.Why) {
			why = messages.Verbatim(one.Resource + ": " + strings.TrimSuffix(one.Why, ".") + ".")
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
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("account.stackNotDeployed"),
		Why:  messages.New("account.cloudformationGivesNoReason"),
		Next: messages.New("account.lookStackEventsCloudformation")}
	for _, f := range failures {
		if isCancelled(f.Why) {
			continue
		}
		p.Why = messages.Verbatim(f.Resource + " (" + f.Type + "): " + strings.TrimSuffix(f.Why, ".") + ".")
		c := ""
		if m := handlerCode.FindStringSubmatch(f.Why); m != nil {
			c = m[1]
		}
		switch {
		case c == "AlreadyExists" || strings.Contains(f.Why, "already exists"):
			p.Kind, p.What = backend.KindConfig, messages.New("account.nameStackNeedsTaken")
			p.Next = messages.New("account.deleteRenameNameCall", nameHint(f))
		case c == "AccessDenied" || c == "UnauthorizedTaggingOperation":
			p.Kind, p.Next = backend.KindDenied, messages.New("account.useAdministratorCredentialsCall")
		case c == "ServiceLimitExceeded":
			p.Kind, p.Next = backend.KindCapacity, messages.New("account.askHigherQuotaService")
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
