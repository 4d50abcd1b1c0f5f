package cognitoidp

import (
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// attribute finds an attribute of the pool's schema.
func (p *pool) attribute(name string) (schemaAttribute, bool) {
	i := slices.IndexFunc(p.Schema, func(a schemaAttribute) bool { return a.Name == name })
	if i < 0 {
		return schemaAttribute{}, false
	}
	return p.Schema[i], true
}

// checkAttributes holds attributes against the schema. admin may write what users may not (…_verified, developer
// attributes).
func (p *pool) checkAttributes(list []attribute, admin bool) error {
	for _, a := range list {
		def, ok := p.attribute(a.Name)
		switch {
		case !ok:
			return fail("InvalidParameterException",
				"Attributes did not conform to the schema: %s: Attribute does not exist in the schema.\n", a.Name)
		case a.Name == "sub":
			return fail("InvalidParameterException",
				"Attributes did not conform to the schema: sub: Attribute cannot be updated.\n")
		case !admin && (strings.HasSuffix(a.Name, "_verified") || def.DeveloperOnlyAttribute):
			return fail("NotAuthorizedException", "A client attempted to write unauthorized attribute")
		case def.AttributeDataType == "Boolean" && !isBoolean(a.Value):
			return fail("InvalidParameterException",
				"Attributes did not conform to the schema: %s: Attribute value is not a valid boolean.\n", a.Name)
		case a.Name == "email" && a.Value != "" && !emailLike(a.Value):
			return fail("InvalidParameterException", "Invalid email address format.")
		case a.Name == "phone_number" && a.Value != "" && !phoneLike(a.Value):
			return fail("InvalidParameterException", "Invalid phone number format.")
		case len(a.Value) > 2048:
			return fail("InvalidParameterException",
				"Attributes did not conform to the schema: %s: The value is longer than 2048 characters.\n", a.Name)
		}
	}
	return nil
}

// checkRequired wants every required attribute in the list; sub comes by itself.
func (p *pool) checkRequired(list []attribute) error {
	for _, def := range p.Schema {
		if !def.Required || def.Name == "sub" {
			continue
		}
		if !slices.ContainsFunc(list, func(a attribute) bool { return a.Name == def.Name && a.Value != "" }) {
			return fail("InvalidParameterException", "Attributes did not conform to the schema: %s: The attribute is required\n",
				def.Name)
		}
	}
	return nil
}

func emailLike(v string) bool {
	local, domain, ok := strings.Cut(v, "@")
	return ok && local != "" && domain != "" && !strings.ContainsAny(v, " \t\r\n<>") && !strings.Contains(domain, "@")
}

// phoneLike wants E.164: a plus and digits.
func phoneLike(v string) bool {
	digits, ok := strings.CutPrefix(v, "+")
	return ok && len(digits) >= 4 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// assign writes checked attributes. A changed address is unverified unless the same request says otherwise.
func (u *user) assign(list []attribute, now time.Time) {
	for _, a := range list {
		if a.Value != u.get(a.Name) && (a.Name == "email" || a.Name == "phone_number") && u.get(a.Name+"_verified") != "" {
			u.set(a.Name+"_verified", "false")
		}
	}
	for _, a := range list {
		if a.Value == "" {
			u.unset(a.Name)
			continue
		}
		u.set(a.Name, a.Value)
	}
	u.touch(now)
}

type attributesInput struct {
	accessInput
	UserPoolId, Username string
	UserAttributes       []attribute
	UserAttributeNames   []string
	AttributeName, Code  string
}

func adminUpdateAttributes(s *Service, c *wire.Call, in *attributesInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := p.checkAttributes(in.UserAttributes, true); err != nil {
		return nil, err
	}
	u.assign(in.UserAttributes, c.Now)
	s.writeUser(p, u)
	return nil, nil
}

func adminDeleteAttributes(s *Service, c *wire.Call, in *attributesInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return s.deleteAttributes(c, p, u, in.UserAttributeNames)
}

func (s *Service) deleteAttributes(c *wire.Call, p *pool, u *user, names []string) (any, error) {
	for _, name := range names {
		if def, ok := p.attribute(name); !ok || def.Required || name == "sub" {
			return nil, fail("InvalidParameterException", "Cannot delete attribute %s.", name)
		}
	}
	for _, name := range names {
		u.unset(name)
		u.unset(name + "_verified")
	}
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}

func deleteUserAttributes(s *Service, c *wire.Call, b *bearer, in *attributesInput) (any, error) {
	return s.deleteAttributes(c, b.pool, b.user, in.UserAttributeNames)
}

// updateUserAttributes sends a code for each changed address that the pool verifies.
func updateUserAttributes(s *Service, c *wire.Call, b *bearer, in *attributesInput) (any, error) {
	if err := b.pool.checkAttributes(in.UserAttributes, false); err != nil {
		return nil, err
	}
	before := map[string]string{"email": b.user.get("email"), "phone_number": b.user.get("phone_number")}
	b.user.assign(in.UserAttributes, c.Now)
	details := []delivery{}
	for _, name := range b.pool.Config.AutoVerifiedAttributes {
		if v := b.user.get(name); v != "" && v != before[name] {
			b.user.set(name+"_verified", "false")
			details = append(details, s.sendCode(b.pool, b.user, "verify:"+name, name, verifyLife, c.Now))
		}
	}
	s.writeUser(b.pool, b.user)
	return map[string]any{"CodeDeliveryDetailsList": details}, nil
}

func getVerificationCode(s *Service, c *wire.Call, b *bearer, in *attributesInput) (any, error) {
	if in.AttributeName != "email" && in.AttributeName != "phone_number" || b.user.get(in.AttributeName) == "" {
		return nil, fail("InvalidParameterException", "%s is not an attribute that can be verified.", in.AttributeName)
	}
	d := s.sendCode(b.pool, b.user, "verify:"+in.AttributeName, in.AttributeName, verifyLife, c.Now)
	return map[string]any{"CodeDeliveryDetails": d}, nil
}

func verifyAttribute(s *Service, c *wire.Call, b *bearer, in *attributesInput) (any, error) {
	if err := s.useCode(b.pool, b.user, "verify:"+in.AttributeName, in.Code, c.Now); err != nil {
		return nil, err
	}
	b.user.set(in.AttributeName+"_verified", "true")
	b.user.touch(c.Now)
	s.writeUser(b.pool, b.user)
	return nil, nil
}

// isBoolean reports whether an attribute's value is a boolean, which may be capitalised.
func isBoolean(v string) bool { return strings.EqualFold(v, "true") || strings.EqualFold(v, "false") }
