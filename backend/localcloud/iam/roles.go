package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

type role struct {
	Name     string
	Created  time.Time
	Trust    json.RawMessage
	Policies map[string]json.RawMessage

	Path        string            `json:",omitempty"` // "" for "/"
	Description string            `json:",omitempty"`
	MaxSession  int               `json:",omitempty"` // seconds, 0 for an hour
	Attached    []string          `json:",omitempty"` // ARNs of managed policies
	Boundary    string            `json:",omitempty"` // ARN of the permissions boundary
	Tags        map[string]string `json:",omitempty"`

	trust    *Policy
	parsed   []*Policy
	boundary []*Policy // nil if there is no boundary
}

// defaultPolicy is the name under which PutRolePolicy keeps a role's one document.
const defaultPolicy = "main"

// RoleARN is the ARN of a role of the account.
func RoleARN(accountID, name string) string { return "arn:aws:iam::" + accountID + ":role/" + name }

// RoleName is the role's name in an ARN, paths cut off; "" where the ARN is no role's.
func RoleName(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return ""
	}
	return path.Base(parts[5])
}

func (s *Service) loadRoles() error {
	err := s.st.Each(roleBucket, func(key string, value []byte) error {
		r := &role{}
		if err := json.Unmarshal(value, r); err != nil {
			return fmt.Errorf("iam: role %s: %w", key, err)
		}
		if err := s.parse(r); err != nil {
			return fmt.Errorf("iam: role %s: %w", key, err)
		}
		s.roles[key] = r
		return nil
	})
	if err != nil {
		return err
	}
	for _, each := range []struct {
		role  string
		files []string
	}{
		{UserRole, []string{"user"}}, {KeeperRole, []string{"keeper"}}, {OperatorRole, []string{"operator", "keeper"}},
		{StopRole, []string{"stop"}},
	} {
		if err := s.ship(each.role, each.files); err != nil {
			return err
		}
	}
	return nil
}

// ship gives a role the documents that this program carries. They replace what an older program left in the
// store, or an old state would keep refusing what a new launcher needs. The first document's trust policy is the
// role's. Somebody who assumes a role to try what a user may do can do so for longestSession.
func (s *Service) ship(name string, files []string) error {
	shipped := map[string]json.RawMessage{}
	for _, file := range files {
		doc, err := PolicyDocument(file)
		if err != nil {
			return err
		}
		shipped[file] = doc
	}
	trust, err := fs.ReadFile(documents, "policies/"+files[0]+"-trust.json")
	if err != nil {
		return err
	}
	if name != StopRole {
		if trust, err = s.trustAccount(trust); err != nil {
			return err
		}
	}
	if err := s.PutRole(name, trust); err != nil {
		return err
	}
	return s.change(name, true, func(r *role) { r.Policies, r.MaxSession = shipped, longestSession })
}

// trustAccount adds the account's own users to a trust policy, so that an operator can try what a user may do:
// aws sts assume-role --role-arn …:role/avatar-launcher-user. An AWS account is not given this statement.
func (s *Service) trustAccount(trust []byte) ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(trust, &doc); err != nil {
		return nil, err
	}
	list, _ := doc["Statement"].([]any)
	doc["Statement"] = append(list, map[string]any{
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": "arn:aws:iam::" + s.env.AccountID + ":root"},
		"Action":    []string{"sts:AssumeRole", "sts:TagSession"},
	})
	return json.Marshal(doc)
}

// PolicyDocument returns one of the documents that ship with the program: "user", "keeper", "operator" or "stop".
func PolicyDocument(name string) ([]byte, error) {
	return fs.ReadFile(documents, "policies/"+name+".json")
}

// PutRole makes a role, or gives an existing one another trust policy.
func (s *Service) PutRole(name string, trust []byte) error {
	return s.change(name, true, func(r *role) { r.Trust = slices.Clone(trust) })
}

// PutRolePolicy sets a role's policy document. The error says what is wrong with the document (AWS:
// MalformedPolicyDocument); a role that is not there is made, without a trust policy.
func (s *Service) PutRolePolicy(name string, doc []byte) error {
	return s.change(name, true, func(r *role) { r.Policies[defaultPolicy] = slices.Clone(doc) })
}

// change applies edit to a copy of the role, checks it, keeps it, and only then lets it decide.
func (s *Service) change(name string, create bool, edit func(*role)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := &role{Name: name, Created: s.env.Now(), Policies: map[string]json.RawMessage{}}
	if old, ok := s.roles[name]; ok {
		*next = *old
		next.Policies, next.Tags, next.Attached = maps.Clone(old.Policies), maps.Clone(old.Tags), slices.Clone(old.Attached)
	} else if !create {
		return fmt.Errorf("iam: there is no role %s", name)
	}
	edit(next)
	if err := s.parse(next); err != nil {
		return err
	}
	value, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("iam: role %s: %w", name, err)
	}
	if !bytes.Equal(value, s.st.Get(roleBucket, name)) {
		if err := s.st.Apply(store.Op{Bucket: roleBucket, Key: name, Value: value}); err != nil {
			return fmt.Errorf("iam: keep role %s: %w", name, err)
		}
	}
	s.roles[name] = next
	return nil
}

// parse reads a role's documents, those of its managed policies included. The caller holds mu, or is alone.
func (s *Service) parse(r *role) error {
	r.parsed, r.trust, r.boundary = nil, nil, nil
	if len(r.Trust) > 0 {
		p, err := ParsePolicy(r.Trust)
		if err != nil {
			return err
		}
		r.trust = p
	}
	for _, doc := range r.Policies {
		p, err := ParsePolicy(doc)
		if err != nil {
			return err
		}
		r.parsed = append(r.parsed, p)
	}
	for _, arn := range r.Attached {
		p, err := s.managed(arn)
		if err != nil {
			return err
		}
		r.parsed = append(r.parsed, p)
	}
	if r.Boundary == "" {
		return nil
	}
	p, err := s.managed(r.Boundary)
	r.boundary = []*Policy{p}
	return err
}

// Trusted reports whether the role's trust policy lets a principal do action (sts:AssumeRole, sts:TagSession):
// kind is AWS, Service or Federated, who an ARN, account or service name.
func (s *Service) Trusted(roleName, kind, who, action string, keys map[string][]string) bool {
	s.mu.RLock()
	r, ok := s.roles[roleName]
	s.mu.RUnlock()
	if !ok || r.trust == nil {
		return false
	}
	lower := map[string][]string{}
	for k, v := range keys {
		lower[strings.ToLower(k)] = v
	}
	allowed := false
	for i := range r.trust.Statements {
		st := &r.trust.Statements[i]
		if !st.Principal.names(kind, who) || !st.applies(&request{action: action, keys: lower}, true) {
			continue
		}
		if st.Effect == "Deny" {
			return false
		}
		allowed = true
	}
	return allowed
}

// names reports whether who is among the principals: itself, the role of its session, its account
// ("arn:aws:iam::ID:root" or the bare ID), or everybody.
func (p principals) names(kind, who string) bool {
	if _, everybody := p["*"]; everybody {
		return true
	}
	account, role := "", ""
	if parts := strings.SplitN(who, ":", 6); len(parts) == 6 {
		account = parts[4]
		if rest, ok := strings.CutPrefix(parts[5], "assumed-role/"); ok {
			role, _, _ = strings.Cut(rest, "/")
		}
	}
	return slices.ContainsFunc(p[kind], func(name string) bool {
		return name == "*" || name == who || role != "" && RoleName(name) == role &&
			strings.Contains(name, "::"+account+":") || account != "" &&
			(name == account || name == "arn:aws:iam::"+account+":root")
	})
}

// RolePrincipal is who a session of the role is.
func (s *Service) RolePrincipal(name, session string, tags map[string]string) wire.Principal {
	return wire.Principal{
		AccountID: s.env.AccountID,
		ARN:       "arn:aws:sts::" + s.env.AccountID + ":assumed-role/" + name + "/" + session,
		Role:      name,
		Tags:      tags,
	}
}
