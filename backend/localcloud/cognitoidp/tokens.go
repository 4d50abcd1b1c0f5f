package cognitoidp

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// adminScope lets an access token work at this API; every sign-in through the API has it.
const adminScope = "aws.cognito.signin.user.admin"

// authResult is AuthenticationResultType.
type authResult struct {
	AccessToken       string
	ExpiresIn         int
	TokenType         string
	RefreshToken      string          `json:",omitempty"`
	IdToken           string          `json:",omitempty"`
	NewDeviceMetadata *deviceMetadata `json:",omitempty"`
}

// admit ends a sign-in: a new session and its three tokens.
func (s *Service) admit(a attempt, now time.Time) (*authResult, error) {
	p, cl, u, err := s.people(a)
	if err != nil {
		return nil, err
	}
	x := &session{Origin: s.uuid(), Event: s.uuid(), PoolID: p.ID, ClientID: cl.ID, Sub: u.Sub, AuthTime: now,
		Expires: now.Add(cl.refreshLife()), Scopes: a.scopes, DeviceKey: a.deviceKey}
	if !a.authTime.IsZero() {
		x.AuthTime = a.authTime
	}
	var met *deviceMetadata
	if p.Config.DeviceConfiguration != nil && a.deviceKey == "" && !a.hosted {
		met = s.meetDevice(p, u, now)
		x.DeviceKey = met.DeviceKey
	}
	s.sweepSessions(now)
	s.sessions[x.Origin] = x
	source := sourceAPI
	if a.hosted {
		source = sourceHosted
	}
	out, err := s.mint(p, cl, u, x, a.nonce, source, now)
	if err != nil {
		return nil, err
	}
	out.RefreshToken = s.addRefresh(x)
	out.NewDeviceMetadata = met
	return out, nil
}

// sign makes a JWT whose header has kid and alg only, as Cognito's.
func (k *signingKey) sign(claims jwt.MapClaims) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	delete(t.Header, "typ")
	t.Header["kid"] = k.KID
	return t.SignedString(k.private)
}

// commonClaims are those that both tokens have.
func (s *Service) commonClaims(p *pool, u *user, x *session, use string, life time.Duration,
	now time.Time) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": u.Sub, "iss": s.issuer(p.ID), "token_use": use, "origin_jti": x.Origin, "event_id": x.Event,
		"jti": s.uuid(), "auth_time": x.AuthTime.Unix(), "iat": now.Unix(), "exp": now.Add(life).Unix(),
	}
	if groups := p.groupsOf(u); len(groups) > 0 {
		names := make([]string, len(groups))
		for i, g := range groups {
			names[i] = g.Name
		}
		claims["cognito:groups"] = names
	}
	return claims
}

func (s *Service) accessClaims(p *pool, cl *client, u *user, x *session, now time.Time) jwt.MapClaims {
	claims := s.commonClaims(p, u, x, "access", cl.accessLife(), now)
	claims["client_id"], claims["username"] = cl.ID, u.Username
	claims["scope"] = strings.Join(x.Scopes, " ")
	if x.DeviceKey != "" {
		claims["device_key"] = x.DeviceKey
	}
	if slices.Contains(x.Scopes, "openid") {
		claims["version"] = 2
	}
	return claims
}

func (s *Service) idClaims(p *pool, cl *client, u *user, x *session, nonce string, now time.Time) jwt.MapClaims {
	claims := s.commonClaims(p, u, x, "id", cl.idLife(), now)
	for _, a := range u.Attributes {
		if a.Name != "sub" && cl.reads(a.Name) {
			claims[a.Name] = claimValue(a)
		}
	}
	claims["aud"], claims["cognito:username"] = cl.ID, u.Username
	if nonce != "" {
		claims["nonce"] = nonce
	}
	roles, preferred := p.rolesOf(u)
	if len(roles) > 0 {
		claims["cognito:roles"] = roles
	}
	if preferred != "" {
		claims["cognito:preferred_role"] = preferred
	}
	return claims
}

// reads reports whether the client may see an attribute: all where it names none.
func (c *client) reads(name string) bool {
	return len(c.Config.ReadAttributes) == 0 || slices.Contains(c.Config.ReadAttributes, name)
}

// claimValue writes the _verified attributes as booleans, and identities as a list.
func claimValue(a attribute) any {
	if a.Name == "identities" {
		return identitiesClaim(a.Value)
	}
	if strings.HasSuffix(a.Name, "_verified") && !strings.HasPrefix(a.Name, "custom:") {
		return strings.EqualFold(a.Value, "true")
	}
	return a.Value
}

// rolesOf lists the IAM roles of a user's groups. The preferred one is the strongest group's; two roles of equal
// precedence leave it open.
func (p *pool) rolesOf(u *user) (roles []string, preferred string) {
	var best *int32
	for _, g := range p.groupsOf(u) {
		if g.RoleARN == "" {
			continue
		}
		if len(roles) == 0 {
			preferred, best = g.RoleARN, g.Precedence
		} else if preferred != g.RoleARN && samePrecedence(best, g.Precedence) {
			preferred = ""
		}
		if !slices.Contains(roles, g.RoleARN) {
			roles = append(roles, g.RoleARN)
		}
	}
	return roles, preferred
}

func samePrecedence(a, b *int32) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// bearer is who an access token stands for.
type bearer struct {
	pool    *pool
	client  *client
	user    *user
	session *session
}

func (b *bearer) has(scope string) bool { return slices.Contains(b.session.Scopes, scope) }

// bearer verifies an access token: signature, lifetime, kind, and that its session still holds.
func (s *Service) bearer(token string, now time.Time) (*bearer, error) {
	if token == "" {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null")
	}
	var p *pool
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithExpirationRequired())
	_, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		issuer, _ := claims["iss"].(string)
		p = s.pools[strings.TrimPrefix(issuer, s.issuer(""))]
		kid, _ := t.Header["kid"].(string)
		if p == nil || len(p.Keys) == 0 || kid != p.Keys[1].KID {
			return nil, errors.New("no such key")
		}
		return &p.Keys[1].private.PublicKey, nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, fail("NotAuthorizedException", "Access Token has expired")
	case err != nil || claims["token_use"] != "access":
		return nil, fail("NotAuthorizedException", "Invalid Access Token")
	}
	return s.holder(p, claims)
}

func (s *Service) holder(p *pool, claims jwt.MapClaims) (*bearer, error) {
	sub, _ := claims["sub"].(string)
	origin, _ := claims["origin_jti"].(string)
	clientID, _ := claims["client_id"].(string)
	b := &bearer{pool: p, client: s.clients[clientID], user: p.bySub[sub], session: s.sessions[origin]}
	switch {
	case b.user == nil:
		return nil, fail("UserNotFoundException", "User does not exist.")
	case b.session == nil || b.session.Revoked || b.client == nil:
		return nil, fail("NotAuthorizedException", "Access Token has been revoked")
	case b.user.Disabled:
		return nil, fail("NotAuthorizedException", "User is disabled.")
	}
	return b, nil
}
