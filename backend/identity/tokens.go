package identity

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend"
)

// skew is how far this computer's clock may be from Cognito's.
const skew = 5 * time.Minute

// idClaims are the claims of an ID token that we read.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
type idClaims struct {
	jwt.RegisteredClaims
	TokenUse string   `json:"token_use"`
	Nonce    string   `json:"nonce"`
	Username string   `json:"cognito:username"`
	Label    string   `json:"label"` // that the pool\'s function gave; "" without one
	Groups   []string `json:"cognito:groups"`
}

var (
	errToken = errors.New("the ID token is not a good one")
	errKey   = fmt.Errorf("%w: its key is not known", errToken) // yet: the keys may be those of before a rotation
	errClock = errors.New("the ID token is expired on arrival")
)

// clockError is errClock if it is known by how much this computer's clock is fast, or slow if that is negative.
type clockError struct{ fast time.Duration }

func (clockError) Error() string { return errClock.Error() }
func (clockError) Unwrap() error { return errClock }

// clockErrorOf returns the error of a token that has just been made and is not good by this computer's clock.
func clockErrorOf(c *idClaims) error {
	if c.IssuedAt == nil {
		return errClock
	}
	if fast := wall().Sub(c.IssuedAt.Time); fast.Abs() > skew {
		return clockError{fast}
	}
	return errClock
}

// parse verifies an ID token: signature, issuer, audience, kind, and times. The error never holds any of the token.
func (s *Service) parse(ctx context.Context, raw string) (*idClaims, error) {
	if raw == "" {
		return nil, errNotCognito
	}
	c := &idClaims{}
	unverified, _, err := jwt.NewParser().ParseUnverified(raw, &idClaims{})
	if err != nil {
		return nil, errToken
	}
	kid, _ := unverified.Header["kid"].(string)
	if kid == "" {
		return nil, errToken
	}
	if err := s.keys.want(ctx, kid); err != nil {
		return nil, err
	}
	if _, err := s.keys.KeyRead(ctx, kid); err != nil {
		return nil, errKey
	}
	lookup, err := keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: s.keys})
	if err != nil {
		return nil, err
	}
	_, err = jwt.ParseWithClaims(raw, c, lookup.KeyfuncCtx(ctx),
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(s.opt.Issuer), jwt.WithAudience(s.opt.ClientID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(skew), jwt.WithTimeFunc(wall))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return nil, clockErrorOf(c)
	case err != nil, c.TokenUse != "id", c.Subject == "", c.Username == "":
		return nil, errToken
	}
	return c, nil
}

// isBad says that an ID token will never be a good one.
func isBad(err error) bool { return errors.Is(err, errToken) && !errors.Is(err, errKey) }

// issued is when the token was made, one hour before its end where it does not say.
func (c *idClaims) issued() time.Time {
	if c.IssuedAt == nil || c.IssuedAt.After(c.ExpiresAt.Time) {
		return c.ExpiresAt.Add(-time.Hour)
	}
	return c.IssuedAt.Time
}

func (c *idClaims) user() backend.User {
	u := backend.User{ID: c.Subject, Username: c.Username, Label: c.Label, Role: backend.RoleUser}
	if slices.Contains(c.Groups, string(backend.RoleOperator)) {
		u.Role = backend.RoleOperator
	}
	return u
}

// grouped reports whether the token has one of the groups that have a role.
func (c *idClaims) grouped() bool {
	return slices.ContainsFunc(c.Groups, func(name string) bool {
		return slices.Contains([]string{string(backend.RoleUser), "keeper", string(backend.RoleOperator)}, name)
	})
}

// early is a random point in 70–90 % of a lifetime: desktops that signed in together do not renew together.
func early(life time.Duration) time.Duration {
	return time.Duration((0.7 + 0.2*rand.Float64()) * float64(life))
}
