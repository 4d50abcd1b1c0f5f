package account

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"avatar-launcher/backend/messages"
)

// decoder is an STS that decodes to a message, or refuses to if there is none.
type decoder struct {
	doctorSTS
	asked, decoded string
}

func (s *decoder) DecodeAuthorizationMessage(_ context.Context, in *sts.DecodeAuthorizationMessageInput,
	_ ...func(*sts.Options)) (
	*sts.DecodeAuthorizationMessageOutput, error,
) {
	s.asked = aws.ToString(in.EncodedMessage)
	if s.decoded == "" {
		return nil, &smithy.GenericAPIError{Code: "AccessDenied"}
	}
	return &sts.DecodeAuthorizationMessageOutput{DecodedMessage: &s.decoded}, nil
}

// Decoded messages in the form that AWS documents.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
const (
	deniedByStatement = `{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"KeepInstancesInThePool",` +
		`"effect":"DENY","principals":{"items":[{"value":"AROA1"}]},"actions":{"items":[{"value":"ec2:CreateTags"}]}}]},` +
		`"failures":{"items":[]},"context":{"principal":{"id":"AROA1:ann","arn":"arn:aws:sts::1:assumed-role/r/ann"},` +
		`"action":"ec2:CreateTags","resource":"arn:aws:ec2:us-east-1:1:instance/i-1","conditions":{"items":[]}}}`
	deniedByNone = `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},` +
		`"context":{"principal":{"id":"AROA1:ann"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:us-east-1:1:instance/*",` +
		`"conditions":{"items":[{"key":"ec2:MetadataHttpTokens","values":{"items":[{"value":"optional"}]}},` +
		`{"key":"ec2:InstanceType","values":{"items":[{"value":"t3.micro"}]}}]}}}`
)

// TestTheDoctorNamesTheStatementThatDenied decodes the reason that EC2 encodes, or says who can.
func TestTheDoctorNamesTheStatementThatDenied(t *testing.T) {
	const code = "4GIOHlTkIaWHQD0Q0m6XSnuU"
	encoded := "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/r/ann is not " +
		"authorized to " +
		"perform: ec2:RunInstances. Encoded authorization failure message: " + code
	for name, tt := range map[string]struct{ message, decoded, why, cure string }{
		"a statement": {encoded, deniedByStatement,
			"ec2:CreateTags on arn:aws:ec2:us-east-1:1:instance/i-1: the statement KeepInstancesInThePool", "administrator"},
		"none": {encoded, deniedByNone, "ec2:InstanceType = t3.micro, ec2:MetadataHttpTokens = optional",
			"administrator"},
		"not decodable": {encoded, "", "to use ec2:RunInstances", "--encoded-message " + code},
		"not JSON":      {encoded, "<html>", "to use ec2:RunInstances", "administrator"},
		"a policy of the organization": {"User: u is not authorized to perform: ec2:RunInstances on resource: r with an " +
			"explicit deny in a service " +
			"control policy: arn:aws:organizations::1:policy/p-1", "",
			"explicit deny in a service control policy: arn:aws:organizations::1:policy/p-1", "administrator"},
		"no policy": {"User: u is not authorized to perform: dynamodb:Query on resource: r because no identity-based " +
			"policy allows the " +
			"dynamodb:Query action", "", "no identity-based policy allows the dynamodb:Query action", "administrator"},
		"nothing said": {"Access denied", "", "to use ec2:RunInstances.", "administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &decoder{decoded: tt.decoded}
			d := &Doctor{STS: fake}
			err := &smithy.OperationError{ServiceID: "EC2", OperationName: "RunInstances",
				Err: &smithy.GenericAPIError{Code: "UnauthorizedOperation", Message: tt.message}}
			c := d.verdict(t.Context(), messages.New("account.launching"), messages.Message{}, err)
			if c.OK || !strings.Contains(c.Why.String(), tt.why) || !strings.Contains(c.Cure.String(), tt.cure) {
				t.Errorf("it says %q and %q", c.Why, c.Cure)
			}
			if want := strings.Contains(tt.message, "Encoded"); (fake.asked == code) != want {
				t.Errorf("it asked to decode %q", fake.asked)
			}
		})
	}
	if c := (&Doctor{STS: &decoder{}}).verdict(t.Context(), messages.New("account.launching"), messages.Message{},
		errors.New("no route")); c.OK {
		t.Error("another error is no failure")
	}
}
