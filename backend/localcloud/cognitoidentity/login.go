package cognitoidentity

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// login is a verified entry of a Logins map.
type login struct {
	provider string // cognito-idp.REGION.amazonaws.com/POOLID
	client   string // the token's audience
	sub      string
	claims   jwt.MapClaims
}

// verifyAll verifies every login and answers the first by name; one bad token refuses the request.
func (s *Service) verifyAll(p *pool, logins map[string]string, now time.Time) (*login, error) {
	var names []string
	for name := range logins {
		names = append(names, name)
	}
	slices.Sort(names)
	var first *login
	for _, name := range names {
		l, err := s.verify(p, name, logins[name], now)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = l
		}
	}
	return first, nil
}

// verify checks one ID token: its provider is registered with the pool, the provider's issuer signed it, for a client
// that is registered too, as an ID token, and it has not expired.
func (s *Service) verify(p *pool, name, token string, now time.Time) (*login, error) {
	known := slices.DeleteFunc(slices.Clone(p.Config.CognitoIdentityProviders),
		func(x provider) bool { return x.ProviderName != name })
	if len(known) == 0 {
		return nil, refuse("Token is not from a supported provider of this identity pool.")
	}
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithIssuer("https://"+name))
	_, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key, ok := s.opt.Verify("https://"+name, kid)
		if !ok {
			return nil, jwt.ErrTokenSignatureInvalid
		}
		return key, nil
	})
	if err != nil {
		return nil, refuse(reason(err))
	}
	return s.admit(known, name, claims)
}

// reason says what Cognito says of a token that the parser refused.
func reason(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return "Invalid login token. Not a valid OpenId Connect identity token."
	case errors.Is(err, jwt.ErrTokenExpired):
		return "Invalid login token. Token expired."
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return "Invalid login token. Issuer doesn't match providerName"
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return "Invalid login token. Missing a required claim: exp"
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued), errors.Is(err, jwt.ErrTokenNotValidYet):
		return "Invalid login token. Token is not yet valid."
	}
	return "Invalid login token. Token signature invalid."
}

// admit checks the claims of a token whose signature is good.
func (s *Service) admit(known []provider, name string, claims jwt.MapClaims) (*login, error) {
	audience, _ := claims.GetAudience()
	sub, _ := claims.GetSubject()
	i := slices.IndexFunc(known, func(x provider) bool { return len(audience) == 1 && audience[0] == x.ClientId })
	switch {
	case len(audience) == 0:
		return nil, refuse("Invalid login token. Missing a required claim: aud")
	case i < 0:
		return nil, refuse("Invalid login token. Incorrect token audience.")
	case claims["token_use"] != "id" || sub == "":
		return nil, refuse("Invalid login token. Not a valid OpenId Connect identity token.")
	}
	origin, _ := claims["origin_jti"].(string)
	if known[i].ServerSideTokenCheck && s.opt.Live != nil && !s.opt.Live("https://"+name, origin) {
		return nil, refuse("Invalid login token. Token has been revoked or its user is disabled.")
	}
	return &login{provider: name, client: known[i].ClientId, sub: sub, claims: claims}, nil
}

func refuse(why string) error { return fail("NotAuthorizedException", "%s", strings.TrimSpace(why)) }
