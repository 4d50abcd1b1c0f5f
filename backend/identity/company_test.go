package identity_test

import (
	"context"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
)

// Somebody who is in no group has no rights and is told so. They have some at the next try after they were added to
// one, without another sign-in.
func TestNobodyHasRightsWithoutAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.admin.AdminRemoveUserFromGroup(t.Context(), &cognitoidentityprovider.AdminRemoveUserFromGroupInput{
			UserPoolId: &w.out.UserPoolID, Username: aws.String("demo"), GroupName: aws.String("keeper")})
		must(t, err)
		s := w.signedIn(t, "demo")
		_, err = s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindDenied, "You’re in no group that may use avatars")
		w.join(t, "demo", "user")
		retrieve(t, s)
	})
}

// The browser goes straight to the sign-in that the profile names.
func TestTheBrowserGoesToTheCompanysSignIn(t *testing.T) {
	for name, b := range map[string]identity.Browser{"identity_provider": {Provider: "Acme"},
		"idp_identifier": {Identifier: "acme.example"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			var went string
			b.Domain, b.RedirectURIs = "http://localcloud", w.out.RedirectURIs
			b.Open = func(address string) error { went = address; cancel(); return nil }
			o := w.options()
			o.Browser = &b
			_, err := identity.New(o).SignInByBrowser(ctx, func(backend.Challenge) {})
			refusal(t, err, backend.KindInterrupted, "")
			u, err := url.Parse(went)
			must(t, err)
			if got, want := u.Query().Get(name), b.Provider+b.Identifier; got != want {
				t.Errorf("%s is %q in %s, want %q", name, got, went, want)
			}
		})
	}
}
