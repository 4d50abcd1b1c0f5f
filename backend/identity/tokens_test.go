package identity

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend"
)

// issuer signs tokens and serves its keys, as a user pool does.
type issuer struct {
	keys    map[string]*rsa.PrivateKey
	fetches int
}

func newIssuer(t *testing.T, kids ...string) *issuer {
	t.Helper()
	i := &issuer{keys: map[string]*rsa.PrivateKey{}}
	for _, kid := range kids {
		i.add(t, kid)
	}
	return i
}

func (i *issuer) add(t *testing.T, kid string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.keys[kid] = key
}

func (i *issuer) serve(r *http.Request) (*http.Response, error) {
	i.fetches++
	keys := []map[string]string{{"kty": "unheard-of", "kid": "odd"}}
	for kid, k := range i.keys {
		keys = append(keys, map[string]string{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
			"n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes())})
	}
	body, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		return nil, err
	}
	return reply(200, "application/json", string(body))(r)
}

func good() jwt.MapClaims {
	return jwt.MapClaims{"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool", "aud": "client",
		"token_use": "id",
		"sub":       "11111111-2222", "cognito:username": "demo", "iat": time.Now().Unix(),
		"exp": time.Now().Add(time.Hour).Unix()}
}

func sign(t *testing.T, method jwt.SigningMethod, kid string, key any, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokens(t *testing.T) {
	pool, stranger := newIssuer(t, "one"), newIssuer(t, "one")
	with := func(name string, value any) jwt.MapClaims {
		c := good()
		if c[name] = value; value == nil {
			delete(c, name)
		}
		return c
	}
	rs := func(c jwt.MapClaims) string { return sign(t, jwt.SigningMethodRS256, "one", pool.keys["one"], c) }
	public := &pool.keys["one"].PublicKey
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"good":                 {rs(good()), nil},
		"expired within skew":  {rs(with("exp", time.Now().Add(-time.Minute).Unix())), nil},
		"audience list":        {rs(with("aud", []string{"client"})), nil},
		"expired":              {rs(with("exp", time.Now().Add(-time.Hour).Unix())), errClock},
		"from the future":      {rs(with("iat", time.Now().Add(time.Hour).Unix())), errClock},
		"at the late limit":    {rs(with("exp", time.Now().Add(10*time.Second-skew).Unix())), nil},
		"past the late limit":  {rs(with("exp", time.Now().Add(-10*time.Second-skew).Unix())), errClock},
		"at the early limit":   {rs(with("iat", time.Now().Add(skew-10*time.Second).Unix())), nil},
		"past the early limit": {rs(with("iat", time.Now().Add(skew+10*time.Second).Unix())), errClock},
		"HMAC by its PEM": {sign(t, jwt.SigningMethodHS256, "one",
			pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), good()), errToken},
		"never expires":        {rs(with("exp", nil)), errToken},
		"another issuer":       {rs(with("iss", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other")), errToken},
		"no issuer":            {rs(with("iss", nil)), errToken},
		"another audience":     {rs(with("aud", "other")), errToken},
		"no audience":          {rs(with("aud", nil)), errToken},
		"an access token":      {rs(with("token_use", "access")), errToken},
		"no use":               {rs(with("token_use", nil)), errToken},
		"no subject":           {rs(with("sub", nil)), errToken},
		"no username":          {rs(with("cognito:username", nil)), errToken},
		"a stranger's key":     {sign(t, jwt.SigningMethodRS256, "one", stranger.keys["one"], good()), errToken},
		"a key nobody has":     {sign(t, jwt.SigningMethodRS256, "two", pool.keys["one"], good()), errToken},
		"no key named":         {sign(t, jwt.SigningMethodRS256, "", pool.keys["one"], good()), errToken},
		"another RSA scheme":   {sign(t, jwt.SigningMethodPS256, "one", pool.keys["one"], good()), errToken},
		"unsigned":             {sign(t, jwt.SigningMethodNone, "one", jwt.UnsafeAllowNoneSignatureType, good()), errToken},
		"HMAC by a public key": {sign(t, jwt.SigningMethodHS256, "one", public.N.Bytes(), good()), errToken},
		"cut":                  {rs(good())[:80], errToken},
		"text":                 {"not a token", errToken},
		"nothing":              {"", errNotCognito},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := facing(pool.serve).parse(t.Context(), tt.token)
			if !errors.Is(err, tt.want) || err == nil && c.user().Username != "demo" {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestKeysAreFetchedOnceAndAgainAfterARotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := newIssuer(t, "one")
		s, first := facing(pool.serve), pool.keys["one"]
		check := func(kid string, fetches int, ok bool) {
			t.Helper()
			token := sign(t, jwt.SigningMethodRS256, kid, first, good())
			if k := pool.keys[kid]; k != nil {
				token = sign(t, jwt.SigningMethodRS256, kid, k, good())
			}
			if _, err := s.parse(context.Background(), token); (err == nil) != ok || pool.fetches != fetches {
				t.Errorf("%s: got %v after %d fetches, want %d", kid, err, pool.fetches, fetches)
			}
		}
		check("one", 1, true)
		check("one", 1, true)
		pool.add(t, "two")
		check("two", 1, false) // forged tokens must not make us ask
		time.Sleep(refetch)
		check("two", 2, true)
		check("one", 2, true)
		time.Sleep(refetch)
		check("three", 3, false)
		check("three", 3, false)

		delete(pool.keys, "one") // withdrawn
		pool.add(t, "four")
		time.Sleep(refetch)
		check("four", 4, true)
		check("one", 4, false)
	})
}

// TestRenewalIsAtARandomPoint: desktops that signed in in the same second must not renew in one.
func TestRenewalIsAtARandomPoint(t *testing.T) {
	first, last := time.Hour, time.Duration(0)
	for range 1000 {
		at := early(time.Hour)
		first, last = min(first, at), max(last, at)
	}
	if first < 42*time.Minute || first > 45*time.Minute || last < 51*time.Minute || last > 54*time.Minute {
		t.Errorf("of an hour, between %v and %v; want all of 70–90 %%", first, last)
	}
}

func TestRoles(t *testing.T) {
	for want, groups := range map[backend.Role][]string{
		backend.RoleUser: {"user", "operators"}, backend.RoleOperator: {"user", "operator"},
	} {
		if got := (&idClaims{Groups: groups}).user().Role; got != want {
			t.Errorf("%v is %s", groups, got)
		}
	}
	if got := (&idClaims{}).user().Role; got != backend.RoleUser {
		t.Errorf("without groups: %s", got)
	}
}
