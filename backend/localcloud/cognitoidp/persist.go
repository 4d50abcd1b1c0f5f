package cognitoidp

import (
	"crypto/x509"
	"encoding/json"
	"fmt"

	"avatar-launcher/backend/localcloud/store"
)

// The buckets of the store.
const (
	poolBucket    = "cognito-idp/pools"
	clientBucket  = "cognito-idp/clients"
	userBucket    = "cognito-idp/users"
	groupBucket   = "cognito-idp/groups"
	sessionBucket = "cognito-idp/sessions"

	providerBucket = "cognito-idp/providers"
)

// write notes a value for the next flush. The caller holds the lock, so that the order of notes is the order of
// changes.
func (s *Service) write(bucket, key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("cognitoidp: state that is not JSON: " + err.Error())
	}
	s.pending = append(s.pending, store.Op{Bucket: bucket, Key: key, Value: b})
}

func (s *Service) erase(bucket, key string) {
	s.pending = append(s.pending, store.Op{Bucket: bucket, Key: key})
}

// flush brings all noted values to the disk. Anyone who comes while another flush runs waits for it and then finds its
// own notes written by it or still pending; either way they are on the disk when flush returns nil.
func (s *Service) flush() error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	s.mu.Lock()
	ops := s.pending
	s.pending = nil
	s.mu.Unlock()
	err := s.st.Apply(ops...)
	if err != nil {
		s.mu.Lock()
		s.pending = append(ops, s.pending...)
		s.mu.Unlock()
	}
	return err
}

func (s *Service) writePool(p *pool)            { s.write(poolBucket, p.ID, p) }
func (s *Service) writeClient(c *client)        { s.write(clientBucket, c.ID, c) }
func (s *Service) writeUser(p *pool, u *user)   { s.write(userBucket, p.ID+"/"+u.Sub, u) }
func (s *Service) writeGroup(p *pool, g *group) { s.write(groupBucket, p.ID+"/"+g.Name, g) }
func (s *Service) writeSession(x *session)      { s.write(sessionBucket, x.Origin, x) }

// load reads everything back; pools first, since the rest hangs on them.
func (s *Service) load() error {
	loaders := []struct {
		bucket string
		add    func(key string, value []byte) error
	}{
		{poolBucket, s.loadPool}, {clientBucket, s.loadClient}, {groupBucket, s.loadGroup},
		{userBucket, s.loadUser}, {sessionBucket, s.loadSession}, {providerBucket, s.loadProvider},
	}
	for _, l := range loaders {
		if err := s.st.Each(l.bucket, l.add); err != nil {
			return fmt.Errorf("read %s: %w", l.bucket, err)
		}
	}
	return nil
}

func (s *Service) loadPool(_ string, value []byte) error {
	p := &pool{}
	if err := json.Unmarshal(value, p); err != nil {
		return err
	}
	for _, k := range p.Keys {
		key, err := x509.ParsePKCS1PrivateKey(k.DER)
		if err != nil {
			return fmt.Errorf("signing key of %s: %w", p.ID, err)
		}
		k.private = key
	}
	s.adopt(p)
	return nil
}

// adopt takes a pool into the working state.
func (s *Service) adopt(p *pool) {
	p.users, p.bySub, p.groups = map[string]*user{}, map[string]*user{}, map[string]*group{}
	p.providers = map[string]*identityProvider{}
	s.pools[p.ID] = p
	if p.Domain != "" {
		s.domains[p.Domain] = p.ID
	}
}

func (s *Service) loadClient(_ string, value []byte) error {
	c := &client{}
	if err := json.Unmarshal(value, c); err != nil {
		return err
	}
	s.clients[c.ID] = c
	return nil
}

func (s *Service) loadUser(key string, value []byte) error {
	u := &user{}
	if err := json.Unmarshal(value, u); err != nil {
		return err
	}
	if p := s.poolOfKey(key); p != nil {
		p.users[p.fold(u.Username)], p.bySub[u.Sub] = u, u
	}
	return nil
}

func (s *Service) loadGroup(key string, value []byte) error {
	g := &group{}
	if err := json.Unmarshal(value, g); err != nil {
		return err
	}
	if p := s.poolOfKey(key); p != nil {
		p.groups[g.Name] = g
	}
	return nil
}

func (s *Service) loadSession(_ string, value []byte) error {
	x := &session{}
	if err := json.Unmarshal(value, x); err != nil {
		return err
	}
	s.sessions[x.Origin] = x
	for _, r := range x.Chain {
		s.tokens[r.Digest] = x.Origin
	}
	return nil
}

func (s *Service) loadProvider(key string, value []byte) error {
	x := &identityProvider{}
	if err := json.Unmarshal(value, x); err != nil {
		return err
	}
	if p := s.poolOfKey(key); p != nil {
		p.providers[x.Name] = x
	}
	return nil
}

// poolOfKey finds the pool of a "poolID/…" key.
func (s *Service) poolOfKey(key string) *pool {
	for i := range key {
		if key[i] == '/' {
			return s.pools[key[:i]]
		}
	}
	return nil
}
