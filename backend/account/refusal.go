package account

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// encodedMark begins what EC2 adds to a refusal: its reason, which only sts:DecodeAuthorizationMessage can read.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
const encodedMark = "Encoded authorization failure message: "

// refusal makes a check of a call that AWS denied: which statement denied it, or why none allows it, if AWS says so.
func (d *Doctor) refusal(ctx context.Context, name messages.Message, err error) backend.Check {
	c := backend.Check{Name: name, Why: messages.New("account.signInNot", action(err)),
		Cure: messages.New("account.askOperatorRightGroup")}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return c
	}
	said, encoded, isEncoded := strings.Cut(api.ErrorMessage(), encodedMark)
	if reason := plainReason(said); reason != "" {
		c.Why = messages.New("account.signInNotSince", action(err), reason)
	}
	if !isEncoded {
		return c
	}
	encoded = strings.TrimRight(strings.TrimSpace(encoded), ".")
	out, undecoded := d.STS.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &encoded})
	if undecoded != nil {
		c.Cure = messages.New("account.operatorCanDecode", encoded)
		return c
	}
	if why, ok := decodedReason(action(err), aws.ToString(out.DecodedMessage)); ok {
		c.Why = why
	}
	return c
}

// plainReason returns what AWS says of the policies in a refusal that is not encoded, "" if it says nothing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func plainReason(said string) string {
	for _, mark := range []string{" because ", " with "} {
		if _, reason, ok := strings.Cut(said, mark); ok {
			return strings.TrimRight(strings.TrimSpace(reason), ".")
		}
	}
	return ""
}

// decodedRefusal is the part of a decoded message that says who denied what.
type decodedRefusal struct {
	ExplicitDeny      bool
	MatchedStatements struct {
		Items []struct{ StatementID, Effect string }
	}
	Context struct {
		Action, Resource string
		Conditions       struct {
			Items []struct {
				Key    string
				Values struct{ Items []struct{ Value string } }
			}
		}
	}
}

// decodedReason says why a call was denied, by AWS's decoded message. It reports whether the message could be read.
func decodedReason(action, decoded string) (messages.Message, bool) {
	var r decodedRefusal
	if err := json.Unmarshal([]byte(decoded), &r); err != nil || r.Context.Resource == "" {
		return messages.Message{}, false
	}
	if r.Context.Action != "" {
		action = r.Context.Action
	}
	var denying []string
	for _, s := range r.MatchedStatements.Items {
		if strings.EqualFold(s.Effect, "DENY") {
			denying = append(denying, s.StatementID)
		}
	}
	if denying = slices.DeleteFunc(denying, func(id string) bool { return id == "" }); len(denying) > 0 {
		return messages.New("account.statementDenies", action, r.Context.Resource, strings.Join(denying, ", ")), true
	}
	if r.ExplicitDeny {
		return messages.New("account.statementWithoutNameDenies", action, r.Context.Resource), true
	}
	return messages.New("account.noStatementAllows", action, r.Context.Resource, r.conditions()), true
}

// conditions lists what AWS compared with the policies' conditions, such as "ec2:InstanceType = t3.micro".
func (r decodedRefusal) conditions() string {
	var out []string
	for _, c := range r.Context.Conditions.Items {
		var values []string
		for _, v := range c.Values.Items {
			values = append(values, v.Value)
		}
		out = append(out, c.Key+" = "+strings.Join(values, "/"))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
