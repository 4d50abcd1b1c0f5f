package cognitoidp

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"

	"avatar-launcher/backend/localcloud/wire"

	"golang.org/x/sync/errgroup"
)

// poolInput is the part of a request that names a pool.
type poolInput struct{ UserPoolId string }

// poolByID finds a pool. Its error is what Cognito answers for an ID that is none.
func (s *Service) poolByID(id string) (*pool, error) {
	if id == "" {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null")
	}
	if !strings.Contains(id, "_") {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'userPoolId' failed to satisfy constraint: Member must satisfy "+
				"regular expression pattern: [\\w-]+_[0-9a-zA-Z]+", id)
	}
	p := s.pools[id]
	if p == nil {
		return nil, fail("ResourceNotFoundException", "User pool %s does not exist.", id)
	}
	return p, nil
}

type createPoolInput struct {
	PoolName string
	Schema   []schemaAttribute
	poolConfig
}

// createUserPool takes the lock only after the keys are made, which takes a good part of a second.
func createUserPool(s *Service, c *wire.Call) (any, error) {
	var in createPoolInput
	if err := wire.DecodeJSON(c.Body, &in); err != nil {
		return nil, err
	}
	if in.PoolName == "" || len(in.PoolName) > 128 {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value at 'poolName' failed to satisfy constraint: Member must have length between "+
				"1 and 128")
	}
	if err := in.settle(); err != nil {
		return nil, err
	}
	schema, err := schemaOf(in.Schema)
	if err != nil {
		return nil, err
	}
	p := &pool{Name: in.PoolName, Created: c.Now, Modified: c.Now, Config: in.poolConfig, Schema: schema,
		Decoy: randomBytes(32)}
	p.MFA.Mode = in.MfaConfiguration
	p.MFA.SMS = in.SmsConfiguration != nil
	if err := checkFirstFactors(&p.Config, p.MFA); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for p.ID == "" || s.pools[p.ID] != nil {
		p.ID = s.env.Region + "_" + s.identifier(9, 62)
	}
	s.adopt(p)
	s.writePool(p)
	return rendered(map[string]any{"UserPool": s.describe(p)})
}

// signingKeys returns the pool's keys. They are made when they are first needed, and both at once, because making one
// takes longer than all the rest of opening a new cloud. s.mu is held.
func (s *Service) signingKeys(p *pool) ([]*signingKey, error) {
	if len(p.Keys) > 0 {
		return p.Keys, nil
	}
	keys := make([]*signingKey, 2)
	var all errgroup.Group
	for i := range keys {
		all.Go(func() (err error) {
			keys[i], err = s.newSigningKey()
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	p.Keys = keys
	s.writePool(p)
	return keys, nil
}

func (s *Service) newSigningKey() (*signingKey, error) {
	key, err := s.opt.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	der := x509.MarshalPKCS1PrivateKey(key)
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	return &signingKey{KID: base64.StdEncoding.EncodeToString(sum[:]), DER: der, private: key}, nil
}

// poolView is UserPoolType.
type poolView struct {
	Id, Name, Arn          string
	CreationDate           stamp
	LastModifiedDate       stamp
	EstimatedNumberOfUsers int
	SchemaAttributes       []schemaAttribute
	Domain                 string `json:",omitempty"`
	poolConfig
}

func (s *Service) describe(p *pool) poolView {
	v := poolView{Id: p.ID, Name: p.Name, Arn: s.poolARN(p.ID), CreationDate: stamp(p.Created),
		LastModifiedDate: stamp(p.Modified), EstimatedNumberOfUsers: len(p.users), SchemaAttributes: p.Schema,
		Domain: p.Domain, poolConfig: p.Config}
	v.MfaConfiguration = p.MFA.Mode
	return v
}

func describeUserPool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return map[string]any{"UserPool": s.describe(p)}, nil
}

type listInput struct {
	MaxResults *int32
	NextToken  string
}

func listUserPools(s *Service, _ *wire.Call, in *listInput) (any, error) {
	ids, next, err := page(mapKeys(s.pools), in.NextToken, in.MaxResults, 60)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, id := range ids {
		p := s.pools[id]
		out = append(out, map[string]any{"Id": p.ID, "Name": p.Name, "LambdaConfig": struct{}{},
			"CreationDate": stamp(p.Created), "LastModifiedDate": stamp(p.Modified)})
	}
	return answer("UserPools", out, "NextToken", next), nil
}

// answer is a list with the token of its next page, which is left out on the last.
func answer(name string, list any, tokenName, next string) map[string]any {
	m := map[string]any{name: list}
	if next != "" {
		m[tokenName] = next
	}
	return m
}

type updatePoolInput struct {
	UserPoolId, PoolName string
	poolConfig
}

// updateUserPool replaces the configuration: as the API reference warns, what is left out goes back to its default.
// What was fixed at creation stays.
func updateUserPool(s *Service, c *wire.Call, in *updatePoolInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if in.SmsConfiguration == nil && in.MfaConfiguration == p.MFA.Mode {
		in.SmsConfiguration = p.Config.SmsConfiguration
	}
	if in.MfaConfiguration != "" && in.MfaConfiguration != "OFF" && (p.MFA.TOTP || p.MFA.Email) &&
		in.SmsConfiguration == nil {
		in.SmsConfiguration = []byte("{}")
	}
	if err := in.settle(); err != nil {
		return nil, err
	}
	next := p.MFA
	next.Mode = in.MfaConfiguration
	if err := checkFirstFactors(&in.poolConfig, next); err != nil {
		return nil, err
	}
	in.AliasAttributes, in.UsernameAttributes = p.Config.AliasAttributes, p.Config.UsernameAttributes
	in.UsernameConfiguration = p.Config.UsernameConfiguration
	p.Config, p.MFA.Mode, p.Modified = in.poolConfig, in.MfaConfiguration, c.Now
	if in.PoolName != "" {
		p.Name = in.PoolName
	}
	s.writePool(p)
	return nil, nil
}

// deleteUserPool removes the pool and all that hangs on it.
func deleteUserPool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if p.Config.DeletionProtection == "ACTIVE" {
		return nil, fail("InvalidParameterException",
			"The user pool cannot be deleted because deletion protection is activated. Deletion protection must be "+
				"inactivated first.")
	}
	if p.Domain != "" {
		return nil, fail("InvalidParameterException",
			"User pool cannot be deleted. It has a domain configured that should be deleted first.")
	}
	for _, u := range p.users {
		s.removeUser(p, u)
	}
	for name := range p.groups {
		s.erase(groupBucket, p.ID+"/"+name)
	}
	for name := range p.providers {
		s.erase(providerBucket, p.ID+"/"+name)
	}
	for id, cl := range s.clients {
		if cl.PoolID == p.ID {
			delete(s.clients, id)
			s.erase(clientBucket, id)
		}
	}
	delete(s.pools, p.ID)
	s.erase(poolBucket, p.ID)
	return nil, nil
}

type customAttributesInput struct {
	UserPoolId       string
	CustomAttributes []schemaAttribute
}

func addCustomAttributes(s *Service, c *wire.Call, in *customAttributesInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	for _, a := range in.CustomAttributes {
		a = customAttribute(a)
		if _, exists := p.attribute(a.Name); exists {
			return nil, fail("InvalidParameterException", "%s: Existing attribute already has name %s.", a.Name, a.Name)
		}
		p.Schema = append(p.Schema, a)
	}
	p.Modified = c.Now
	s.writePool(p)
	return nil, nil
}
