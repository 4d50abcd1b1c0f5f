package account

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParametersOfACompanysSignIn(t *testing.T) {
	const metadata = "<EntityDescriptor><IDPSSODescriptor/></EntityDescriptor>"
	for name, each := range map[string]struct {
		c    Company
		want Parameters
	}{
		"OpenID Connect": {Company{Name: "Acme", Issuer: "https://id.example", ClientID: "launcher", Secret: "s3cret",
			Users: []string{"CN=a,OU=b", "c"}}, Parameters{"OidcIssuer": "https://id.example", "OidcClientSecret": "s3cret",
			"EmailAttribute": "email", "GroupsAttribute": "groups", "UserGroups": "CN=a,OU=b;c", "LocalPasswords": "yes"}},
		"SAML by address": {Company{Name: "Acme", Metadata: "https://idp.example/metadata", WithoutPasswords: true,
			Domains: []string{"a.example", "b.example"}}, Parameters{"SamlMetadataUrl": "https://idp.example/metadata",
			"EmailAttribute": samlEmail, "LocalPasswords": "no", "ProviderDomains": "a.example,b.example", "SamlMetadata1": ""}},
		"SAML by a file": {Company{Name: "Acme", Metadata: strings.Repeat("x", metadataPiece-4) + metadata},
			Parameters{"SamlMetadata1": strings.Repeat("x", metadataPiece-4) + metadata[:4], "SamlMetadata2": metadata[4:],
				"SamlMetadata3": "", "SamlMetadataUrl": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := each.c.Parameters()
			if err != nil {
				t.Fatal(err)
			}
			known := template(t).at("Parameters")
			for key, value := range got {
				if asMap(known)[key] == nil {
					t.Errorf("the template has no %s", key)
				}
				if want, ok := each.want[key]; ok && value != want {
					t.Errorf("%s is %q, want %q", key, value, want)
				}
			}
		})
	}
	for name, c := range map[string]Company{
		"issuer without TLS":  {Issuer: "http://id.example"},
		"metadata by HTTP":    {Metadata: "http://idp.example/metadata"},
		"password in address": {Issuer: "https://a:b@id.example"},
		"no metadata":         {Metadata: "<html></html>"},
		"long metadata":       {Metadata: "<IDPSSODescriptor/>" + strings.Repeat("x", metadataPiece*metadataPieces)},
	} {
		if _, err := c.Parameters(); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// What a stack does not use of the company's sign-in is not in the template that is sent.
func TestTheTemplateHasTheCompanysSignInOnlyWhereThereIsOne(t *testing.T) {
	all := Parameters{"FunctionBucket": "files", "ProviderName": "Acme", "OidcIssuer": "https://id.example"}
	mapped := Parameters{"UserGroups": "Avatar Users"}
	for k, v := range all {
		mapped[k] = v
	}
	for name, each := range map[string]struct {
		p                  Parameters
		provider, function bool
	}{
		"none": {Parameters{"FunctionBucket": "files"}, false, false}, "provider": {all, true, false},
		"with groups":         {mapped, true, true},
		"without the package": {Parameters{"ProviderName": "Acme", "UserGroups": "x"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := template(t).Body("eu-central-1", each.p)
			if err != nil {
				t.Fatal(err)
			}
			var body Template
			if err := json.Unmarshal([]byte(text), &body); err != nil {
				t.Fatal(err)
			}
			if got := body.at("Resources", "CompanyProvider") != nil; got != each.provider {
				t.Errorf("provider: %t", got)
			}
			if got := body.at("Resources", "GroupsFunction") != nil; got != each.function {
				t.Errorf("function: %t", got)
			}
			if !each.provider && strings.Contains(text, "CompanyProvider") ||
				!each.function && strings.Contains(text, "GroupsFunction") {
				t.Error("something refers to what is not there")
			}
		})
	}
}
