package cognitoidp_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/descope/virtualwebauthn"

	"avatar-launcher/backend/localcloud/store"
)

// party is the relying party of the tests' pools, and a page of its.
var party = virtualwebauthn.RelyingParty{Name: "auth.example.com", ID: "auth.example.com",
	Origin: "https://auth.example.com"}

// authenticator is somebody's security key: what makes and holds passkeys.
type authenticator struct {
	device virtualwebauthn.Authenticator
	key    virtualwebauthn.Credential
}

// wholeKey is the length of a P-256 key in COSE. The library leaves out leading zeros of coordinates, which
// authenticators must not (RFC 9053, 7.1.1), so a shorter key is made anew.
const wholeKey = 77

func newAuthenticator() *authenticator {
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != wholeKey {
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return &authenticator{virtualwebauthn.NewAuthenticator(), key}
}

// make answers the options of a registration on a page of rp, as a browser would send it.
func (a *authenticator) make(t testing.TB, rp virtualwebauthn.RelyingParty, options any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"publicKey": options})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := virtualwebauthn.ParseAttestationOptions(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	a.device.Options.UserHandle = []byte(asked.UserID)
	a.device.AddCredential(a.key)
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(rp, a.device, a.key, *asked))
}

// sign answers CREDENTIAL_REQUEST_OPTIONS on a page of rp.
func (a *authenticator) sign(t testing.TB, rp virtualwebauthn.RelyingParty, options string) string {
	t.Helper()
	asked, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + options + `}`)
	if err != nil {
		t.Fatal(err)
	}
	a.key.Counter++
	return virtualwebauthn.CreateAssertionResponse(rp, a.device, a.key, *asked)
}

func signInPolicy(factors ...string) obj {
	return obj{"SignInPolicy": obj{"AllowedFirstAuthFactors": factors}}
}

// passwordless is a pool that lets users begin with each first factor, with one user who has an address.
func passwordless(t testing.TB, client obj) *cloud {
	t.Helper()
	c := fresh(t, obj{"Policies": signInPolicy("PASSWORD", "EMAIL_OTP", "WEB_AUTHN")}, client)
	c.must("SetUserPoolMfaConfig", obj{"UserPoolId": c.pool, "WebAuthnConfiguration": obj{"RelyingPartyId": party.ID}})
	c.addUser("demo", attr("email", "demo@example.com"), attr("email_verified", "true"))
	return c
}

// register makes a passkey for a user.
func (c *cloud) register(name string) *authenticator {
	c.t.Helper()
	a, access := newAuthenticator(), c.tokens(name).str("AccessToken")
	out := c.must("StartWebAuthnRegistration", obj{"AccessToken": access})
	c.must("CompleteWebAuthnRegistration",
		obj{"AccessToken": access, "Credential": a.make(c.t, party, out["CredentialCreationOptions"])})
	return a
}

// choose is USER_AUTH; an empty preference asks what there is.
func (c *cloud) choose(name, preference string) obj {
	p := obj{"USERNAME": name}
	if preference != "" {
		p["PREFERRED_CHALLENGE"] = preference
	}
	return obj{"AuthFlow": "USER_AUTH", "ClientId": c.client, "AuthParameters": p}
}

// offered is the list of first factors in an answer.
func offered(out obj) []string {
	var all []string
	for _, v := range out["AvailableChallenges"].([]any) {
		all = append(all, v.(string))
	}
	return all
}

// https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
func TestPasskeySignIn(t *testing.T) {
	c := passwordless(t, nil)
	a := c.register("demo")
	listed := c.must("InitiateAuth", c.choose("demo", ""))
	wantEqual(t, "offer", offered(listed), []string{"PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "WEB_AUTHN"})
	chosen := c.must("RespondToAuthChallenge", c.respond(listed, obj{"USERNAME": "demo", "ANSWER": "WEB_AUTHN"}))
	direct := c.must("InitiateAuth", c.choose("demo", "WEB_AUTHN"))
	for _, out := range []obj{chosen, direct} {
		wantEqual(t, "challenge", out["ChallengeName"], "WEB_AUTHN")
		done := c.must("RespondToAuthChallenge", c.respond(out, obj{"USERNAME": "demo",
			"CREDENTIAL": a.sign(t, party, out.str("ChallengeParameters", "CREDENTIAL_REQUEST_OPTIONS"))}))
		if done.str("AuthenticationResult", "IdToken") == "" {
			t.Errorf("no tokens: %v", done)
		}
	}
	factors := c.must("GetUserAuthFactors", obj{"AccessToken": c.tokens("demo").str("AccessToken")})
	wantEqual(t, "factors", factors["ConfiguredUserAuthFactors"], []any{"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"})
}

func TestWrongPasskeys(t *testing.T) {
	c := passwordless(t, nil)
	a := c.register("demo")
	c.addUser("other", attr("email", "other@example.com"), attr("email_verified", "true"))
	c.register("other")
	elsewhere := party
	elsewhere.Origin = "https://evil.example"
	tests := map[string]struct {
		name string
		key  *authenticator
		page virtualwebauthn.RelyingParty
		want string
	}{
		"another page":        {"demo", a, elsewhere, "NotAuthorizedException"},
		"another user's name": {"other", a, party, "NotAuthorizedException"},
		"an unknown key":      {"demo", newAuthenticator(), party, "NotAuthorizedException"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := c.must("InitiateAuth", c.choose(tt.name, "WEB_AUTHN"))
			answer := c.respond(out, obj{"USERNAME": tt.name, "CREDENTIAL": tt.key.sign(t, tt.page,
				out.str("ChallengeParameters", "CREDENTIAL_REQUEST_OPTIONS"))})
			c.refused(tt.want, "", "RespondToAuthChallenge", answer)
			c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge", answer)
		})
	}
	out := c.must("InitiateAuth", c.choose("demo", "WEB_AUTHN"))
	c.refused("InvalidParameterException", "AuthenticationResponseJSON", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "CREDENTIAL": "{}"}))
	old := a.sign(t, party, out.str("ChallengeParameters", "CREDENTIAL_REQUEST_OPTIONS"))
	again := c.must("InitiateAuth", c.choose("demo", "WEB_AUTHN"))
	c.refused("NotAuthorizedException", "", "RespondToAuthChallenge",
		c.respond(again, obj{"USERNAME": "demo", "CREDENTIAL": old}))
}

func TestPasskeysOfAUser(t *testing.T) {
	c := passwordless(t, nil)
	c.register("demo")
	c.register("demo")
	access := obj{"AccessToken": c.tokens("demo").str("AccessToken")}
	list := c.must("ListWebAuthnCredentials", access)["Credentials"].([]any)
	if len(list) != 2 {
		t.Fatalf("%d passkeys", len(list))
	}
	var names []string
	for _, k := range list {
		names = append(names, k.(map[string]any)["FriendlyCredentialName"].(string))
		wantEqual(t, "relying party", k.(map[string]any)["RelyingPartyId"], party.ID)
	}
	slices.Sort(names)
	wantEqual(t, "names", names, []string{"Passkey 1", "Passkey 2"})
	first := c.must("ListWebAuthnCredentials", access.with(obj{"MaxResults": 1}))
	if first.str("NextToken") == "" {
		t.Error("no second page")
	}
	id := list[0].(map[string]any)["CredentialId"]
	c.must("DeleteWebAuthnCredential", access.with(obj{"CredentialId": id}))
	c.refused("ResourceNotFoundException", "", "DeleteWebAuthnCredential", access.with(obj{"CredentialId": id}))
	c.must("DeleteWebAuthnCredential",
		access.with(obj{"CredentialId": list[1].(map[string]any)["CredentialId"]}))
	out := c.must("InitiateAuth", c.choose("demo", "WEB_AUTHN"))
	wantEqual(t, "challenge without a passkey", out["ChallengeName"], "SELECT_CHALLENGE")
}

// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CompleteWebAuthnRegistration.html
func TestRefusedRegistrations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := passwordless(t, nil)
		access := c.tokens("demo").str("AccessToken")
		start := func() any {
			return c.must("StartWebAuthnRegistration", obj{"AccessToken": access})["CredentialCreationOptions"]
		}
		elsewhere, below, other := party, party, party
		elsewhere.Origin, below.Origin = "https://evil.example", "https://login.auth.example.com"
		other.ID = "example.com"
		refused := func(code string, rp virtualwebauthn.RelyingParty, options any) {
			t.Helper()
			c.refused(code, "", "CompleteWebAuthnRegistration",
				obj{"AccessToken": access, "Credential": newAuthenticator().make(t, rp, options)})
		}
		refused("WebAuthnOriginNotAllowedException", elsewhere, start())
		refused("WebAuthnRelyingPartyMismatchException", other, start())
		c.must("CompleteWebAuthnRegistration",
			obj{"AccessToken": access, "Credential": newAuthenticator().make(t, below, start())})
		options := start()
		a := newAuthenticator()
		c.must("CompleteWebAuthnRegistration",
			obj{"AccessToken": access, "Credential": a.make(t, party, options)})
		refused("WebAuthnChallengeNotFoundException", party, options)
		c.refused("WebAuthnCredentialNotSupportedException", "", "CompleteWebAuthnRegistration",
			obj{"AccessToken": access, "Credential": a.make(t, party, start())})
		late := start()
		time.Sleep(6 * time.Minute)
		refused("WebAuthnChallengeNotFoundException", party, late)
		c.refused("InvalidParameterException", "", "CompleteWebAuthnRegistration",
			obj{"AccessToken": access, "Credential": obj{"id": "x"}})

		begun := start()
		c.addClient(nil)
		access = c.tokens("demo").str("AccessToken")
		refused("WebAuthnClientMismatchException", party, begun)
		c.must("SetUserPoolMfaConfig",
			obj{"UserPoolId": c.pool, "WebAuthnConfiguration": obj{"UserVerification": "required"}})
		c.refused("WebAuthnConfigurationMissingException", "", "StartWebAuthnRegistration", obj{"AccessToken": access})
		c.must("UpdateUserPool", obj{"UserPoolId": c.pool})
		c.refused("WebAuthnNotEnabledException", "", "StartWebAuthnRegistration", obj{"AccessToken": access})
	})
}

// Only a token that may look after the account may see or change its passkeys.
func TestPasskeysWantTheScope(t *testing.T) {
	c := passwordless(t, oauthClient)
	b := c.browser()
	_, tokens := b.exchange(c.codeForm(b.signIn(c.authorize(nil))))
	for _, op := range []string{"StartWebAuthnRegistration", "CompleteWebAuthnRegistration", "ListWebAuthnCredentials",
		"DeleteWebAuthnCredential", "GetUserAuthFactors"} {
		c.refused("NotAuthorizedException", "required scopes", op,
			obj{"AccessToken": tokens["access_token"], "Credential": obj{}, "CredentialId": "x"})
	}
}

func TestCodeSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := passwordless(t, nil)
		out := c.must("InitiateAuth", c.choose("demo", "EMAIL_OTP"))
		wantEqual(t, "challenge", out["ChallengeName"], "EMAIL_OTP")
		wantEqual(t, "destination", out.at("ChallengeParameters", "CODE_DELIVERY_DESTINATION"), "d***@e***")
		c.refused("CodeMismatchException", "", "RespondToAuthChallenge",
			c.respond(out, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": "x"}))
		answer := c.respond(out, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("sign-in")})
		if c.must("RespondToAuthChallenge", answer).str("AuthenticationResult", "RefreshToken") == "" {
			t.Error("no tokens")
		}
		c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge", answer)

		late := c.must("InitiateAuth", c.choose("demo", "EMAIL_OTP"))
		time.Sleep(4 * time.Minute)
		c.refused("NotAuthorizedException", "session is expired", "RespondToAuthChallenge",
			c.respond(late, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("sign-in")}))
	})
}

// A client that hides users sends somebody who does not exist through the same steps.
func TestCodesDoNotTellWhoExists(t *testing.T) {
	c := passwordless(t, obj{"PreventUserExistenceErrors": "ENABLED"})
	before := len(c.svc.Outbox())
	out := c.must("InitiateAuth", c.choose("ghost", "EMAIL_OTP"))
	real := c.must("InitiateAuth", c.choose("demo", "EMAIL_OTP"))
	wantEqual(t, "challenge", out["ChallengeName"], real["ChallengeName"])
	wantEqual(t, "offer", out["AvailableChallenges"], real["AvailableChallenges"])
	wantEqual(t, "messages", len(c.svc.Outbox())-before, 1)
	c.refused("CodeMismatchException", "", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "ghost", "EMAIL_OTP_CODE": "12345678"}))
}

// Whatever a user cannot begin with is not offered, and preferring it shows the list.
func TestOfferedFirstFactors(t *testing.T) {
	c := passwordless(t, nil)
	c.register("demo")
	passwords := []string{"PASSWORD_SRP", "PASSWORD"}
	wants := func(what, name string, want []string) {
		t.Helper()
		for _, preference := range []string{"", "SMS_OTP", "CUSTOM"} {
			out := c.must("InitiateAuth", c.choose(name, preference))
			wantEqual(t, what+": challenge", out["ChallengeName"], "SELECT_CHALLENGE")
			wantEqual(t, what, offered(out), want)
		}
	}
	c.addUser("plain", attr("email", "plain@example.com"))
	wants("an address that is not verified", "plain", passwords)
	c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "new",
		"UserAttributes": []obj{attr("email", "new@example.com"), attr("email_verified", "true")}})
	wants("a temporary password", "new", passwords)

	c.must("SetUserPoolMfaConfig", obj{"UserPoolId": c.pool, "MfaConfiguration": "OPTIONAL",
		"SoftwareTokenMfaConfiguration": obj{"Enabled": true}})
	wants("a second factor in the pool", "demo", append(slices.Clone(passwords), "EMAIL_OTP", "WEB_AUTHN"))
	access := c.tokens("demo").str("AccessToken")
	secret := c.must("AssociateSoftwareToken", obj{"AccessToken": access}).str("SecretCode")
	c.must("VerifySoftwareToken", obj{"AccessToken": access, "UserCode": c.totp(secret)})
	c.must("SetUserMFAPreference", obj{"AccessToken": access, "SoftwareTokenMfaSettings": obj{"Enabled": true}})
	wants("a second factor of the user's", "demo", passwords)

	out := c.must("InitiateAuth", c.choose("plain", ""))
	c.refused("InvalidParameterException", "not available", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "plain", "ANSWER": "WEB_AUTHN"}))
	c.must("RespondToAuthChallenge", c.respond(out, obj{"USERNAME": "plain", "ANSWER": "PASSWORD", "PASSWORD": password}))

	c.addClient(obj{"ExplicitAuthFlows": []string{"ALLOW_USER_SRP_AUTH"}})
	c.refused("InvalidParameterException", "USER_AUTH flow not enabled", "InitiateAuth", c.choose("demo", "EMAIL_OTP"))
}

// The messages of required MFA are those that AWS gave.
func TestSignInPolicies(t *testing.T) {
	c := fresh(t, nil, nil)
	update := func(factors ...string) obj {
		return obj{"UserPoolId": c.pool, "Policies": signInPolicy(factors...)}
	}
	c.refused("InvalidParameterException", "enum value set", "UpdateUserPool", update("PASSWORD", "MAGIC"))
	c.refused("InvalidParameterException", "PASSWORD must", "UpdateUserPool", update("EMAIL_OTP"))
	c.refused("InvalidParameterException", "SMS configuration is missing", "UpdateUserPool", update("PASSWORD", "SMS_OTP"))
	c.refused("FeatureUnavailableInTierException", "LITE", "UpdateUserPool",
		update("PASSWORD", "EMAIL_OTP").with(obj{"UserPoolTier": "LITE"}))

	on := obj{"UserPoolId": c.pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": obj{"Enabled": true}}
	c.must("UpdateUserPool", update("PASSWORD", "EMAIL_OTP"))
	c.refused("InvalidParameterException", "Only PASSWORD and WEB_AUTHN", "SetUserPoolMfaConfig", on)
	c.must("UpdateUserPool", update("PASSWORD", "WEB_AUTHN"))
	c.refused("InvalidParameterException", "Cannot set WebAuthn factor", "SetUserPoolMfaConfig", on)
	c.must("UpdateUserPool", update("PASSWORD"))
	c.must("SetUserPoolMfaConfig", on)
	c.refused("InvalidParameterException", "WEB_AUTHN cannot be used", "UpdateUserPool",
		update("PASSWORD", "WEB_AUTHN").with(obj{"MfaConfiguration": "ON"}))

	for _, bad := range []obj{{"UserVerification": "maybe"}, {"RelyingPartyId": "https://x"},
		{"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}} {
		c.refused("InvalidParameterException", "", "SetUserPoolMfaConfig",
			obj{"UserPoolId": c.pool, "WebAuthnConfiguration": bad})
	}
}

func TestPasskeysSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := bare(t, st)
	c.pool = c.must("CreateUserPool", obj{"PoolName": "avatars", "Policies": signInPolicy("PASSWORD", "WEB_AUTHN")}).
		at("UserPool", "Id").(string)
	c.addClient(nil)
	c.must("CreateUserPoolDomain", obj{"UserPoolId": c.pool, "Domain": "studio"})
	c.addUser("demo")
	page := virtualwebauthn.RelyingParty{ID: "studio.auth.us-east-1.amazoncognito.com",
		Origin: "https://studio.auth.us-east-1.amazoncognito.com"}
	a, access := newAuthenticator(), c.tokens("demo").str("AccessToken")
	out := c.must("StartWebAuthnRegistration", obj{"AccessToken": access})
	c.must("CompleteWebAuthnRegistration",
		obj{"AccessToken": access, "Credential": a.make(t, page, out["CredentialCreationOptions"])})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err = store.Open(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	again := bare(t, st)
	again.pool, again.client = c.pool, c.client
	asked := again.must("InitiateAuth", again.choose("demo", "WEB_AUTHN"))
	again.must("RespondToAuthChallenge", again.respond(asked, obj{"USERNAME": "demo",
		"CREDENTIAL": a.sign(t, page, asked.str("ChallengeParameters", "CREDENTIAL_REQUEST_OPTIONS"))}))
}
