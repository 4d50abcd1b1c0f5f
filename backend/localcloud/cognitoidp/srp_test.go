package cognitoidp_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cognitosrp "github.com/alexrudd/cognito-srp/v4"
)

// srpSignIn runs the exchange with an outside client library, and gives edit a chance to spoil its answer.
func (c *cloud) srpSignIn(name, pw, secret string, edit func(obj)) (obj, *apiError) {
	c.t.Helper()
	var sp *string
	if secret != "" {
		sp = &secret
	}
	client, err := cognitosrp.NewCognitoSRP(name, pw, c.pool, c.client, sp)
	if err != nil {
		c.t.Fatal(err)
	}
	out, e := c.try("InitiateAuth",
		obj{"AuthFlow": "USER_SRP_AUTH", "ClientId": c.client, "AuthParameters": client.GetAuthParams()})
	if e != nil {
		return nil, e
	}
	params := map[string]string{}
	for k, v := range out.at("ChallengeParameters").(map[string]any) {
		params[k] = v.(string)
	}
	responses, err := client.PasswordVerifierChallenge(params, c.env.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	answer := obj{}
	for k, v := range responses {
		answer[k] = v
	}
	if edit != nil {
		edit(answer)
	}
	return c.try("RespondToAuthChallenge",
		obj{"ClientId": c.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": answer})
}

// Many exchanges, since the padding of numbers differs from one to the next.
func TestSRPWithAnOutsideClient(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("Demo")
	for i := range 40 {
		if _, e := c.srpSignIn("demo", password, "", nil); e != nil {
			t.Fatalf("exchange %d: %s", i, e)
		}
	}
}

func TestSRPRefuses(t *testing.T) {
	tests := []struct {
		name, user, password string
		prevent              string
		edit                 func(obj)
		code, message        string
	}{
		{"wrong password", "demo", "Wrong-Horse-7", "ENABLED", nil, "NotAuthorizedException",
			"Incorrect username or password."},
		{"unknown user, hidden", "nobody", password, "ENABLED", nil, "NotAuthorizedException",
			"Incorrect username or password."},
		{"unknown user, told", "nobody", password, "LEGACY", nil, "UserNotFoundException", "User does not exist."},
		{"signature of another time", "demo", password, "ENABLED",
			func(r obj) { r["TIMESTAMP"] = "Mon Jan 2 15:04:05 UTC 2006" },
			"NotAuthorizedException", "Incorrect username or password."},
		{"no time at all", "demo", password, "ENABLED", func(r obj) { r["TIMESTAMP"] = "yesterday" },
			"InvalidParameterException", "TIMESTAMP"},
		{"foreign block", "demo", password, "ENABLED", func(r obj) { r["PASSWORD_CLAIM_SECRET_BLOCK"] = "AAAA" },
			"NotAuthorizedException", "Invalid session"},
		{"other user's name", "demo", password, "ENABLED", func(r obj) { r["USERNAME"] = "other" }, "NotAuthorizedException",
			"Invalid session"},
		{"empty signature", "demo", password, "ENABLED", func(r obj) { r["PASSWORD_CLAIM_SIGNATURE"] = "" },
			"NotAuthorizedException", "Incorrect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := fresh(t, nil, obj{"PreventUserExistenceErrors": tt.prevent})
			c.addUser("demo")
			c.addUser("other")
			_, e := c.srpSignIn(tt.user, tt.password, "", tt.edit)
			if e == nil || e.code != tt.code || !strings.Contains(e.message, tt.message) {
				t.Fatalf("got %v, want %s: %s", e, tt.code, tt.message)
			}
		})
	}
}

func TestSRPRefusesDegenerateA(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	n := "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
		"EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
		"83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
		"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
		"15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
		"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
		"BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
	for _, a := range []string{"0", "00", n, "-1", "xyz", strings.Repeat("F", 800)} {
		c.refused("InvalidParameterException", "SRP_A", "InitiateAuth", obj{"AuthFlow": "USER_SRP_AUTH", "ClientId": c.client,
			"AuthParameters": obj{"USERNAME": "demo", "SRP_A": a}})
	}
}

func TestSRPBlockWorksOnceAndExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil, nil)
		c.addUser("demo")
		var used obj
		if _, e := c.srpSignIn("demo", password, "", func(r obj) { used = r }); e != nil {
			t.Fatal(e)
		}
		c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge",
			obj{"ClientId": c.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": used})
		_, e := c.srpSignIn("demo", password, "", func(obj) { time.Sleep(3 * time.Minute) })
		if e == nil || !strings.Contains(e.message, "expired") {
			t.Fatalf("got %v, want an expired session", e)
		}
	})
}

func TestDecoySaltStaysTheSame(t *testing.T) {
	c := fresh(t, nil, obj{"PreventUserExistenceErrors": "ENABLED"})
	salt := func(name string) string {
		return c.must("InitiateAuth", obj{"AuthFlow": "USER_SRP_AUTH", "ClientId": c.client,
			"AuthParameters": obj{"USERNAME": name, "SRP_A": "abcdef12"}}).str("ChallengeParameters", "SALT")
	}
	if first, again := salt("ghost"), salt("ghost"); first != again || first == salt("phantom") {
		t.Error("the salt of a user who does not exist must depend on the name alone")
	}
}

func TestClientSecret(t *testing.T) {
	c := fresh(t, nil, obj{"GenerateSecret": true})
	c.addUser("demo")
	secret := c.must("DescribeUserPoolClient", obj{"UserPoolId": c.pool, "ClientId": c.client}).str("UserPoolClient",
		"ClientSecret")
	if _, e := c.srpSignIn("demo", password, secret, nil); e != nil {
		t.Fatal(e)
	}
	for _, wrong := range []string{"", "not-the-secret"} {
		if _, e := c.srpSignIn("demo", password, wrong, nil); e == nil || e.code != "NotAuthorizedException" {
			t.Errorf("secret %q: %v", wrong, e)
		}
	}
}

// TestSRPWithFlowsOfTheOldNames signs in to clients whose flows are of the names before 2019, none of which is SRP's.
func TestSRPWithFlowsOfTheOldNames(t *testing.T) {
	for flow, allowed := range map[string]bool{
		"ADMIN_NO_SRP_AUTH": true, "USER_PASSWORD_AUTH": true, "CUSTOM_AUTH_FLOW_ONLY": false,
		"ALLOW_USER_PASSWORD_AUTH": false,
	} {
		c := fresh(t, nil, obj{"ExplicitAuthFlows": []string{flow}})
		c.addUser("demo")
		if _, e := c.srpSignIn("demo", password, "", nil); (e == nil) != allowed {
			t.Errorf("%s: %v", flow, e)
		}
	}
}

// TestCapitalisedBooleans takes what Python and the console write of a boolean.
func TestCapitalisedBooleans(t *testing.T) {
	c := fresh(t, nil, nil)
	for _, v := range []string{"True", "False"} {
		c.addUser("user-"+v, attr("email", "a@example.com"), attr("email_verified", v))
	}
	c.refused("InvalidParameterException", "boolean", "AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "x",
		"UserAttributes": []obj{attr("email_verified", "yes")}})
}
