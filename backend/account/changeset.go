package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Change is one line of a change set.
type Change struct {
	Action   string `json:"action"` // Add, Modify, Remove, …
	Resource string `json:"resource"`
	Type     string `json:"type"`
	Replaces string `json:"replaces"` // True, False, Conditional; "" for what is new
}

// ChangeSet is what a deployment would do.
type ChangeSet struct {
	Changes []Change
	name    string
	create  bool // the stack is not there yet
}

// Plan makes a change set. It is empty if the stack is as the template and the parameters say. What it made in the
// account is taken away by Discard.
func (a *Account) Plan(ctx context.Context, given Parameters) (*ChangeSet, error) {
	old, err := a.settled(ctx)
	if err != nil {
		return nil, err
	}
	cs := &ChangeSet{name: fmt.Sprintf("avatar-launcher-%d", time.Now().UnixNano()), create: old == nil}
	in, err := a.request(ctx, cs, given, old)
	if err != nil {
		return nil, problem(messages.New("account.cannotPrepareStack"), err)
	}
	_, err = a.CloudFormation.CreateChangeSet(ctx, in)
	if code(err) == "ValidationError" && isNothing(message(err)) {
		return &ChangeSet{}, nil
	}
	if err != nil {
		return nil, problem(messages.New("account.cannotPrepareStack"), err)
	}
	out, err := a.awaitChangeSet(ctx, cs)
	if err != nil {
		return nil, problem(messages.New("account.cannotPrepareStack"), err)
	}
	if out.Status == types.ChangeSetStatusFailed {
		return a.nothingOr(ctx, cs, aws.ToString(out.StatusReason))
	}
	if err := a.readChanges(ctx, cs, out); err != nil {
		return nil, problem(messages.New("account.cannotPrepareStack"), err)
	}
	return a.refuseReplacing(ctx, cs)
}

// awaitChangeSet waits until CloudFormation has made a change set, or has failed to.
func (a *Account) awaitChangeSet(ctx context.Context, cs *ChangeSet) (*cloudformation.DescribeChangeSetOutput, error) {
	in := &cloudformation.DescribeChangeSetInput{StackName: &a.Stack, ChangeSetName: &cs.name}
	for {
		out, err := a.CloudFormation.DescribeChangeSet(ctx, in)
		if err != nil || out.Status == types.ChangeSetStatusCreateComplete || out.Status == types.ChangeSetStatusFailed {
			return out, err
		}
		if err := pause(ctx, pollEvery); err != nil {
			return nil, err
		}
	}
}

func (a *Account) readChanges(ctx context.Context, cs *ChangeSet, page *cloudformation.DescribeChangeSetOutput) error {
	for {
		for _, c := range page.Changes {
			if r := c.ResourceChange; r != nil {
				cs.Changes = append(cs.Changes, Change{Action: string(r.Action), Resource: aws.ToString(r.LogicalResourceId),
					Type: aws.ToString(r.ResourceType), Replaces: string(r.Replacement)})
			}
		}
		if page.NextToken == nil {
			return nil
		}
		var err error
		page, err = a.CloudFormation.DescribeChangeSet(
			ctx,
			&cloudformation.DescribeChangeSetInput{StackName: &a.Stack, ChangeSetName: &cs.name, NextToken: page.NextToken},
		)
		if err != nil {
			return err
		}
	}
}

// irreplaceable says of types of the stack's resources why CloudFormation cannot or must not replace one.
var irreplaceable = map[string]string{
	"AWS::Cognito::UserPool":       "all users are in it",
	"AWS::Cognito::UserPoolDomain": "a user pool has one domain, and the new one is made before the old one is deleted",
	"AWS::Cognito::IdentityPool":   "everybody's profile names it",

	"AWS::Cognito::UserPoolIdentityProvider": "the user names of all who have signed in by it begin with its name",

	"AWS::DynamoDB::Table":          "the records are in it",
	"AWS::EC2::LaunchTemplate":      "its name stays the same, and the new one is made before the old one is deleted",
	"AWS::Kinesis::Stream":          "its name stays the same, and the new one is made before the old one is deleted",
	"AWS::Scheduler::ScheduleGroup": "its name stays the same, and the new one is made before the old one is deleted",
}

// refuseReplacing takes a change set back that would replace what cannot be replaced: the deployment would fail
// half-way, or lose what is in it.
func (a *Account) refuseReplacing(ctx context.Context, cs *ChangeSet) (*ChangeSet, error) {
	for _, c := range cs.Changes {
		reason := irreplaceable[c.Type]
		if c.Replaces != string(types.ReplacementTrue) || reason == "" {
			continue
		}
		if err := a.Discard(ctx, cs); err != nil {
			return nil, err
		}
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.stackCannotChangedLike"),
			Why:  messages.New("account.cloudformationReplace", c.Resource, c.Type, reason),
			Next: messages.New("account.leaveParameterChangeAll")}
	}
	return cs, nil
}

// nothingOr tells a change set without changes, which CloudFormation calls failed and says so by text alone, from one
// that failed.
func (a *Account) nothingOr(ctx context.Context, cs *ChangeSet, why string) (*ChangeSet, error) {
	if err := a.Discard(ctx, cs); err != nil {
		return nil, err
	}
	if isNothing(why) {
		return &ChangeSet{}, nil
	}
	return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.cloudformationRefusedStack"),
		Why:  messages.Verbatim(strings.TrimSuffix(why, ".") + "."),
		Next: messages.New("account.correctNamesCallSetup")}
}

func isNothing(why string) bool {
	return strings.Contains(why, "didn't contain changes") || strings.Contains(why, "No updates are to be performed")
}

// Discard deletes a change set that is not carried out. It also deletes the empty stack that
// CloudFormation made for it.
func (a *Account) Discard(ctx context.Context, cs *ChangeSet) error {
	ctx = context.WithoutCancel(ctx)
	_, err := a.CloudFormation.DeleteChangeSet(ctx,
		&cloudformation.DeleteChangeSetInput{StackName: &a.Stack, ChangeSetName: &cs.name})
	if err == nil && cs.create {
		_, err = a.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &a.Stack})
	}
	return problem(messages.New("account.cannotTakePreparationBack"), err)
}

// request fills a change set's request in: given parameters, and on an update the stack's own for all others.
func (a *Account) request(ctx context.Context, cs *ChangeSet, given Parameters,
	old *types.Stack) (*cloudformation.CreateChangeSetInput, error) {
	all := maps.Clone(given)
	in := &cloudformation.CreateChangeSetInput{StackName: &a.Stack, ChangeSetName: &cs.name,
		ChangeSetType: types.ChangeSetTypeCreate,
		Capabilities:  []types.Capability{types.CapabilityCapabilityIam}}
	tags := maps.Clone(a.Tags)
	if tags == nil {
		tags = Tags{}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		in.Parameters = append(in.Parameters,
			types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(given[name])})
	}
	known, _ := a.Template.at("Parameters").(map[string]any)
	if old != nil {
		in.ChangeSetType = types.ChangeSetTypeUpdate
		for _, t := range old.Tags { // an update takes away those that it does not name
			if _, given := tags[aws.ToString(t.Key)]; !given {
				tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
		}
		for _, p := range old.Parameters {
			name := aws.ToString(p.ParameterKey)
			if _, told := given[name]; told || known[name] == nil {
				continue
			}
			in.Parameters = append(in.Parameters,
				types.Parameter{ParameterKey: p.ParameterKey, UsePreviousValue: aws.Bool(true)})
			if all == nil {
				all = Parameters{}
			}
			all[name] = aws.ToString(p.ParameterValue)
		}
	}
	if a.Template.withoutCompany(all) { // the body does not have them
		in.Parameters = slices.DeleteFunc(in.Parameters, func(p types.Parameter) bool {
			return slices.Contains(companyParameters, aws.ToString(p.ParameterKey))
		})
	}
	delete(tags, stackMark)
	body, err := a.Template.withTags(tags).Body(a.Region, all)
	tags[stackMark] = "stack"
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	if err != nil {
		return nil, err
	}
	if a.bucket == "" && len(body) <= maxInline {
		in.TemplateBody = &body
		return in, nil
	}
	url, err := a.putTemplate(ctx, body)
	in.TemplateURL = &url
	return in, err
}
