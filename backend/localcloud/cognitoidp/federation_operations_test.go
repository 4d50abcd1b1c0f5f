package cognitoidp_test

import (
	"strings"
	"testing"
)

func TestIdentityProviderOperations(t *testing.T) {
	o := newSAML(t)
	c := federating(t, o, nil)
	in := obj{"UserPoolId": c.pool, "ProviderName": "Acme"}
	c.refused("ResourceNotFoundException", "Acme", "DescribeIdentityProvider", in)
	c.refused("InvalidParameterException", "does not exist", "CreateUserPoolClient",
		obj{"UserPoolId": c.pool, "ClientName": "x", "SupportedIdentityProviders": []string{"Acme"}})
	c.addSAML(nil)
	c.supports("Acme")
	c.refused("DuplicateProviderException", "Acme", "CreateIdentityProvider",
		in.with(obj{"ProviderType": "SAML", "ProviderDetails": obj{"MetadataFile": o.metadata()}}))
	got := c.must("DescribeIdentityProvider", in)
	wantEqual(t, "address of the sign-in", got.str("IdentityProvider", "ProviderDetails", "SSORedirectBindingURI"),
		"https://idp.example/sso")
	c.must("UpdateIdentityProvider", in.with(obj{"IdpIdentifiers": []string{"x.com"},
		"ProviderDetails": obj{"MetadataFile": o.metadata()}}))
	got = c.must("GetIdentityProviderByIdentifier", obj{"UserPoolId": c.pool, "IdpIdentifier": "x.com"})
	wantEqual(t, "mapping that was not named", got.str("IdentityProvider", "AttributeMapping", "custom:groups"), "groups")
	wantEqual(t, "listed",
		c.must("ListIdentityProviders", obj{"UserPoolId": c.pool}).str("Providers", 0, "ProviderType"), "SAML")
	for name, more := range map[string]obj{
		"no metadata":         {"ProviderDetails": obj{}},
		"two kinds of it":     {"ProviderDetails": obj{"MetadataFile": "x", "MetadataURL": "https://x.example"}},
		"plain HTTP":          {"ProviderDetails": obj{"MetadataURL": "http://idp.example/metadata"}},
		"none of SAML":        {"ProviderDetails": obj{"MetadataFile": "<a/>"}},
		"unknown attribute":   {"AttributeMapping": obj{"custom:nothing": "x"}},
		"empty identifier":    {"IdpIdentifiers": []string{""}},
		"encrypted responses": {"ProviderDetails": obj{"MetadataFile": o.metadata(), "EncryptedResponses": "true"}},
	} {
		if _, e := c.try("UpdateIdentityProvider", in.with(more)); e == nil || e.code != "InvalidParameterException" {
			t.Errorf("%s: %v", name, e)
		}
	}
	for _, name := range []string{"", "a", "_ab", "ab_", "a b", "COGNITO", strings.Repeat("a", 33)} {
		c.refused("InvalidParameterException", "", "CreateIdentityProvider",
			obj{"UserPoolId": c.pool, "ProviderName": name, "ProviderType": "SAML"})
	}
	c.must("DeleteIdentityProvider", in)
	wantEqual(t, "the client's providers", c.must("DescribeUserPoolClient",
		obj{"UserPoolId": c.pool, "ClientId": c.client}).at("UserPoolClient", "SupportedIdentityProviders"), nil)
}
