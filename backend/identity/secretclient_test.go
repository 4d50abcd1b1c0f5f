package identity

import (
	"testing"

	"github.com/aws/smithy-go"

	"avatar-launcher/backend"
)

// TestClientWithASecret is the operator's to change, and no wrong password.
func TestClientWithASecret(t *testing.T) {
	err := &smithy.GenericAPIError{Code: "NotAuthorizedException",
		Message: "Client 1abc is configured with secret but SECRET_HASH was not received"}
	for _, at := range []stage{signingIn, answering, resuming, sendingReset, resetting} {
		if p := explain(at, err); p.Kind != backend.KindConfig || p.Why.String() != secretClient.why.String() {
			t.Errorf("stage %d: %v", at, p)
		}
	}
	if p := explain(signingIn, &smithy.GenericAPIError{Code: "NotAuthorizedException",
		Message: "Incorrect username or password."}); p.Kind != backend.KindRefused {
		t.Errorf("a wrong password: %v", p)
	}
}
