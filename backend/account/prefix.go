package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend/messages"
)

// DefaultStack is the name of a stack unless another is given. Its resources' names have no prefix.
const DefaultStack = "avatar-launcher"

// prefixParameter is the template's parameter that begins the names of a stack's resources.
const prefixParameter = "Prefix"

// Named finds out how the names of the stack's resources begin: as set says, else as they do in the stack that exists.
// A new stack gets a prefix by its own name, which is added to set, so that several fit into one region.
func (a *Account) Named(ctx context.Context, set Parameters) error {
	if prefix, ok := set[prefixParameter]; ok {
		a.prefix = prefix
		return nil
	}
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return problem(messages.New("account.cannotLookStack"), err)
	}
	given := map[string]string{}
	if s != nil {
		for _, p := range s.Parameters {
			given[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	if given["ZoneName"] == "" { // there is no stack, or none but what an earlier one left
		if a.prefix = prefixOf(a.Stack); a.prefix != "" {
			set[prefixParameter] = a.prefix
		}
		return nil
	}
	a.prefix = given[prefixParameter]
	return nil
}

// longestPrefix is what the template's pattern allows.
const longestPrefix = 16

// reservedWords are not allowed in the domain of a user pool's sign-in pages, which begins with the prefix.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
var reservedWords = regexp.MustCompile("aws|amazon|cognito")

// prefixOf returns the prefix of a new stack's names. A stack name that is no prefix by itself gets a part of its hash.
func prefixOf(stack string) string {
	if stack == DefaultStack {
		return ""
	}
	name := strings.ToLower(stack)
	if name == stack && len(name) < longestPrefix && !reservedWords.MatchString(name) {
		return name + "-"
	}
	sum := sha256.Sum256([]byte(stack))
	name = strings.ReplaceAll(reservedWords.ReplaceAllString(name, ""), "--", "-")
	name = strings.Trim(name[:min(len(name), longestPrefix-6)], "-")
	if name = name + "-" + hex.EncodeToString(sum[:2]); name[0] < 'a' || reservedWords.MatchString(name) {
		name = "s-" + hex.EncodeToString(sum[:4])
	}
	return name + "-"
}

// named returns a part of the template in which the stack's prefix is filled in.
func (a *Account) named(v any) any { return withPrefix(v, a.prefix) }

// withPrefix returns a part of the template in which a prefix is filled in.
func withPrefix(v any, prefix string) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = withPrefix(each, prefix)
		}
		return out
	case map[string]any:
		if text, ok := v["Fn::Sub"].(string); ok {
			text = strings.ReplaceAll(text, "${Prefix}", prefix)
			if !strings.Contains(text, "${") {
				return text
			}
			return map[string]any{"Fn::Sub": text}
		}
		out := map[string]any{}
		for k, each := range v {
			out[k] = withPrefix(each, prefix)
		}
		return out
	case string: // the first part of an Fn::Sub with values of its own
		return strings.ReplaceAll(v, "${Prefix}", prefix)
	}
	return v
}
