package cognitoidentity_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"avatar-launcher/backend/localcloud/cognitoidentity"
	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AvatarPool"
	client   = "launcherclient"
	userRole = "arn:aws:iam::123456789012:role/user"
	opRole   = "arn:aws:iam::123456789012:role/path/operator"
)

var keys = sync.OnceValue(func() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	for range 2 {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		out = append(out, k)
	}
	return out
})

// cloud is an identity pool whose user pool is a key in this test.
type cloud struct {
	t      testing.TB
	env    wire.Env
	svc    *cognitoidentity.Service
	pool   string
	issued []wire.Principal
	ttl    time.Duration
	dead   string                                                   // an origin_jti that was revoked
	trust  func(role, action string, keys map[string][]string) bool // nil trusts
	call   wire.Call
}

func (c *cloud) open(st *store.Store) {
	c.t.Helper()
	svc, err := cognitoidentity.New(c.env, st, cognitoidentity.Options{
		Verify: func(issuer, kid string) (*rsa.PublicKey, bool) {
			return &keys()[0].PublicKey, issuer == "https://"+provider && kid == "k1"
		},
		Issue: func(p wire.Principal, ttl time.Duration) (iam.Credentials, error) {
			c.issued, c.ttl = append(c.issued, p), ttl
			return iam.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t",
				Expiration: c.env.Now().Add(ttl)}, nil
		},
		Trusted: func(role, kind, who, action string, keys map[string][]string) bool {
			if kind != "Federated" || who != "cognito-identity.amazonaws.com" {
				c.t.Errorf("trust asked for %s %s", kind, who)
			}
			return c.trust == nil || c.trust(role, action, keys)
		},
		Live: func(_, origin string) bool { return origin != c.dead },
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.svc = svc
}

func fresh(t testing.TB, more obj) *cloud {
	t.Helper()
	st, err := store.Open("")
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t, env: wiretest.Env(nil), dead: "revoked", call: wire.Call{Principal: wire.Principal{Root: true}}}
	c.open(st)
	c.makePool(more)
	return c
}

func (c *cloud) makePool(more obj) {
	c.t.Helper()
	in := obj{"IdentityPoolName": "avatars", "AllowUnauthenticatedIdentities": false,
		"CognitoIdentityProviders": []obj{{"ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": true}}}
	for k, v := range more {
		in[k] = v
	}
	c.pool = c.must("CreateIdentityPool", in)["IdentityPoolId"].(string)
	c.must("SetIdentityPoolRoles", obj{"IdentityPoolId": c.pool, "Roles": obj{"authenticated": userRole}})
}

type obj map[string]any

func (c *cloud) try(op string, in any) (obj, string) {
	c.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	status, raw := c.raw(op, body)
	out := obj{}
	if err := json.Unmarshal(raw, &out); err != nil {
		c.t.Fatalf("%s: %d %q", op, status, raw)
	}
	if status != 200 {
		return nil, fmt.Sprint(out["__type"], ": ", out["message"])
	}
	return out, ""
}

func (c *cloud) raw(op string, body []byte) (int, []byte) {
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityService."+op)
	call := c.call
	call.Operation, call.Request, call.Body, call.Now, call.RequestID = c.svc.Operation(r, body), r, body, c.env.Now(),
		"test"
	w := httptest.NewRecorder()
	c.svc.Serve(context.Background(), w, &call)
	return w.Code, w.Body.Bytes()
}

func (c *cloud) must(op string, in any) obj {
	c.t.Helper()
	out, e := c.try(op, in)
	if e != "" {
		c.t.Fatalf("%s: %s", op, e)
	}
	return out
}

func (c *cloud) refused(want, op string, in any) {
	c.t.Helper()
	if _, e := c.try(op, in); e == "" || !strings.Contains(e, want) {
		c.t.Errorf("%s: got %q, want %q", op, e, want)
	}
}

// token signs an ID token; edit spoils its claims.
func (c *cloud) token(edit func(jwt.MapClaims)) string {
	claims := jwt.MapClaims{"iss": "https://" + provider, "aud": client, "sub": "sub-1", "token_use": "id",
		"cognito:username": "demo",
		"origin_jti":       "o1", "iat": c.env.Now().Unix(), "exp": c.env.Now().Add(time.Hour).Unix()}
	if edit != nil {
		edit(claims)
	}
	return sign(claims, keys()[0], "k1")
}

func sign(claims jwt.MapClaims, key *rsa.PrivateKey, kid string) string {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = kid
	s, err := t.SignedString(key)
	if err != nil {
		panic(err)
	}
	return s
}

func logins(token string) obj { return obj{provider: token} }

func (c *cloud) id(token string) string {
	c.t.Helper()
	return c.must("GetId", obj{"IdentityPoolId": c.pool, "Logins": logins(token)})["IdentityId"].(string)
}

func TestEnhancedFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil)
		c.must("SetPrincipalTagAttributeMap", obj{"IdentityPoolId": c.pool, "IdentityProviderName": provider,
			"PrincipalTags": obj{"username": "cognito:username", "sub": "sub", "absent": "nickname"}})
		c.call = wire.Call{} // nobody signs these two
		id := c.id(c.token(nil))
		if again := c.id(c.token(nil)); again != id || len(id) != len("us-east-1:")+36 {
			t.Errorf("identity IDs %q and %q", id, again)
		}
		if other := c.id(c.token(func(m jwt.MapClaims) { m["sub"] = "sub-2" })); other == id {
			t.Error("two users share an identity")
		}
		out := c.must("GetCredentialsForIdentity", obj{"IdentityId": id, "Logins": logins(c.token(nil))})
		cred := out["Credentials"].(map[string]any)
		if cred["AccessKeyId"] != "ASIA1" || cred["SecretKey"] != "s" || cred["SessionToken"] != "t" ||
			cred["Expiration"] != float64(c.env.Now().Add(time.Hour).Unix()) || c.ttl != time.Hour {
			t.Errorf("credentials %v for %v", cred, c.ttl)
		}
		p := c.issued[0]
		if p.ARN != "arn:aws:sts::123456789012:assumed-role/user/CognitoIdentityCredentials" || p.Role != "user" || p.Root ||
			fmt.Sprint(p.Tags) != "map[sub:sub-1 username:demo]" {
			t.Errorf("principal %+v", p)
		}
	})
}

func TestForgedTokens(t *testing.T) {
	c := fresh(t, nil)
	good := c.token(nil)
	id := c.id(good)
	parts := strings.Split(good, ".")
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(good, claims); err != nil {
		t.Fatal(err)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(keys()[0].N.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) string { return c.token(func(m jwt.MapClaims) { m[name] = v }) }
	drop := func(name string) string { return c.token(func(m jwt.MapClaims) { delete(m, name) }) }
	tests := map[string]struct{ token, want string }{
		"another key":    {sign(claims, keys()[1], "k1"), "signature invalid"},
		"another key ID": {sign(claims, keys()[0], "k2"), "signature invalid"},
		"another payload": {parts[0] + "." + strings.Split(set("sub", "sub-2"), ".")[1] + "." + parts[2],
			"signature invalid"},
		"no signature":       {parts[0] + "." + parts[1] + ".", "signature invalid"},
		"algorithm none":     {none, "signature invalid"},
		"HMAC by public key": {mac, "signature invalid"},
		"expired":            {set("exp", c.env.Now().Add(-time.Second).Unix()), "Token expired"},
		"no expiry":          {drop("exp"), "exp"},
		"another issuer":     {set("iss", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"), "Issuer"},
		"issuer over http":   {set("iss", "http://"+provider), "Issuer"},
		"another client":     {set("aud", "someone"), "audience"},
		"several audiences":  {set("aud", []string{client, "someone"}), "audience"},
		"access token": {c.token(func(m jwt.MapClaims) {
			delete(m,
				"aud")
			m["token_use"] = "access"
			m["client_id"] = client
		}), "aud"},
		"access token as ID": {set("token_use", "access"), "Not a valid OpenId"},
		"no subject":         {drop("sub"), "Not a valid OpenId"},
		"revoked":            {set("origin_jti", "revoked"), "revoked"},
		"nonsense":           {"hello", "Not a valid OpenId"},
		"empty":              {"", "Not a valid OpenId"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c.t = t
			for _, op := range []string{"GetId", "GetCredentialsForIdentity"} {
				in := obj{"IdentityPoolId": c.pool, "IdentityId": id, "Logins": logins(tt.token)}
				_, e := c.try(op, in)
				if !strings.HasPrefix(e, "NotAuthorizedException: ") || !strings.Contains(e, tt.want) {
					t.Errorf("%s: got %q, want %q", op, e, tt.want)
				}
			}
		})
	}
	c.t = t
	if len(c.issued) != 0 {
		t.Errorf("credentials were issued: %v", c.issued)
	}
	c.refused("NotAuthorizedException: Token is not from a supported provider", "GetId",
		obj{"IdentityPoolId": c.pool, "Logins": obj{provider + "x": good}})
	c.refused("NotAuthorizedException", "GetId",
		obj{"IdentityPoolId": c.pool, "Logins": obj{provider: good, "graph.facebook.com": "x"}})
}

func TestIdentitiesAreBound(t *testing.T) {
	c := fresh(t, nil)
	id := c.id(c.token(nil))
	other := c.token(func(m jwt.MapClaims) { m["sub"] = "sub-2" })
	c.id(other)
	ask := func(id string, l obj) obj { return obj{"IdentityId": id, "Logins": l} }
	c.refused("NotAuthorizedException: Logins don't match", "GetCredentialsForIdentity", ask(id, logins(other)))
	c.refused("NotAuthorizedException: Logins don't match", "GetCredentialsForIdentity",
		ask(id, logins(c.token(func(m jwt.MapClaims) { m["sub"] = "sub-3" }))))
	c.refused("NotAuthorizedException: Access to Identity", "GetCredentialsForIdentity", obj{"IdentityId": id})
	c.refused("ResourceNotFoundException", "GetCredentialsForIdentity",
		ask("us-east-1:00000000-0000-4000-8000-000000000000", logins(other)))
	c.refused("InvalidParameterException", "GetCredentialsForIdentity", ask("nonsense", logins(other)))
	c.refused("NotAuthorizedException: Unauthenticated", "GetId", obj{"IdentityPoolId": c.pool})
	c.refused("ResourceNotFoundException", "GetId", obj{"IdentityPoolId": "us-east-1:none"})
	first := c.pool
	c.makePool(nil)
	if c.id(c.token(nil)) == id {
		t.Error("two pools share an identity")
	}
	c.must("DeleteIdentityPool", obj{"IdentityPoolId": first})
	c.refused("ResourceNotFoundException", "GetCredentialsForIdentity", ask(id, logins(c.token(nil))))
}

func TestGuests(t *testing.T) {
	c := fresh(t, obj{"AllowUnauthenticatedIdentities": true})
	guest := c.must("GetId", obj{"IdentityPoolId": c.pool})["IdentityId"].(string)
	c.refused("InvalidIdentityPoolConfigurationException", "GetCredentialsForIdentity", obj{"IdentityId": guest})
	c.must("SetIdentityPoolRoles",
		obj{"IdentityPoolId": c.pool,
			"Roles": obj{"authenticated": userRole, "unauthenticated": "arn:aws:iam::1:role/guest"}})
	c.must("GetCredentialsForIdentity", obj{"IdentityId": guest})
	c.must("GetCredentialsForIdentity", obj{"IdentityId": guest, "Logins": logins(c.token(nil))})
	if c.issued[0].Role != "guest" || c.issued[1].Role != "user" {
		t.Errorf("roles %v", c.issued)
	}
	if c.id(c.token(nil)) != guest {
		t.Error("a guest who signs in keeps no identity")
	}
	c.refused("NotAuthorizedException", "GetCredentialsForIdentity", obj{"IdentityId": guest})
}

func TestStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t, env: wiretest.Env(nil), call: wire.Call{Principal: wire.Principal{Root: true}}}
	c.open(st)
	c.makePool(nil)
	id := c.id(c.token(nil))
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err = store.Open(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	c.open(st)
	if again := c.id(c.token(nil)); again != id {
		t.Errorf("the identity changed from %s to %s", id, again)
	}
	c.must("GetCredentialsForIdentity", obj{"IdentityId": id, "Logins": logins(c.token(nil))})
}

// FuzzAPI sends any body to any operation: the answer is JSON, never a 5xx, and never credentials.
func FuzzAPI(f *testing.F) {
	for _, seed := range [][2]string{
		{"GetId", `{"IdentityPoolId":"POOL","Logins":{"` + provider + `":"a.b.c"}}`},
		{"GetCredentialsForIdentity", `{"IdentityId":"us-east-1:x","Logins":null}`},
		{"SetIdentityPoolRoles", `{"IdentityPoolId":"POOL","RoleMappings":{"x":{"Type":"Rules",` +
			`"AmbiguousRoleResolution":"Deny"}}}`},
		{"ListIdentityPools", `{"MaxResults":60,"NextToken":"AA=="}`}, {"", `{`}, {"GetId", `[]`},
	} {
		f.Add(seed[0], seed[1])
	}
	c := fresh(f, nil)
	f.Fuzz(func(t *testing.T, op, body string) {
		status, raw := c.raw(op, []byte(strings.ReplaceAll(body, "POOL", c.pool)))
		if !json.Valid(raw) || status >= 500 || len(c.issued) > 0 {
			t.Errorf("%s %q: %d %q", op, body, status, raw)
		}
	})
}
