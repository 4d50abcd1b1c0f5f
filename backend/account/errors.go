package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
)

func code(err error) string    { return awsx.Code(err) }
func isDenied(err error) bool  { return awsx.IsDenied(err) }
func isExpired(err error) bool { return awsx.IsExpired(err) }

// action is the IAM action of the call that failed, such as "cloudformation:CreateChangeSet".
func action(err error) string {
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return "this"
	}
	service := strings.ToLower(strings.ReplaceAll(op.Service(), " ", ""))
	if name, ok := map[string]string{"cognitoidentityprovider": "cognito-idp", "servicequotas": "servicequotas"}[service]; ok {
		service = name
	}
	return service + ":" + op.Operation()
}

// problem says what could not be done, for an operator. nil stays nil, and a Problem stays as it is.
func problem(doing string, err error) error {
	var known *backend.Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	p := &backend.Problem{Kind: backend.KindUnexpected, What: "It was not possible to " + doing, Cause: err}
	c := code(err)
	var answer *smithyhttp.ResponseError
	switch {
	case errors.Is(err, context.Canceled):
		p.Kind, p.What = backend.KindInterrupted, "It was broken off"
		p.Next = "What CloudFormation has begun goes on by itself; setup takes it up where it is."
	case isExpired(err):
		p.Kind, p.Why = backend.KindRefused, "Your AWS credentials have expired or are not valid ("+c+")."
		p.Next = "Sign in again, such as by aws sso login, then call this again."
	case isDenied(err):
		p.Kind, p.Why = backend.KindDenied, "Your AWS credentials may not do "+action(err)+"."
		p.Next = "Use an administrator's credentials, or have this permission added."
	case awsx.Is(err, "OptInRequired", "UnsupportedOperation"):
		p.Kind, p.Why = backend.KindConfig, "The region is not switched on for this account, or lacks the service ("+c+")."
		p.Next = "Choose another by --region."
	case awsx.IsThrottled(err):
		p.Kind, p.Why, p.Next = backend.KindBusy, "AWS is being asked too much at the moment.", "Try again in a minute."
	case c != "":
		p.Why = message(err) + " (" + c + ")."
	case awsx.IsUnreachable(err):
		p.Kind, p.Why = backend.KindUnreachable, action(err)+" was not answered."
		p.Next = "Check the network connection and the region: a region that does not exist has no address either."
	case errors.As(err, &answer):
		p.Kind, p.Why = backend.KindUnreachable, fmt.Sprintf(
			"%s was answered by HTTP status %d and no AWS error.",
			action(err),
			answer.HTTPStatusCode(),
		)
		p.Next = "Check the region and the endpoint, then try again in a minute."
	default:
		p.Why = strings.TrimSuffix(awsx.Innermost(err).Error(), ".") + "."
	}
	return p
}

// message is what AWS says, without the dot at its end.
func message(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return strings.TrimSuffix(api.ErrorMessage(), ".")
}
