package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Kept is a resource that Remove left behind without a purge: the users, or the audit.
type Kept struct {
	Resource string `json:"resource"` // its name in the template
	Type     string `json:"type"`
	ID       string `json:"id"` // the user pool's ID, the table's name
}

// The resources that outlive the stack, by their names in the template.
const (
	usersResource = "UserPool"
	auditResource = "AuditTable"
)

// Kept lists what an earlier stack has left behind. It is empty if the stack exists.
func (a *Account) Kept(ctx context.Context) ([]Kept, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil || s != nil {
		return nil, problem(messages.New("account.cannotLookStack"), err)
	}
	users, err := a.keptUsers(ctx)
	if err != nil {
		return nil, err
	}
	audit, err := a.keptAudit(ctx)
	return append(users, audit...), err
}

// keptUsers finds a user pool of the template's name that belongs to no stack.
func (a *Account) keptUsers(ctx context.Context) ([]Kept, error) {
	name, _ := a.named(a.Template.at("Resources", usersResource, "Properties", "UserPoolName")).(string)
	var found []Kept
	pages := cognito.NewListUserPoolsPaginator(a.Cognito, &cognito.ListUserPoolsInput{MaxResults: aws.Int32(60)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, problem(messages.New("account.cannotLookUsersEarlier"), err)
		}
		for _, p := range page.UserPools {
			if aws.ToString(p.Name) != name {
				continue
			}
			owned, err := a.ownedByAStack(ctx, aws.ToString(p.Id))
			if err != nil {
				return nil, err
			}
			if !owned {
				found = append(found, Kept{usersResource, "AWS::Cognito::UserPool", aws.ToString(p.Id)})
			}
		}
	}
	if len(found) > 1 {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.earlierStacksLeftOne"),
			Why:  messages.New("account.bothNamedStackOne", found[0].ID, found[1].ID, name),
			Next: messages.New("account.deleteThoseNobodyNeeds")}
	}
	return found, nil
}

// keptAudit finds the audit table if it belongs to no stack.
func (a *Account) keptAudit(ctx context.Context) ([]Kept, error) {
	name, _ := a.named(a.Template.at("Resources", auditResource, "Properties", "TableName")).(string)
	_, err := a.DynamoDB.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if code(err) == "ResourceNotFoundException" {
		return nil, nil
	}
	if err != nil {
		return nil, problem(messages.New("account.cannotLookAuditEarlier"), err)
	}
	owned, err := a.ownedByAStack(ctx, name)
	if err != nil || owned {
		return nil, err
	}
	return []Kept{{auditResource, "AWS::DynamoDB::Table", name}}, nil
}

// ownedByAStack reports whether a resource belongs to a stack that exists.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
func (a *Account) ownedByAStack(ctx context.Context, id string) (bool, error) {
	out, err := a.CloudFormation.DescribeStackResources(ctx,
		&cloudformation.DescribeStackResourcesInput{PhysicalResourceId: &id})
	if code(err) == "ValidationError" { // the answer if there is no such stack
		return false, nil
	}
	if err != nil {
		return false, problem(messages.New("account.cannotFindStack", id), err)
	}
	for _, r := range out.StackResources {
		if aws.ToString(r.PhysicalResourceId) == id && r.ResourceStatus != types.ResourceStatusDeleteSkipped {
			return true, nil
		}
	}
	return false, nil
}

// identifiers are the properties that CloudFormation imports a resource by.
var identifiers = map[string]string{usersResource: "UserPoolId", auditResource: "TableName"}

// TakeUp makes the stack of what an earlier one left, so that the next Plan updates it. An import may add no other
// resource and no output.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
func (a *Account) TakeUp(ctx context.Context, kept []Kept, report func(Event)) error {
	resources := map[string]any{}
	in := &cloudformation.CreateChangeSetInput{StackName: &a.Stack, ChangeSetType: types.ChangeSetTypeImport,
		ChangeSetName: aws.String(fmt.Sprintf("avatar-launcher-%d", time.Now().UnixNano())),
		Tags:          []types.Tag{{Key: aws.String(stackMark), Value: aws.String("stack")}}}
	for _, k := range kept {
		resources[k.Resource] = a.named(a.Template.at("Resources", k.Resource))
		in.ResourcesToImport = append(in.ResourcesToImport, types.ResourceToImport{ResourceType: aws.String(k.Type),
			LogicalResourceId: aws.String(k.Resource), ResourceIdentifier: map[string]string{identifiers[k.Resource]: k.ID}})
	}
	body, err := json.Marshal(map[string]any{"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
	if err != nil {
		return problem(messages.New("account.cannotTakeEarlierStack"), err)
	}
	in.TemplateBody = aws.String(string(body))
	if _, err := a.CloudFormation.CreateChangeSet(ctx, in); err != nil {
		return problem(messages.New("account.cannotTakeEarlierStack"), err)
	}
	cs := &ChangeSet{name: *in.ChangeSetName, create: true}
	out, err := a.awaitChangeSet(ctx, cs)
	if err != nil {
		return problem(messages.New("account.cannotTakeEarlierStack"), err)
	}
	if out.Status == types.ChangeSetStatusFailed {
		_, err := a.nothingOr(ctx, cs, aws.ToString(out.StatusReason))
		return err
	}
	return a.Deploy(ctx, cs, report)
}

// purge deletes the users and the audit that the stack kept. What is gone already is no error.
func (a *Account) purge(ctx context.Context, s *types.Stack) error {
	if id := output(s, "UserPoolId"); id != "" {
		_, err := a.Cognito.DeleteUserPool(ctx, &cognito.DeleteUserPoolInput{UserPoolId: &id})
		if err != nil && code(err) != "ResourceNotFoundException" {
			return problem(messages.New("account.cannotDeleteUsersAudit"), err)
		}
	}
	if name := output(s, "AuditTable"); name != "" {
		_, err := a.DynamoDB.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
		if err != nil && code(err) != "ResourceNotFoundException" {
			return problem(messages.New("account.cannotDeleteUsersAudit"), err)
		}
	}
	return nil
}

// output returns one of the stack's outputs, "" if it has none of the name.
func output(s *types.Stack, name string) string {
	for _, o := range s.Outputs {
		if aws.ToString(o.OutputKey) == name {
			return aws.ToString(o.OutputValue)
		}
	}
	return ""
}

// KeptText returns a sentence on what an earlier stack left.
func KeptText(kept []Kept) messages.Message {
	ids := map[string]string{}
	for _, k := range kept {
		ids[k.Resource] = k.ID
	}
	users, audit := ids[usersResource], ids[auditResource]
	switch {
	case audit == "":
		return messages.New("commands.setup.keptUsers", users)
	case users == "":
		return messages.New("commands.setup.keptAudit", audit)
	}
	return messages.New("commands.setup.keptBoth", users, audit)
}
