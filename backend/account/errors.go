package account

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/messages"
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
	if name, ok := map[string]string{"cognitoidentityprovider": "cognito-idp",
		"servicequotas": "servicequotas"}[service]; ok {
		service = name
	}
	return service + ":" + op.Operation()
}

// problem says what could not be done, for an operator. nil stays nil, and a Problem stays as it is.
func problem(what messages.Message, err error) error {
	var known *backend.Problem
	if err == nil || errors.As(err, &known) {
		return err
	}
	p := &backend.Problem{Kind: backend.KindUnexpected, What: what, Cause: err}
	c := code(err)
	var answer *smithyhttp.ResponseError
	switch {
	case errors.Is(err, context.Canceled):
		p.Kind, p.What = backend.KindInterrupted, messages.New("common.brokenOff")
		p.Next = messages.New("account.cloudformationBegunGoesItself")
	case isExpired(err):
		p.Kind, p.Why = backend.KindRefused, messages.New("account.awsCredentialsExpiredNot", c)
		p.Next = messages.New("account.signInAgainAwsSso")
	case isDenied(err):
		p.Kind, p.Why = backend.KindDenied, messages.New("account.awsCredentialsNot", action(err))
		p.Next = messages.New("account.useAdministratorCredentialsPermission")
	case awsx.Is(err, "OptInRequired", "UnsupportedOperation"):
		p.Kind, p.Why = backend.KindConfig, messages.New("account.regionNotSwitchedAccount", c)
		p.Next = messages.New("account.chooseAnotherRegion")
	case awsx.IsThrottled(err):
		p.Kind, p.Why, p.Next = backend.KindBusy, messages.New("common.awsBeingAskedToo"),
			messages.New("common.tryAgainMinute")
	case c != "":
		p.Why = messages.Verbatim(message(err) + " (" + c + ").")
	case awsx.IsUnreachable(err):
		p.Kind, p.Why = backend.KindUnreachable, messages.New("account.notAnswered", action(err))
		p.Next = messages.New("account.checkNetworkConnectionRegion")
	case errors.As(err, &answer):
		p.Kind, p.Why = backend.KindUnreachable,
			messages.New("account.answeredHttpStatusNo", action(err), answer.HTTPStatusCode())
		p.Next = messages.New("account.checkRegionEndpointTry")
	default:
		p.Why = messages.Verbatim(strings.TrimSuffix(awsx.Innermost(err).Error(), ".") + ".")
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
