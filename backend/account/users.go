package account

import (
	"context"
	"net/mail"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// NewUser is somebody to be made in the user pool.
type NewUser struct {
	Name  string // also their DNS label
	Email string // where Cognito sends the first password
	Group string // user, keeper or operator
}

// misused returns the Problem of a flag with a wrong value.
func misused(why messages.Message) error {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.commandLineNotUnderstood"), Why: why,
		Next: messages.New("common.avatarLauncherHelpLists")}
}

// ParseUser reads NAME=EMAIL.
func ParseUser(text, group string) (NewUser, error) {
	name, email, _ := strings.Cut(text, "=")
	u := NewUser{Name: name, Email: email, Group: group}
	if !backend.IsLabel(u.Name) {
		return u, misused(messages.New("commands.setup.userNotALabel", u.Name))
	}
	if backend.IsReservedLabel(u.Name) {
		return u, misused(messages.New("commands.setup.userReserved", u.Name))
	}
	if a, err := mail.ParseAddress(u.Email); err != nil || a.Address != u.Email {
		return u, misused(messages.New("commands.setup.notAnAddress", u.Name, u.Email))
	}
	return u, nil
}

// CreateUser makes a user and puts them into their group. Cognito makes up the first password and mails it; it never
// comes here. existed reports whether there was somebody of that name already, who is put into the group all the same.
func (a *Account) CreateUser(ctx context.Context, made *Outputs, u NewUser) (existed bool, err error) {
	userPoolID := made.UserPoolID
	old, err := a.Cognito.AdminGetUser(ctx, &cognito.AdminGetUserInput{UserPoolId: &userPoolID, Username: &u.Name})
	switch {
	case err == nil:
		if err := a.invite(ctx, made, u, old.UserStatus); err != nil {
			return true, err
		}
		return true, a.join(ctx, made, u)
	case code(err) != "UserNotFoundException":
		return false, problem(messages.New("account.cannotLookUser", u.Name), err)
	}
	if err := a.nameIsFree(ctx, made, u); err != nil {
		return false, err
	}
	_, err = a.Cognito.AdminCreateUser(ctx, &cognito.AdminCreateUserInput{UserPoolId: &userPoolID, Username: &u.Name,
		DesiredDeliveryMediums: []types.DeliveryMediumType{types.DeliveryMediumTypeEmail},
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &u.Email},
			{Name: aws.String("email_verified"), Value: aws.String("true")},
		}})
	existed = code(err) == "UsernameExistsException"
	if err != nil && !existed {
		return false, problem(messages.New("account.cannotMakeUser", u.Name), err)
	}
	return existed, a.join(ctx, made, u)
}

// invite sends the invitation again to somebody who never came: it holds for a week.
func (a *Account) invite(ctx context.Context, made *Outputs, u NewUser, status types.UserStatusType) error {
	if status != types.UserStatusTypeForceChangePassword {
		return nil
	}
	_, err := a.Cognito.AdminCreateUser(ctx, &cognito.AdminCreateUserInput{UserPoolId: &made.UserPoolID, Username: &u.Name,
		DesiredDeliveryMediums: []types.DeliveryMediumType{types.DeliveryMediumTypeEmail},
		MessageAction:          types.MessageActionTypeResend})
	return problem(messages.New("account.cannotSendInvitationAgain", u.Name), err)
}

// join puts a user into their group.
func (a *Account) join(ctx context.Context, made *Outputs, u NewUser) error {
	_, err := a.Cognito.AdminAddUserToGroup(
		ctx,
		&cognito.AdminAddUserToGroupInput{UserPoolId: &made.UserPoolID, Username: &u.Name, GroupName: &u.Group},
	)
	if code(err) == "ResourceNotFoundException" {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.noGroupUserPool", u.Group),
			Next: messages.New("account.updateStackSetupTry"), Cause: err}
	}
	return problem(messages.New("account.cannotPutGroup", u.Name, u.Group), err)
}
