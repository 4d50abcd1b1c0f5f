package cognitoidp

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// poolConfig is the part of a user pool that CreateUserPool takes, UpdateUserPool replaces and DescribeUserPool shows.
// What has no effect here (mail texts, most triggers) is kept as it came, so that tools see what they set.
type poolConfig struct {
	Policies              *policies              `json:",omitempty"`
	MfaConfiguration      string                 `json:",omitempty"` // OFF, ON or OPTIONAL
	AliasAttributes       []string               `json:",omitempty"`
	UsernameAttributes    []string               `json:",omitempty"`
	UsernameConfiguration *usernameConfiguration `json:",omitempty"`

	AutoVerifiedAttributes []string               `json:",omitempty"`
	AdminCreateUserConfig  *adminCreateUserConfig `json:",omitempty"`
	DeviceConfiguration    *deviceConfiguration   `json:",omitempty"`
	DeletionProtection     string                 `json:",omitempty"`
	UserPoolTags           map[string]string      `json:",omitempty"`
	UserPoolTier           string                 `json:",omitempty"`

	AccountRecoverySetting      json.RawMessage `json:",omitempty"`
	EmailConfiguration          json.RawMessage `json:",omitempty"`
	LambdaConfig                json.RawMessage `json:",omitempty"`
	SmsConfiguration            json.RawMessage `json:",omitempty"`
	UserAttributeUpdateSettings json.RawMessage `json:",omitempty"`
	UserPoolAddOns              json.RawMessage `json:",omitempty"`
	VerificationMessageTemplate json.RawMessage `json:",omitempty"`
	EmailVerificationMessage    string          `json:",omitempty"`
	EmailVerificationSubject    string          `json:",omitempty"`
	SmsAuthenticationMessage    string          `json:",omitempty"`
	SmsVerificationMessage      string          `json:",omitempty"`
}

type policies struct {
	PasswordPolicy *passwordPolicy `json:",omitempty"`
	SignInPolicy   *signInPolicy   `json:",omitempty"`
}

type signInPolicy struct{ AllowedFirstAuthFactors []string }

// passwordPolicy is PasswordPolicyType. Lengths count characters.
type passwordPolicy struct {
	MinimumLength                 int
	RequireUppercase              bool
	RequireLowercase              bool
	RequireNumbers                bool
	RequireSymbols                bool
	PasswordHistorySize           int `json:",omitempty"`
	TemporaryPasswordValidityDays int
}

type usernameConfiguration struct{ CaseSensitive bool }

type adminCreateUserConfig struct {
	AllowAdminCreateUserOnly  bool
	UnusedAccountValidityDays int             `json:",omitempty"`
	InviteMessageTemplate     json.RawMessage `json:",omitempty"`
}

type deviceConfiguration struct {
	ChallengeRequiredOnNewDevice     bool
	DeviceOnlyRememberedOnUserPrompt bool
}

// schemaAttribute is SchemaAttributeType.
type schemaAttribute struct {
	Name                       string
	AttributeDataType          string
	DeveloperOnlyAttribute     bool
	Mutable                    *bool `json:",omitempty"`
	Required                   bool
	NumberAttributeConstraints json.RawMessage `json:",omitempty"`
	StringAttributeConstraints json.RawMessage `json:",omitempty"`
}

// settle checks a configuration and fills in AWS's defaults.
func (c *poolConfig) settle() error {
	if c.MfaConfiguration == "" {
		c.MfaConfiguration = "OFF"
	}
	if !slices.Contains([]string{"OFF", "ON", "OPTIONAL"}, c.MfaConfiguration) {
		return fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy "+
				"enum value set: [OPTIONAL, OFF, ON]", c.MfaConfiguration)
	}
	if c.MfaConfiguration != "OFF" && c.SmsConfiguration == nil {
		return fail("InvalidParameterException",
			"SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	}
	if len(c.AliasAttributes) > 0 && len(c.UsernameAttributes) > 0 {
		return fail("InvalidParameterException",
			"Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
	}
	if c.AdminCreateUserConfig == nil {
		c.AdminCreateUserConfig = &adminCreateUserConfig{}
	}
	if c.EmailConfiguration == nil {
		c.EmailConfiguration = json.RawMessage(`{"EmailSendingAccount":"COGNITO_DEFAULT"}`)
	}
	if c.VerificationMessageTemplate == nil {
		c.VerificationMessageTemplate = json.RawMessage(`{"DefaultEmailOption":"CONFIRM_WITH_CODE"}`)
	}
	if c.DeletionProtection == "" {
		c.DeletionProtection = "INACTIVE"
	}
	if c.UserPoolTier == "" {
		c.UserPoolTier = "ESSENTIALS"
	}
	if err := c.settlePolicy(); err != nil {
		return err
	}
	// The older name of the same figure, which AWS still shows.
	c.AdminCreateUserConfig.UnusedAccountValidityDays = c.Policies.PasswordPolicy.TemporaryPasswordValidityDays
	return nil
}

func (c *poolConfig) settlePolicy() error {
	if c.Policies == nil {
		c.Policies = &policies{}
	}
	if c.Policies.PasswordPolicy == nil {
		c.Policies.PasswordPolicy = &passwordPolicy{MinimumLength: 8, RequireUppercase: true, RequireLowercase: true,
			RequireNumbers: true, RequireSymbols: true}
	}
	p := c.Policies.PasswordPolicy
	if p.MinimumLength == 0 {
		p.MinimumLength = 8
	}
	if p.MinimumLength < 6 || p.MinimumLength > 99 {
		return fail("InvalidParameterException", "Password minimum length must be between 6 and 99.")
	}
	if p.PasswordHistorySize < 0 || p.PasswordHistorySize > 24 {
		return fail("InvalidParameterException", "Password history size must be between 0 and 24.")
	}
	if p.TemporaryPasswordValidityDays == 0 {
		p.TemporaryPasswordValidityDays = cmp.Or(c.AdminCreateUserConfig.UnusedAccountValidityDays, 7)
	}
	return nil
}

// standardAttributes are those of OpenID Connect that every pool has, with their types.
var standardAttributes = []schemaAttribute{
	{Name: "sub", AttributeDataType: "String", Mutable: new(bool), Required: true},
	standard("name"), standard("given_name"), standard("family_name"), standard("middle_name"), standard("nickname"),
	standard("preferred_username"), standard("profile"), standard("picture"), standard("website"), standard("email"),
	{Name: "email_verified", AttributeDataType: "Boolean", Mutable: yes()},
	standard("gender"), standard("birthdate"), standard("zoneinfo"), standard("locale"), standard("phone_number"),
	{Name: "phone_number_verified", AttributeDataType: "Boolean", Mutable: yes()},
	standard("address"),
	{Name: "updated_at", AttributeDataType: "Number", Mutable: yes()},
	{Name: "identities", AttributeDataType: "String", Mutable: yes()},
}

func standard(name string) schemaAttribute {
	return schemaAttribute{Name: name, AttributeDataType: "String", Mutable: yes()}
}

func yes() *bool { return new(true) }

// schemaOf lays the attributes of a request over the standard ones; names that are not standard become custom:….
func schemaOf(asked []schemaAttribute) ([]schemaAttribute, error) {
	out := slices.Clone(standardAttributes)
	for _, a := range asked {
		if a.Name == "" {
			return nil, fail("InvalidParameterException", "Attribute name must not be empty.")
		}
		if a.Mutable == nil {
			a.Mutable = yes()
		}
		if i := slices.IndexFunc(out, func(b schemaAttribute) bool { return b.Name == a.Name }); i >= 0 {
			if a.AttributeDataType == "" {
				a.AttributeDataType = out[i].AttributeDataType
			}
			out[i] = a
			continue
		}
		if a.Required {
			return nil, fail("InvalidParameterException", "Required custom attributes are not supported currently.")
		}
		out = append(out, customAttribute(a))
	}
	return out, nil
}

func customAttribute(a schemaAttribute) schemaAttribute {
	prefix := "custom:"
	if a.DeveloperOnlyAttribute {
		prefix = "dev:custom:"
	}
	if !strings.HasPrefix(a.Name, prefix) {
		a.Name = prefix + a.Name
	}
	if a.AttributeDataType == "" {
		a.AttributeDataType = "String"
	}
	if a.Mutable == nil {
		a.Mutable = yes()
	}
	return a
}
