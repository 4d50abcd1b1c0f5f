package cognitoidp_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// claims verifies a token against the pool's JWKS, as a resource server would.
func (c *cloud) claims(token string) obj {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.svc.Pages().ServeHTTP(w, httptest.NewRequest("GET", "/"+c.pool+"/.well-known/jwks.json", nil))
	keys, err := keyfunc.NewJWKSetJSON(json.RawMessage(w.Body.Bytes()))
	if err != nil {
		c.t.Fatal(err)
	}
	out := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(token, out, keys.Keyfunc, jwt.WithTimeFunc(c.env.Now),
		jwt.WithValidMethods([]string{"RS256"}))
	if err != nil {
		c.t.Fatal(err)
	}
	if len(parsed.Header) != 2 {
		c.t.Errorf("the header has more than kid and alg: %v", parsed.Header)
	}
	return obj(out)
}

func TestClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, obj{"Schema": []obj{{"Name": "team"}}}, nil)
		c.addUser("demo", attr("email", "demo@example.com"), attr("email_verified", "true"), attr("custom:team", "blue"))
		for i, g := range []obj{{"GroupName": "user", "Precedence": 5, "RoleArn": "arn:aws:iam::1:role/user"},
			{"GroupName": "operator", "Precedence": 1, "RoleArn": "arn:aws:iam::1:role/operator"}, {"GroupName": "plain"}} {
			c.must("CreateGroup", g.with(obj{"UserPoolId": c.pool}))
			c.must("AdminAddUserToGroup",
				obj{"UserPoolId": c.pool, "Username": "demo", "GroupName": []string{"user", "operator", "plain"}[i]})
		}
		sub := attributeOf(c.must("AdminGetUser", obj{"UserPoolId": c.pool, "Username": "demo"}), "sub")
		tok := c.tokens("demo")
		now := c.env.Now().Unix()
		id, access := c.claims(tok.str("IdToken")), c.claims(tok.str("AccessToken"))
		issuer := "https://cognito-idp.us-east-1.amazonaws.com/" + c.pool
		for name, want := range map[string]any{"sub": sub, "iss": issuer, "aud": c.client, "token_use": "id",
			"cognito:username": "demo",
			"email":            "demo@example.com", "email_verified": true, "custom:team": "blue", "auth_time": float64(now),
			"iat": float64(now),
			"exp": float64(now + 3600), "cognito:preferred_role": "arn:aws:iam::1:role/operator", "client_id": nil,
			"scope": nil} {
			wantEqual(t, "ID token "+name, id[name], want)
		}
		for name, want := range map[string]any{"sub": sub, "iss": issuer, "client_id": c.client, "token_use": "access",
			"username": "demo",
			"scope":    "aws.cognito.signin.user.admin", "auth_time": float64(now), "exp": float64(now + 3600), "aud": nil,
			"email": nil} {
			wantEqual(t, "access token "+name, access[name], want)
		}
		for _, claims := range []obj{id, access} {
			wantEqual(t, "groups", claims["cognito:groups"], []string{"operator", "user", "plain"})
			wantEqual(t, "origin_jti", claims["origin_jti"], id["origin_jti"])
			wantEqual(t, "event_id", claims["event_id"], id["event_id"])
		}
		wantEqual(t, "roles", id["cognito:roles"], []string{"arn:aws:iam::1:role/operator", "arn:aws:iam::1:role/user"})
		if id["jti"] == access["jti"] || id["jti"] == nil {
			t.Error("the two tokens must have identifiers of their own")
		}
		wantEqual(t, "ExpiresIn", tok["ExpiresIn"], 3600)
		if size := len(tok.str("RefreshToken")); size < 1600 || size > 2048 {
			t.Errorf("a refresh token of %d bytes is not Cognito's size", size)
		}
	})
}

func attributeOf(user obj, name string) string {
	for _, key := range []string{"UserAttributes", "Attributes"} {
		list, _ := user[key].([]any)
		for _, a := range list {
			if obj(a.(map[string]any)).str("Name") == name {
				return obj(a.(map[string]any)).str("Value")
			}
		}
	}
	return ""
}

func (c *cloud) refreshFlow(token string) obj {
	return obj{"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": c.client, "AuthParameters": obj{"REFRESH_TOKEN": token}}
}

func TestRefreshKeepsTheSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil, nil)
		c.addUser("demo")
		first := c.tokens("demo")
		time.Sleep(50 * time.Minute)
		for _, again := range []obj{c.must("InitiateAuth", c.refreshFlow(first.str("RefreshToken"))),
			c.must("GetTokensFromRefreshToken", obj{"ClientId": c.client, "RefreshToken": first["RefreshToken"]})} {
			second := obj(again["AuthenticationResult"].(map[string]any))
			wantEqual(t, "refresh token", second["RefreshToken"], nil)
			was, is := c.claims(first.str("IdToken")), c.claims(second.str("IdToken"))
			for _, same := range []string{"auth_time", "origin_jti", "sub"} {
				wantEqual(t, same, is[same], was[same])
			}
			wantEqual(t, "iat", is["iat"], float64(c.env.Now().Unix()))
			if is["jti"] == was["jti"] {
				t.Error("jti was kept")
			}
		}
		time.Sleep(30 * 24 * time.Hour)
		c.refused("NotAuthorizedException", "expired", "InitiateAuth", c.refreshFlow(first.str("RefreshToken")))
		c.refused("NotAuthorizedException", "Access Token has expired", "GetUser", obj{"AccessToken": first["AccessToken"]})
		c.refused("NotAuthorizedException", "Invalid Refresh Token", "InitiateAuth", c.refreshFlow("nonsense"))
	})
}

var rotating = obj{"ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH"},
	"RefreshTokenRotation": obj{"Feature": "ENABLED", "RetryGracePeriodSeconds": 20}}

func TestRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil, rotating)
		c.addUser("demo")
		get := func(token string) obj { return obj{"ClientId": c.client, "RefreshToken": token} }
		first := c.tokens("demo").str("RefreshToken")
		c.refused("InvalidParameterException", "not enabled", "InitiateAuth", c.refreshFlow(first))
		second := c.must("GetTokensFromRefreshToken", get(first)).str("AuthenticationResult", "RefreshToken")
		if second == "" || second == first {
			t.Fatal("the token was not rotated")
		}
		time.Sleep(19 * time.Second)
		retried := c.must("GetTokensFromRefreshToken", get(first)).str("AuthenticationResult", "RefreshToken")
		time.Sleep(time.Second)
		c.refused("RefreshTokenReuseException", "", "GetTokensFromRefreshToken", get(first))
		third := c.must("GetTokensFromRefreshToken", get(second)).str("AuthenticationResult", "RefreshToken")
		c.must("GetTokensFromRefreshToken", get(retried))

		// The rotated tokens live no longer than the first would have.
		time.Sleep(30*24*time.Hour - 21*time.Second)
		c.must("GetTokensFromRefreshToken", get(third))
		time.Sleep(time.Second)
		c.refused("NotAuthorizedException", "expired", "GetTokensFromRefreshToken", get(third))
	})
}

func TestRotationExcludesTheOldFlow(t *testing.T) {
	c := fresh(t, nil, nil)
	c.refused("InvalidParameterException", "rotation", "CreateUserPoolClient", obj{"UserPoolId": c.pool, "ClientName": "x",
		"ExplicitAuthFlows": []string{"ALLOW_REFRESH_TOKEN_AUTH"}, "RefreshTokenRotation": obj{"Feature": "ENABLED"}})
}

func TestRevocation(t *testing.T) {
	tests := []struct {
		name   string
		revoke func(c *cloud, tok obj)
		again  string // what refreshing says afterwards
	}{
		{"RevokeToken", func(c *cloud, tok obj) {
			c.must("RevokeToken", obj{"ClientId": c.client, "Token": tok["RefreshToken"]})
			c.must("RevokeToken", obj{"ClientId": c.client, "Token": tok["RefreshToken"]}) // again: no error
		}, "revoked"},
		{"GlobalSignOut", func(c *cloud, tok obj) { c.must("GlobalSignOut", obj{"AccessToken": tok["AccessToken"]}) },
			"revoked"},
		{"AdminUserGlobalSignOut", func(c *cloud, _ obj) {
			c.must("AdminUserGlobalSignOut", obj{"UserPoolId": c.pool, "Username": "demo"})
		}, "revoked"},
		{"AdminDisableUser", func(c *cloud,
			_ obj) {
			c.must("AdminDisableUser", obj{"UserPoolId": c.pool, "Username": "demo"})
		}, "revoked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := fresh(t, nil, nil)
			c.addUser("demo")
			tok := c.tokens("demo")
			c.must("GetUser", obj{"AccessToken": tok["AccessToken"]})
			tt.revoke(c, tok)
			c.refused("NotAuthorizedException", tt.again, "InitiateAuth", c.refreshFlow(tok.str("RefreshToken")))
			c.refused("NotAuthorizedException", "Access Token has been revoked", "GetUser",
				obj{"AccessToken": tok["AccessToken"]})
		})
	}
}

func TestRevokeTokenRefuses(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	tok := c.tokens("demo")
	c.refused("UnsupportedTokenTypeException", "", "RevokeToken", obj{"ClientId": c.client, "Token": tok["AccessToken"]})
	c.must("RevokeToken", obj{"ClientId": c.client, "Token": "unknown"})
	c.addClient(obj{"EnableTokenRevocation": false})
	c.refused("UnsupportedOperationException", "", "RevokeToken", obj{"ClientId": c.client, "Token": tok["RefreshToken"]})
	c.addClient(nil)
	c.refused("UnauthorizedException", "", "RevokeToken", obj{"ClientId": c.client, "Token": tok["RefreshToken"]})
	c.refused("NotAuthorizedException", "Invalid Refresh Token", "InitiateAuth", c.refreshFlow(tok.str("RefreshToken")))
}

func TestForgedAccessTokens(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	tok := c.tokens("demo")
	access := tok.str("AccessToken")
	parts := strings.Split(access, ".")
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone,
		jwt.MapClaims(c.claims(access))).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"empty parts": "..", "ID token": tok.str("IdToken"),
		"no signature": parts[0] + "." + parts[1] + ".",
		"alg none":     none, "text": "hello", "other signature": parts[0] + "." + parts[1] + "." +
			strings.Split(tok.str("IdToken"), ".")[2]} {
		t.Run(name, func(t *testing.T) {
			c.refused("NotAuthorizedException", "Invalid Access Token", "GetUser", obj{"AccessToken": token})
		})
	}
	c.refused("InvalidParameterException", "accessToken", "GetUser", obj{})
	c.must("AdminDeleteUser", obj{"UserPoolId": c.pool, "Username": "demo"})
	c.refused("UserNotFoundException", "", "GetUser", obj{"AccessToken": access})
}

func TestTokenLives(t *testing.T) {
	c := fresh(t, nil, obj{"AccessTokenValidity": 5, "IdTokenValidity": 10, "RefreshTokenValidity": 60,
		"TokenValidityUnits": obj{"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"}})
	c.addUser("demo")
	tok := c.tokens("demo")
	wantEqual(t, "ExpiresIn", tok["ExpiresIn"], 300)
	id := c.claims(tok.str("IdToken"))
	wantEqual(t, "ID token's life", id["exp"].(float64)-id["iat"].(float64), 600)
	for _, bad := range []obj{{"AccessTokenValidity": 25},
		{"AccessTokenValidity": 1, "TokenValidityUnits": obj{"AccessToken": "minutes"}},
		{"RefreshTokenValidity": 4000}} {
		c.refused("InvalidParameterException", "", "CreateUserPoolClient",
			obj{"UserPoolId": c.pool, "ClientName": "x"}.with(bad))
	}
}

func TestChangePassword(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	access := c.tokens("demo")["AccessToken"]
	c.refused("NotAuthorizedException", "Incorrect", "ChangePassword",
		obj{"AccessToken": access, "PreviousPassword": "Wrong-1-wrong", "ProposedPassword": "Other-Horse-8"})
	c.refused("InvalidPasswordException", "", "ChangePassword",
		obj{"AccessToken": access, "PreviousPassword": password, "ProposedPassword": "short"})
	c.must("ChangePassword", obj{"AccessToken": access, "PreviousPassword": password, "ProposedPassword": "Other-Horse-8"})
	c.must("InitiateAuth", c.login("demo", "Other-Horse-8"))
}
