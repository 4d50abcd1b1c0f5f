package account

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// mapsGroups is the condition that a function makes groups of the company's.
const mapsGroups = "MapsGroups"

// companyConditions are those of the company's sign-in, and companyParameters its parameters, which a stack without one
// does without.
var (
	companyConditions = []string{"HasProvider", "ByOidc", "HasMetadataUrl", "SignsOutOfProvider", "HasProviderDomains",
		"WithoutPasswords", mapsGroups}
	companyParameters = []string{"ProviderName", "SamlMetadataUrl", "SamlMetadata1", "SamlMetadata2", "SamlMetadata3",
		"SamlMetadata4", "ProviderSignOut", "OidcIssuer", "OidcClientId", "OidcClientSecret", "ProviderDomains",
		"EmailAttribute", "GroupsAttribute", "UserGroups", "KeeperGroups", "OperatorGroups", "LocalPasswords"}
)

// withoutCompany reports whether a stack of these parameters has no company sign-in.
func (t Template) withoutCompany(p Parameters) bool { return t.value(p, "ProviderName") == "" }

// leaveProviderOut removes the company's sign-in from a body, or only the mapping of its groups, if the stack has none:
// CloudFormation would leave them out by the conditions, but a body that is sent without a bucket must be short.
func (t Template) leaveProviderOut(body Template, p Parameters, alone bool) {
	var out []string
	if t.withoutCompany(p) {
		out = companyConditions
		conditions := maps.Clone(asMap(body["Conditions"]))
		maps.DeleteFunc(conditions, func(name string, _ any) bool { return slices.Contains(companyConditions, name) })
		body["Conditions"] = conditions
		maps.DeleteFunc(asMap(body["Parameters"]), func(name string, _ any) bool {
			return slices.Contains(companyParameters, name)
		})
	} else if alone || t.value(p, "UserGroups")+t.value(p, "KeeperGroups")+t.value(p, "OperatorGroups") == "" {
		out = []string{mapsGroups}
	}
	for _, condition := range out {
		for _, part := range []string{"Resources", "Outputs"} {
			body[part] = chosen(without(asMap(body[part]), condition), condition, false)
		}
	}
}

// Company is the sign-in of a company: its identity provider, by SAML or by OpenID Connect.
type Company struct {
	Name     string // what people see, such as Acme
	Metadata string // of a SAML provider: its address, or the document itself
	Issuer   string // of an OpenID Connect provider
	ClientID string
	Secret   string
	Domains  []string // e-mail domains that stand for it

	EmailAttribute, GroupsAttribute   string // "" for the usual names
	Users, Keepers, Operators         []string
	WithoutPasswords, SignOutThereToo bool
}

// Cognito's name of the e-mail address in SAML, where Entra, Okta and Keycloak's defaults agree.
const samlEmail = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"

// How long a piece of a SAML provider's metadata may be, in bytes, and how many there are.
const (
	metadataPiece  = 4096
	metadataPieces = 4
)

// Parameters are those of the stack for the company's sign-in. Errors are *backend.Problem.
func (c Company) Parameters() (Parameters, error) {
	p := Parameters{"ProviderName": c.Name, "EmailAttribute": c.EmailAttribute, "GroupsAttribute": c.GroupsAttribute,
		"ProviderDomains": strings.Join(c.Domains, ","), "UserGroups": strings.Join(c.Users, ";"),
		"KeeperGroups": strings.Join(c.Keepers, ";"), "OperatorGroups": strings.Join(c.Operators, ";"),
		"LocalPasswords": yesNo(!c.WithoutPasswords), "ProviderSignOut": yesNo(c.SignOutThereToo),
		"OidcIssuer": c.Issuer, "OidcClientId": c.ClientID, "OidcClientSecret": c.Secret, "SamlMetadataUrl": ""}
	for i := range metadataPieces {
		p[fmt.Sprintf("SamlMetadata%d", i+1)] = ""
	}
	if p["GroupsAttribute"] == "" {
		p["GroupsAttribute"] = "groups"
	}
	if c.Issuer != "" {
		if p["EmailAttribute"] == "" {
			p["EmailAttribute"] = "email"
		}
		return p, checkAddress("--oidc", c.Issuer)
	}
	if p["EmailAttribute"] == "" {
		p["EmailAttribute"] = samlEmail
	}
	if strings.Contains(c.Metadata, "://") && !strings.Contains(c.Metadata, "<") {
		p["SamlMetadataUrl"] = c.Metadata
		return p, checkAddress("--saml", c.Metadata)
	}
	return p, split(c.Metadata, p)
}

// split distributes a metadata document over the parameters, of which CloudFormation bounds the length.
func split(document string, into Parameters) error {
	document = strings.TrimSpace(document)
	if !strings.Contains(document, "IDPSSODescriptor") {
		return misused(messages.New("commands.setup.noMetadata"))
	}
	if len(document) > metadataPiece*metadataPieces {
		return misused(messages.New("commands.setup.metadataTooLong", metadataPiece*metadataPieces))
	}
	for i := 0; document != ""; i++ {
		n := min(len(document), metadataPiece)
		into[fmt.Sprintf("SamlMetadata%d", i+1)], document = document[:n], document[n:]
	}
	return nil
}

func checkAddress(flag, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return misused(messages.New("commands.setup.noHTTPS", flag, address))
	}
	return nil
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

// PasswordsRefused is the Problem of users of the pool itself where only the company's sign-in is taken.
func PasswordsRefused(provider string) *backend.Problem {
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("commands.setup.noUsersMade"),
		Why: messages.New("commands.setup.passwordsNotTaken", provider), Next: messages.New("commands.setup.addToGroup")}
}
