package fleet

import (
	"errors"
	"strings"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"

	"github.com/aws/smithy-go"
)

// TestQuotaProblem tells a quota, which an operator can raise, from a lack of capacity, which passes.
func TestQuotaProblem(t *testing.T) {
	for code, want := range map[string]struct{ why, next string }{
		"VcpuLimitExceeded": {"quota for instances of this type is used up, or is 0 (VcpuLimitExceeded)",
			"higher quota"},
		"InstanceLimitExceeded": {"quota for instances of this type is used up, or is 0 (InstanceLimitExceeded)",
			"higher quota"},
		"InsufficientInstanceCapacity": {"no instances of this type", "few minutes"},
	} {
		err := problem(messages.Verbatim("start your avatar"), &smithy.GenericAPIError{Code: code})
		var p *backend.Problem
		if !errors.As(err, &p) || p.Kind != backend.KindCapacity || !strings.Contains(p.Why.String(), want.why) ||
			!strings.Contains(p.Next.String(), want.next) {
			t.Errorf("%s: %+v", code, p)
		}
		err = &smithy.GenericAPIError{Code: code}
		if why := lackOf(err).String(); !strings.Contains(why, want.why) || isQuota(err) != strings.Contains(why, want.next) {
			t.Errorf("%s: the queue says %q", code, why)
		}
	}
}
