// Package iam is the embedded cloud's identity and access management: the credentials that sign requests, the
// roles and their policy documents, and the decision whether a principal may do an action. The documents in
// policies/ are the ones that an AWS account would be given.
package iam

import (
	"crypto/rand"
	"embed"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// Names of the roles that every embedded cloud has.
const (
	UserRole = "avatar-launcher-user" // what a signed-in user's desktop may do
	// the same where it may become the pool's keeper: members of the group keeper
	KeeperRole   = "avatar-launcher-keeper"
	OperatorRole = "avatar-launcher-operator" // what a signed-in member of the group operator may do
	StopRole     = "avatar-launcher-stop"     // what EventBridge Scheduler may do when a stop is due
)

//go:embed policies
var documents embed.FS

const (
	credentialBucket = "iam.credentials"
	roleBucket       = "iam.roles"

	// expiredKept is how long credentials are remembered after their end, so that their user is told
	// "expired" and not "unknown".
	expiredKept = time.Hour
)

// Credentials are what a client signs with. SessionToken is empty and Expiration zero for a long-lived key.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

type credential struct {
	Secret    string
	Token     string `json:",omitempty"`
	Expires   time.Time
	Principal wire.Principal
}

// Service is the embedded IAM. It answers wire.Authorizer for all the other services.
type Service struct {
	granted sync.Map // of grant

	env wire.Env
	st  *store.Store

	mu          sync.RWMutex
	credentials map[string]credential
	roles       map[string]*role
	policies    map[string]*managedPolicy // by ARN
	issued      int
}

var _ wire.Authorizer = (*Service)(nil)

// New loads the credentials, roles and managed policies of the store. The roles of policies/ get the documents of this
// program, whatever the store has.
func New(env wire.Env, st *store.Store) (*Service, error) {
	s := &Service{env: env, st: st, credentials: map[string]credential{}, roles: map[string]*role{},
		policies: map[string]*managedPolicy{}}
	err := st.Each(credentialBucket, func(key string, value []byte) error {
		var c credential
		if err := json.Unmarshal(value, &c); err != nil {
			return fmt.Errorf("iam: credential %s: %w", key, err)
		}
		s.credentials[key] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.loadPolicies(); err != nil {
		return nil, err
	}
	if err := s.loadRoles(); err != nil {
		return nil, err
	}
	return s, s.forget(env.Now())
}

// Issue makes temporary credentials for p that last ttl (AWS: 15 minutes to 12 hours; not checked here).
func (s *Service) Issue(p wire.Principal, ttl time.Duration) (Credentials, error) {
	return s.make("ASIA", p, s.env.Now().Add(ttl).Truncate(time.Second))
}

// IssueKey makes a long-lived access key for p, as IAM's CreateAccessKey does.
func (s *Service) IssueKey(p wire.Principal) (Credentials, error) {
	return s.make("AKIA", p, time.Time{})
}

func (s *Service) make(prefix string, p wire.Principal, expires time.Time) (Credentials, error) {
	p.AccessKey = prefix + base32.StdEncoding.EncodeToString(random(10))
	p.Tags = maps.Clone(p.Tags)
	c := credential{Secret: base64.StdEncoding.EncodeToString(random(30)), Expires: expires, Principal: p}
	if !expires.IsZero() {
		c.Token = "IQoJb3JpZ2luX2Vj" + base64.StdEncoding.EncodeToString(random(96))
	}
	value, err := json.Marshal(c)
	if err != nil {
		return Credentials{}, err
	}
	if err := s.st.Apply(store.Op{Bucket: credentialBucket, Key: p.AccessKey, Value: value}); err != nil {
		return Credentials{}, fmt.Errorf("iam: keep credentials: %w", err)
	}
	s.mu.Lock()
	s.credentials[p.AccessKey] = c
	s.issued++
	sweep := s.issued%256 == 0
	s.mu.Unlock()
	if sweep {
		err = s.forget(s.env.Now())
	}
	return Credentials{AccessKeyID: p.AccessKey, SecretAccessKey: c.Secret, SessionToken: c.Token, Expiration: expires},
		err
}

// Lookup returns what belongs to an access key ID: its secret, its session token ("" for a long-lived key), who
// it is, and when it ends (zero for never). Expired credentials are still found for an hour.
func (s *Service) Lookup(accessKeyID string) (secret, sessionToken string, p wire.Principal, expires time.Time,
	ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, ok := s.credentials[accessKeyID]
	return c.Secret, c.Token, c.Principal, c.Expires, ok
}

// forget drops the credentials that ended more than an hour before now.
func (s *Service) forget(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ops []store.Op
	for id, c := range s.credentials {
		if !c.Expires.IsZero() && now.Sub(c.Expires) > expiredKept {
			ops = append(ops, store.Op{Bucket: credentialBucket, Key: id})
		}
	}
	if err := s.st.Apply(ops...); err != nil {
		return err
	}
	for _, op := range ops {
		delete(s.credentials, op.Key)
	}
	return nil
}

// Allowed implements wire.Authorizer: the role's policies decide, within its permissions boundary and the session's
// policies. A principal without a role has none, and only Root is free of them.
func (s *Service) Allowed(p wire.Principal, action, resource string, keys map[string][]string) bool {
	if p.Root {
		return true
	}
	s.mu.RLock()
	r, ok := s.roles[p.Role]
	var policies, boundary []*Policy
	if ok {
		policies, boundary = r.parsed, r.boundary
	}
	s.mu.RUnlock()
	if !ok {
		return false
	}
	q := &request{action: action, resource: resource, keys: s.context(p, keys)}
	if !evaluate(policies, q) || boundary != nil && !evaluate(boundary, q) {
		return false
	}
	if len(p.Policies) > 0 && !evaluate(sessionPolicies(p.Policies), q) {
		return false
	}
	s.granted.LoadOrStore(grant{p.Role, action}, true)
	return true
}

// sessionPolicies reads a session's documents, which were checked when the session began.
func sessionPolicies(documents []string) []*Policy {
	var out []*Policy
	for _, doc := range documents {
		if p, err := ParsePolicy([]byte(doc)); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// grant is an action that a role has asked for and was allowed.
type grant struct{ role, action string }

// Granted returns the actions that sessions of a role have been allowed since the service was made, sorted.
func (s *Service) Granted(role string) []string {
	var out []string
	s.granted.Range(func(k, _ any) bool {
		if g := k.(grant); g.role == role {
			out = append(out, g.action)
		}
		return true
	})
	slices.Sort(out)
	return out
}

// context is the request's condition keys and the global ones that IAM adds, by lower-case name.
func (s *Service) context(p wire.Principal, keys map[string][]string) map[string][]string {
	now := s.env.Now()
	out := map[string][]string{
		"aws:principalarn":     {principalARN(p)},
		"aws:principalaccount": {p.AccountID},
		"aws:principaltype":    {"AssumedRole"},
		"aws:requestedregion":  {s.env.Region},
		"aws:currenttime":      {now.Format(time.RFC3339)},
		"aws:epochtime":        {fmt.Sprint(now.Unix())},
	}
	if p.Role == "" {
		out["aws:principaltype"] = []string{"User"}
		out["aws:username"] = []string{p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]}
	}
	for k, v := range p.Tags {
		out["aws:principaltag/"+strings.ToLower(k)] = []string{v}
	}
	for k, v := range keys {
		out[strings.ToLower(k)] = v
	}
	return out
}

// principalARN is aws:PrincipalArn: the role's own ARN and not the session's.
func principalARN(p wire.Principal) string {
	if p.Role == "" {
		return p.ARN
	}
	return RoleARN(p.AccountID, p.Role)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
