package cognitoidp

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// chainLength is how many refresh tokens of a rotating session are remembered, so that reuse can be told from nonsense.
const chainLength = 64

// newRefreshToken has the form and the size of Cognito's: a JWE that nobody but the issuer can read. Here it is random;
// only its digest is kept.
func newRefreshToken() string {
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}`))
	return strings.Join([]string{header, unguessable(256), unguessable(12), unguessable(960), unguessable(16)}, ".")
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// addRefresh issues a further refresh token of a session.
func (s *Service) addRefresh(x *session) string {
	token := newRefreshToken()
	x.Chain = append(x.Chain, rotation{Digest: digest(token)})
	for len(x.Chain) > chainLength {
		delete(s.tokens, x.Chain[0].Digest)
		x.Chain = slices.Delete(x.Chain, 0, 1)
	}
	s.tokens[digest(token)] = x.Origin
	s.writeSession(x)
	return token
}

// sessionOf finds the session of a refresh token that a client may redeem now. retired reports whether the token was
// already rotated and works by grace only.
func (s *Service) sessionOf(cl *client, token string, now time.Time) (x *session, retired bool, err error) {
	d := digest(token)
	x = s.sessions[s.tokens[d]]
	switch {
	case token == "":
		return nil, false, fail("InvalidParameterException", "Missing required parameter REFRESH_TOKEN")
	case x == nil || x.ClientID != cl.ID:
		return nil, false, fail("NotAuthorizedException", "Invalid Refresh Token")
	case x.Revoked:
		return nil, false, fail("NotAuthorizedException", "Refresh Token has been revoked")
	case !now.Before(x.Expires):
		return nil, false, fail("NotAuthorizedException", "Refresh Token has expired")
	}
	i := slices.IndexFunc(x.Chain, func(r rotation) bool { return r.Digest == d })
	if i < 0 || x.Chain[i].Retired.IsZero() {
		return x, false, nil
	}
	grace, _ := cl.rotates()
	if !now.Before(x.Chain[i].Retired.Add(grace)) {
		return nil, true, fail("RefreshTokenReuseException", "Refresh token has been invalidated by rotation.")
	}
	return x, true, nil
}

// renew mints new tokens for a session: same auth_time and origin_jti, and a new refresh token only by rotation, good
// for what is left of the first one's life.
func (s *Service) renew(cl *client, token, deviceKey string, now time.Time) (*authResult, error) {
	x, retired, err := s.sessionOf(cl, token, now)
	if err != nil {
		return nil, err
	}
	p := s.pools[x.PoolID]
	u := p.bySub[x.Sub]
	switch {
	case u == nil:
		return nil, fail("UserNotFoundException", "User does not exist.")
	case u.Disabled:
		return nil, fail("NotAuthorizedException", "User is disabled.")
	case u.needsDevice(x) && deviceKey != x.DeviceKey:
		return nil, fail("NotAuthorizedException", "Invalid Refresh Token")
	}
	out, err := s.mint(p, cl, u, x, "", sourceRefresh, now)
	if err != nil {
		return nil, err
	}
	if _, rotating := cl.rotates(); rotating {
		if !retired {
			d := digest(token)
			for i := range x.Chain {
				if x.Chain[i].Digest == d {
					x.Chain[i].Retired = now
				}
			}
		}
		out.RefreshToken = s.addRefresh(x)
	}
	return out, nil
}

// refreshFlow is InitiateAuth's REFRESH_TOKEN_AUTH, which a rotating client may not use.
func (s *Service) refreshFlow(cl *client, params map[string]string, now time.Time) (any, error) {
	if _, rotating := cl.rotates(); rotating || !cl.allows("REFRESH_TOKEN_AUTH") && modern(cl) {
		return nil, fail("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client")
	}
	x, _, err := s.sessionOf(cl, params["REFRESH_TOKEN"], now)
	if err != nil {
		return nil, err
	}
	if u := s.pools[x.PoolID].bySub[x.Sub]; u != nil {
		hash := params["SECRET_HASH"]
		if err := cl.checkSecretHash(u.Username, hash); err != nil && cl.checkSecretHash(u.Sub, hash) != nil {
			return nil, err
		}
	}
	result, err := s.renew(cl, params["REFRESH_TOKEN"], params["DEVICE_KEY"], now)
	if err != nil {
		return nil, err
	}
	return &authAnswer{AuthenticationResult: result, ChallengeParameters: map[string]string{}}, nil
}

// modern reports whether a client uses the ALLOW_… names; with the old names refreshing was always allowed.
func modern(cl *client) bool {
	return slices.ContainsFunc(cl.Config.ExplicitAuthFlows, func(f string) bool { return strings.HasPrefix(f, "ALLOW_") })
}

type refreshInput struct{ ClientId, ClientSecret, RefreshToken, DeviceKey, Token string }

func getTokensFromRefreshToken(s *Service, c *wire.Call, in *refreshInput) (any, error) {
	_, cl, err := s.clientByID(in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := cl.checkSecret(in.ClientSecret); err != nil {
		return nil, err
	}
	result, err := s.renew(cl, in.RefreshToken, in.DeviceKey, c.Now)
	if err != nil {
		return nil, err
	}
	return map[string]any{"AuthenticationResult": result}, nil
}

func revokeToken(s *Service, _ *wire.Call, in *refreshInput) (any, error) {
	_, cl, err := s.clientByID(in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := cl.checkSecret(in.ClientSecret); err != nil {
		return nil, err
	}
	return nil, s.revokeBy(cl, in.Token)
}

// revokeBy revokes the session of a refresh token: all its refresh tokens and access tokens. A token that is unknown
// or revoked already is no error (RFC 7009).
func (s *Service) revokeBy(cl *client, token string) error {
	if !cl.revokes() {
		return fail("UnsupportedOperationException", "Token revocation is not enabled for this client.")
	}
	if token == "" {
		return fail("InvalidParameterException",
			"1 validation error detected: Value null at 'token' failed to satisfy constraint: Member must not be null")
	}
	if strings.Count(token, ".") == 2 {
		return fail("UnsupportedTokenTypeException", "Unsupported token type.")
	}
	x := s.sessions[s.tokens[digest(token)]]
	if x == nil {
		return nil
	}
	if x.ClientID != cl.ID {
		return fail("UnauthorizedException", "The token was not issued to this client.")
	}
	s.revoke(x)
	return nil
}

func (s *Service) revoke(x *session) {
	x.Revoked = true
	s.writeSession(x)
}

// endSessions revokes all sessions of a user, and forgets the browsers that were signed in.
func (s *Service) endSessions(p *pool, u *user) {
	for _, x := range s.sessions {
		if x.PoolID == p.ID && x.Sub == u.Sub && !x.Revoked {
			s.revoke(x)
		}
	}
	for k, b := range s.browsers {
		if b.poolID == p.ID && b.sub == u.Sub {
			delete(s.browsers, k)
		}
	}
}

func (s *Service) dropSession(x *session) {
	delete(s.sessions, x.Origin)
	for _, r := range x.Chain {
		delete(s.tokens, r.Digest)
	}
	s.erase(sessionBucket, x.Origin)
}

// sweepSessions drops sessions of which no token can still be good, now and then.
func (s *Service) sweepSessions(now time.Time) {
	if len(s.sessions) == 0 || len(s.sessions)%256 != 0 {
		return
	}
	for _, x := range s.sessions {
		if now.After(x.Expires.Add(24 * time.Hour)) {
			s.dropSession(x)
		}
	}
}
