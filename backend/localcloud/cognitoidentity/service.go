// Package cognitoidentity is the embedded cloud's Amazon Cognito identity pools (AWSCognitoIdentityService,
// awsJson1.1): it turns a user pool's ID token into temporary AWS credentials of a role, with the user's claims as
// principal tags (the enhanced flow of the developer guide).
package cognitoidentity

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const target = "AWSCognitoIdentityService"

// The buckets of the store.
const (
	poolBucket     = "cognito-identity/pools"
	identityBucket = "cognito-identity/identities"
)

// Options are what identity pools need of the other services.
type Options struct {
	// Verify finds the public key of a token's issuer; cognitoidp's Key.
	Verify func(issuer, kid string) (*rsa.PublicKey, bool)
	// Issue makes the credentials; iam's Issue.
	Issue func(p wire.Principal, ttl time.Duration) (iam.Credentials, error)
	// Trusted asks a role's trust policy; iam's Trusted. Nil trusts every role.
	Trusted func(role, kind, who, action string, keys map[string][]string) bool
	// Live reports whether a token's sign-in still holds, for providers with ServerSideTokenCheck; cognitoidp's Live.
	// Nil lets the check pass.
	Live func(issuer, originJTI string) bool
}

// Service is Cognito identity pools. Its methods are safe for concurrent use.
type Service struct {
	env wire.Env
	st  *store.Store
	opt Options

	mu         sync.Mutex // guards the maps and what they hold
	pools      map[string]*pool
	identities map[string]*identity
	byLogin    map[string]string // poolID + "|" + provider + "|" + sub → identity ID
}

var _ wire.Service = (*Service)(nil)

// New makes the service and reloads its pools and identities.
func New(env wire.Env, st *store.Store, opt Options) (*Service, error) {
	if opt.Verify == nil || opt.Issue == nil {
		return nil, errors.New("cognitoidentity: Options.Verify and Options.Issue are needed")
	}
	s := &Service{env: env, st: st, opt: opt, pools: map[string]*pool{}, identities: map[string]*identity{},
		byLogin: map[string]string{}}
	err := st.Each(poolBucket, func(key string, value []byte) error {
		p := &pool{}
		s.pools[key] = p
		return json.Unmarshal(value, p)
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", poolBucket, err)
	}
	err = st.Each(identityBucket, func(_ string, value []byte) error {
		i := &identity{}
		if err := json.Unmarshal(value, i); err != nil {
			return err
		}
		s.adopt(i)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", identityBucket, err)
	}
	return s, nil
}

// operation is one row of the API.
type operation struct {
	unsigned bool
	run      func(*Service, *wire.Call) (any, error)
}

func locked[In any](unsigned bool, fn func(*Service, *wire.Call, *In) (any, error)) operation {
	return operation{unsigned, func(s *Service, c *wire.Call) (any, error) {
		in := new(In)
		if err := wire.DecodeJSON(c.Body, in); err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		out, err := fn(s, c, in)
		if err != nil || out == nil {
			return nil, err
		}
		b, err := json.Marshal(out) // under the lock: it may share maps with the state
		return json.RawMessage(b), err
	}}
}

var operations map[string]operation

func init() {
	operations = map[string]operation{
		"CreateIdentityPool":          locked(false, createPool),
		"UpdateIdentityPool":          locked(false, updatePool),
		"DescribeIdentityPool":        locked(false, describePool),
		"ListIdentityPools":           locked(false, listPools),
		"DeleteIdentityPool":          locked(false, deletePool),
		"SetIdentityPoolRoles":        locked(false, setRoles),
		"GetIdentityPoolRoles":        locked(false, getRoles),
		"SetPrincipalTagAttributeMap": locked(false, setTagMap),
		"GetPrincipalTagAttributeMap": locked(false, getTagMap),
		"DescribeIdentity":            locked(false, describeIdentity),
		"ListIdentities":              locked(false, listIdentities),
		"DeleteIdentities":            locked(false, deleteIdentities),
		"GetId":                       locked(true, getID),
		"GetCredentialsForIdentity":   {unsigned: true, run: getCredentials},
	}
}

// Name is the signing name.
func (s *Service) Name() string { return "cognito-identity" }

// Operation names the operation of a request, "" where it is none of Cognito identity pools'.
func (s *Service) Operation(r *http.Request, _ []byte) string { return wire.TargetOperation(r, target) }

// Unsigned reports whether the API reference lets the operation be called without a signature.
func (s *Service) Unsigned(operation string) bool { return operations[operation].unsigned }

// Serve answers one API call.
func (s *Service) Serve(_ context.Context, w http.ResponseWriter, c *wire.Call) {
	out, err := s.answer(c)
	if err != nil {
		e := &wire.Error{}
		if !errors.As(err, &e) {
			e = wire.Errorf(500, "InternalErrorException", "%s", err.Error())
		}
		s.WriteError(w, c.RequestID, e)
		return
	}
	if out == nil {
		out = struct{}{}
	}
	wire.WriteJSON(w, "1.1", c.RequestID, out)
}

func (s *Service) answer(c *wire.Call) (any, error) {
	op, ok := operations[c.Operation]
	if !ok {
		return nil, fail("UnknownOperationException", "%s is not an operation of %s.", c.Operation, target)
	}
	if !op.unsigned {
		if err := s.authorise(c); err != nil {
			return nil, err
		}
	}
	return op.run(s, c)
}

func (s *Service) authorise(c *wire.Call) error {
	var in struct{ IdentityPoolId string }
	_ = json.Unmarshal(c.Body, &in)
	action, resource := "cognito-identity:"+c.Operation, "*"
	if in.IdentityPoolId != "" {
		resource = "arn:aws:cognito-identity:" + s.env.Region + ":" + s.env.AccountID + ":identitypool/" + in.IdentityPoolId
	}
	if c.Allowed(action, resource, nil) {
		return nil
	}
	return fail("AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal.ARN, action, resource, action)
}

// WriteError writes an error in awsJson1.1.
func (s *Service) WriteError(w http.ResponseWriter, requestID string, err *wire.Error) {
	wire.WriteJSONError(w, "1.1", requestID, "", err)
}

// Close does nothing: the service has no timers, and writes before it answers.
func (s *Service) Close() {}

func fail(code, format string, args ...any) error { return wire.Errorf(400, code, format, args...) }

// id makes "REGION:UUID" from the cloud's seeded source.
func (s *Service) id() string {
	h := []byte(s.env.NewID(32))
	h[12], h[16] = '4', "89ab"[int(h[16])%4]
	return s.env.Region + ":" + string(h[:8]) + "-" + string(h[8:12]) + "-" + string(h[12:16]) + "-" + string(h[16:20]) +
		"-" + string(h[20:])
}

// keep writes a value, or deletes it where v is nil.
func (s *Service) keep(bucket, key string, v any) error {
	op := store.Op{Bucket: bucket, Key: key}
	if v != nil {
		var err error
		if op.Value, err = json.Marshal(v); err != nil {
			return err
		}
	}
	if err := s.st.Apply(op); err != nil {
		return fmt.Errorf("the state could not be written: %w", err)
	}
	return nil
}
