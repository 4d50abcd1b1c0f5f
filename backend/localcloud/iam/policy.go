package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Policy is a parsed policy document of the identity or the trust kind (IAM User Guide, "IAM JSON policy
// reference").
type Policy struct {
	Version    string     `json:"Version"`
	ID         string     `json:"Id"`
	Statements statements `json:"Statement"`
}

// Statement is one statement of a policy.
type Statement struct {
	Sid          string
	Effect       string
	Action       words
	NotAction    words
	Resource     words
	NotResource  words
	Principal    principals
	NotPrincipal principals
	Condition    map[string]map[string]words
}

// words is a JSON string, or an array of them; booleans and numbers stand for their text.
type words []string

// statements is one statement or an array of them.
type statements []Statement

// principals is "*" or a map of kind (AWS, Federated, Service) to names.
type principals map[string]words

// ParsePolicy reads a policy document strictly: an unknown element is an error, since one that is passed over
// would allow more than its author meant.
func ParsePolicy(doc []byte) (*Policy, error) {
	p := &Policy{}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("policy document: text after its end")
	}
	switch p.Version {
	case "", "2008-10-17", "2012-10-17":
	default:
		return nil, fmt.Errorf("policy document: version %q is neither 2012-10-17 nor 2008-10-17", p.Version)
	}
	if len(p.Statements) == 0 {
		return nil, fmt.Errorf("policy document: no statement")
	}
	for i := range p.Statements {
		if err := p.Statements[i].check(); err != nil {
			return nil, fmt.Errorf("policy document: statement %d: %w", i+1, err)
		}
	}
	return p, nil
}

func (s *Statement) check() error {
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return fmt.Errorf("effect %q is neither Allow nor Deny", s.Effect)
	}
	if (len(s.Action) == 0) == (len(s.NotAction) == 0) {
		return fmt.Errorf("needs either Action or NotAction")
	}
	trust := len(s.Principal)+len(s.NotPrincipal) > 0
	if !trust && (len(s.Resource) == 0) == (len(s.NotResource) == 0) {
		return fmt.Errorf("needs either Resource or NotResource")
	}
	for op := range s.Condition {
		if _, err := parseOperator(op); err != nil {
			return err
		}
	}
	return nil
}

// request is one question put to the policies.
type request struct {
	action, resource string
	keys             map[string][]string // condition keys in lower case
}

// value is a policy variable's: the key's, where it has exactly one.
func (r *request) value(key string) (string, bool) {
	v := r.keys[strings.ToLower(key)]
	if len(v) != 1 {
		return "", false
	}
	return v[0], true
}

// evaluate is IAM's decision within one account: an explicit deny wins, then any allow, and nothing is allowed
// by silence.
func evaluate(policies []*Policy, r *request) bool {
	allowed := false
	for _, p := range policies {
		for i := range p.Statements {
			s := &p.Statements[i]
			if !s.applies(r, p.Version == "2012-10-17") {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func (s *Statement) applies(r *request, variables bool) bool {
	if len(s.Action) > 0 && !s.Action.matchFold(r.action) {
		return false
	}
	if len(s.NotAction) > 0 && s.NotAction.matchFold(r.action) {
		return false
	}
	if len(s.Resource) > 0 && !s.Resource.match(r, variables) {
		return false
	}
	if len(s.NotResource) > 0 && s.NotResource.match(r, variables) {
		return false
	}
	for op, keys := range s.Condition {
		for key, values := range keys {
			if !holds(op, key, values, r, variables) {
				return false
			}
		}
	}
	return true
}

func (w words) matchFold(s string) bool {
	for _, each := range w {
		// What comes before the first wildcard rules most of them out without a pattern.
		head := each
		if i := strings.IndexAny(each, "*?"); i >= 0 {
			head = each[:i]
		}
		if len(s) < len(head) || !strings.EqualFold(s[:len(head)], head) {
			continue
		}
		if pattern(nil).glob(strings.ToLower(each)).match(strings.ToLower(s)) {
			return true
		}
	}
	return false
}

func (w words) match(r *request, variables bool) bool {
	for _, each := range w {
		if p, ok := expand(each, variables, r.value); ok && p.match(r.resource) {
			return true
		}
	}
	return false
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *words) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	*w = words{}
	for _, each := range list {
		var v any
		d := json.NewDecoder(bytes.NewReader(each))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			return err
		}
		switch v.(type) {
		case string, bool, json.Number:
			*w = append(*w, fmt.Sprint(v))
		default:
			return fmt.Errorf("%s is neither a string nor a list of strings", each)
		}
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *statements) UnmarshalJSON(b []byte) error {
	if trimmed := bytes.TrimSpace(b); len(trimmed) > 0 && trimmed[0] == '{' {
		b = append(append([]byte{'['}, trimmed...), ']')
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode((*[]Statement)(s))
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *principals) UnmarshalJSON(b []byte) error {
	var all string
	if json.Unmarshal(b, &all) == nil {
		if all != "*" {
			return fmt.Errorf("principal %q: a string can only be *", all)
		}
		*p = principals{"*": {"*"}}
		return nil
	}
	return json.Unmarshal(b, (*map[string]words)(p))
}
