package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// pollEvery is how often CloudFormation is asked how far it is.
const pollEvery = 2 * time.Second

// stackMark is a tag of the launcher's stacks. A stack of the same name without it is somebody else's.
const stackMark = "avatar-launcher"

// Event is one step of a deployment.
type Event struct {
	At       time.Time `json:"at"`
	Resource string    `json:"resource"`
	Type     string    `json:"type"`
	Status   string    `json:"status"`
	Why      string    `json:"why"` // given where something failed
}

// Parameters are the template's parameters by name. On an update, one that is not named keeps its value.
type Parameters map[string]string

// deployed are the states of a stack whose last change set was carried out.
var deployed = []types.StackStatus{types.StackStatusCreateComplete, types.StackStatusUpdateComplete,
	types.StackStatusImportComplete}

// Deploy carries a change set out and reports each event until the stack has settled.
func (a *Account) Deploy(ctx context.Context, cs *ChangeSet, report func(Event)) error {
	seen, err := a.newest(ctx)
	if err != nil {
		return problem(messages.New("account.cannotDeployStack"), err)
	}
	if _, err := a.CloudFormation.ExecuteChangeSet(ctx,
		&cloudformation.ExecuteChangeSetInput{StackName: &a.Stack, ChangeSetName: &cs.name}); err != nil {
		return problem(messages.New("account.cannotDeployStack"), err)
	}
	s, failures, err := a.follow(ctx, a.Stack, seen, report)
	if err != nil {
		return problem(messages.New("account.cannotDeployStack"), err)
	}
	if s != nil && slices.Contains(deployed, s.StackStatus) {
		return nil
	}
	return failed(failures)
}

// follow reports the events after seen until the stack has settled or is gone.
func (a *Account) follow(ctx context.Context, stack, seen string, report func(Event)) (*types.Stack, []Event, error) {
	var failures []Event
	for {
		s, err := a.describe(ctx, stack)
		if err != nil {
			return nil, nil, err
		}
		fresh, err := a.events(ctx, stack, seen)
		if err != nil && s != nil {
			return nil, nil, err
		}
		for _, e := range slices.Backward(fresh) {
			seen = aws.ToString(e.EventId)
			one := event(e)
			if strings.HasSuffix(one.Status, "_FAILED") {
				failures = append(failures, one)
			}
			report(one)
		}
		if s == nil || settled(s.StackStatus) {
			return s, failures, nil
		}
		if err := pause(ctx, pollEvery); err != nil {
			return nil, nil, err
		}
	}
}

func event(e types.StackEvent) Event {
	return Event{At: aws.ToTime(e.Timestamp), Resource: aws.ToString(e.LogicalResourceId),
		Type:   aws.ToString(e.ResourceType),
		Status: string(e.ResourceStatus), Why: aws.ToString(e.ResourceStatusReason)}
}

// events reads those after the one called seen, newest first.
func (a *Account) events(ctx context.Context, stack, seen string) ([]types.StackEvent, error) {
	var out []types.StackEvent
	pages := cloudformation.NewDescribeStackEventsPaginator(a.CloudFormation,
		&cloudformation.DescribeStackEventsInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range page.StackEvents {
			if aws.ToString(e.EventId) == seen {
				return out, nil
			}
			out = append(out, e)
		}
	}
	return out, nil
}

func (a *Account) newest(ctx context.Context) (string, error) {
	page, err := a.CloudFormation.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &a.Stack})
	if err != nil || len(page.StackEvents) == 0 {
		return "", err
	}
	return aws.ToString(page.StackEvents[0].EventId), nil
}

// describe reads the stack, nil if there is none.
func (a *Account) describe(ctx context.Context, stack string) (*types.Stack, error) {
	out, err := a.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if code(err) == "ValidationError" || err == nil && len(out.Stacks) == 0 {
		return nil, nil // that is how CloudFormation says that there is none
	}
	if err != nil {
		return nil, err
	}
	s := out.Stacks[0]
	if s.StackStatus == types.StackStatusDeleteComplete {
		return nil, nil
	}
	return &s, nil
}

func settled(s types.StackStatus) bool { return !strings.HasSuffix(string(s), "_IN_PROGRESS") }

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
