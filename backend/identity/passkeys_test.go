package identity_test

import (
	"html"
	"net/url"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/descope/virtualwebauthn"

	"avatar-launcher/backend"
)

var options = regexp.MustCompile(`data-options="([^"]*)"`)

// addPasskey signs in where the address leads and makes a passkey on the page behind it.
func (p *person) addPasskey(t *testing.T, address, username, password string) {
	t.Helper()
	page := p.signIn(t, address, username, password)
	form, token, asked := action.FindStringSubmatch(page), csrf.FindStringSubmatch(page), options.FindStringSubmatch(page)
	if form == nil || token == nil || asked == nil {
		t.Errorf("no passkey is asked for: %s", page)
		return
	}
	want, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + html.UnescapeString(asked[1]) + `}`)
	if err != nil {
		t.Error(err)
		return
	}
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA)
	rp := virtualwebauthn.RelyingParty{ID: "localhost", Origin: "http://localhost:4566"}
	made := virtualwebauthn.CreateAttestationResponse(rp, virtualwebauthn.NewAuthenticator(), key, *want)
	res, err := p.client.PostForm("http://localcloud"+html.UnescapeString(form[1]),
		url.Values{"_csrf": {token[1]}, "answer": {made}})
	read(t, res, err)
}

func TestPasskeys(t *testing.T) {
	w := newWorld(t)
	name := "demo"
	s := w.browsing(t, w.ports(t, 1), func(address string) error {
		go func() { w.person(t).addPasskey(t, address, name, w.password(t, name)) }()
		return nil
	})
	refusal(t, s.AddPasskey(t.Context(), func(string) {}), backend.KindRefused, "You’re not signed in")
	_, _, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
	must(t, err)
	shown := ""
	must(t, s.AddPasskey(t.Context(), func(address string) { shown = address }))
	if u, err := url.Parse(shown); err != nil || u.Path != "/passkeys/add" {
		t.Errorf("the browser is sent to %q", shown)
	}
	all, err := s.Passkeys(t.Context())
	must(t, err)
	if len(all) != 1 || all[0].Name != "Passkey 1" || all[0].Domain != "localhost" || all[0].Created.IsZero() {
		t.Fatalf("got %+v", all)
	}
	if n := w.count("cognito-idp:RevokeToken"); n != 1 {
		t.Errorf("the browser's sign-in was revoked %d times", n)
	}

	name = "alice"
	refusal(t, s.AddPasskey(t.Context(), func(string) {}), backend.KindRefused, "signed in as alice")
	must(t, s.RemovePasskey(t.Context(), all[0].ID))
	refusal(t, s.RemovePasskey(t.Context(), all[0].ID), backend.KindRefused, "no passkey with this ID")
	_, err = w.admin.UpdateUserPool(
		t.Context(),
		&cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &w.out.UserPoolID},
	)
	must(t, err) // which sets the sign-in policy to passwords only
	refusal(t, s.AddPasskey(t.Context(), func(string) { t.Error("the browser is asked") }), backend.KindConfig,
		"doesn’t use passkeys")
	left, err := s.Passkeys(t.Context())
	must(t, err)
	if len(left) != 0 {
		t.Errorf("got %+v", left)
	}
}
