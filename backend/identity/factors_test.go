package identity_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// TestFactors asks by what an account may sign in, before and after it has a passkey, and where there is no choice.
func TestFactors(t *testing.T) {
	w := newWorld(t)
	w.addUser(t, "plain", "Plain-Passw0rd-1")
	s := w.browsing(t, w.ports(t, 1), func(address string) error {
		go func() { w.person(t).addPasskey(t, address, "demo", w.password(t, "demo")) }()
		return nil
	})
	want := func(name string, want identity.Factors) {
		t.Helper()
		got, err := s.Factors(t.Context(), name)
		must(t, err)
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	_, err := s.Factors(t.Context(), " ")
	refusal(t, err, backend.KindRefused, "The user name is missing")
	want("plain", identity.Factors{Password: true})
	want(" demo ", identity.Factors{Password: true, Code: true})
	_, _, err = s.SignIn(t.Context(), "demo", w.password(t, "demo"))
	must(t, err)
	must(t, s.AddPasskey(t.Context(), func(string) {}))
	want("demo", identity.Factors{Password: true, Code: true, Passkey: true})
	_, err = w.admin.UpdateUserPool(
		t.Context(),
		&cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &w.out.UserPoolID},
	)
	must(t, err)
	want("demo", identity.Factors{Password: true})
	w.wire.cut()
	_, err = s.Factors(t.Context(), "demo")
	refusal(t, err, backend.KindUnreachable, "")
}
