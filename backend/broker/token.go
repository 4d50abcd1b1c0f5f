package broker

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend"
)

// errToken is the error of a token that is not a good one. It never holds any of the token.
var errToken = errors.New("broker: not a valid ID token of this user pool")

const (
	leeway      = 30 * time.Second // between Cognito's clock and this one
	keysLife    = time.Hour        // after that, keys are fetched again
	keysRetry   = time.Minute      // forged tokens with unknown keys must not make us fetch more often
	keysTimeout = 10 * time.Second
)

// Verifier tells who the bearer of an ID token is.
type Verifier struct {
	Issuer   string // https://cognito-idp.REGION.amazonaws.com/POOL
	ClientID string // the audience
	KeysURL  string // "" for the issuer's own
	HTTP     interface {
		Do(*http.Request) (*http.Response, error)
	}
	Now func() time.Time // nil for time.Now

	mu      sync.Mutex
	keys    map[string]*rsa.PublicKey
	fetched time.Time
}

// claims are those of an ID token that we read.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
type claims struct {
	jwt.RegisteredClaims
	Use      string   `json:"token_use"`
	Username string   `json:"cognito:username"`
	Label    string   `json:"label"` // that the pool\'s function gave; "" without one
	Groups   []string `json:"cognito:groups"`
}

// User verifies an ID token: signature, issuer, audience, kind and times.
func (v *Verifier) User(ctx context.Context, raw string) (backend.User, error) {
	var c claims
	options := []jwt.ParserOption{jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(v.Issuer),
		jwt.WithAudience(v.ClientID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(v.now)}
	var unreachable error
	_, err := jwt.ParseWithClaims(raw, &c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key, err := v.key(ctx, id)
		unreachable = err
		if key == nil {
			return nil, errToken
		}
		return key, nil
	}, options...)
	if unreachable != nil {
		return backend.User{}, unreachable
	}
	if err != nil || c.Use != "id" || c.Subject == "" || c.Username == "" {
		return backend.User{}, errToken
	}
	u := backend.User{ID: c.Subject, Username: c.Username, Label: c.Label, Role: backend.RoleUser}
	if slices.Contains(c.Groups, string(backend.RoleOperator)) {
		u.Role = backend.RoleOperator
	}
	return u, nil
}

func (v *Verifier) now() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

// key returns the user pool's key of that ID, nil if it has none.
func (v *Verifier) key(ctx context.Context, id string) (*rsa.PublicKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	age := time.Since(v.fetched)
	if key := v.keys[id]; key != nil && age < keysLife || v.keys != nil && age < keysRetry {
		return v.keys[id], nil
	}
	keys, err := v.fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("the user pool's keys: %w", err)
	}
	v.keys, v.fetched = keys, time.Now()
	return v.keys[id], nil
}

// fetch reads the user pool's keys. https://datatracker.ietf.org/doc/html/rfc7517
func (v *Verifier) fetch(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	url := v.KeysURL
	if url == "" {
		url = v.Issuer + "/.well-known/jwks.json"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := v.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %d", resp.StatusCode)
	}
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&set); err != nil {
		return nil, err
	}
	out := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, errN := base64.RawURLEncoding.DecodeString(k.N)
		e, errE := base64.RawURLEncoding.DecodeString(k.E)
		exponent := new(big.Int).SetBytes(e)
		if k.Kty == "RSA" && errN == nil && errE == nil && len(n) >= 256 && exponent.IsInt64() && exponent.Int64() > 1 &&
			len(e) <= 4 {
			out[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
		}
	}
	return out, nil
}
