package cognitoidp_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// FuzzSAMLResponse sends any document as the answer to a sign-in's request. None of them signs anybody in: those that
// the provider signed answer another request.
func FuzzSAMLResponse(f *testing.F) {
	o := newSAML(f)
	c := federating(f, o, nil)
	c.addSAML(nil)
	c.supports("Acme")
	b := c.browser()
	good, err := base64.StdEncoding.DecodeString(o.respond(b.away(nil).String()).Get("SAMLResponse"))
	if err != nil {
		f.Fatal(err)
	}
	text := string(good)
	for _, seed := range []string{text, "", "<", "<a/>", strings.ReplaceAll(text, "anna", "root"),
		cut(text, "<ds:Signature", "</ds:Signature>"), `<!DOCTYPE a [<!ENTITY b "c">]>` + text,
		"<Wrap>" + text + text + "</Wrap>", strings.Repeat("<a>", 9000),
		strings.Replace(text, "<saml:Assertion", "<saml:EncryptedAssertion", 1)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		b.c.t, o.t = t, t // f may not be asked inside
		at := b.away(nil)
		r := b.do("POST", "/saml2/idpresponse", url.Values{"RelayState": {at.Query().Get("RelayState")},
			"SAMLResponse": {base64.StdEncoding.EncodeToString(document)}})
		to := r.Header.Get("Location")
		if r.StatusCode != 302 || !strings.HasPrefix(to, callback+"?error=") {
			t.Errorf("%q: %d to %q", document, r.StatusCode, to)
		}
	})
}

// FuzzSAMLMetadata gives any document as a provider's metadata. It is refused, or names a provider that the browser can
// be sent to or is told of.
func FuzzSAMLMetadata(f *testing.F) {
	o := newSAML(f)
	c := federating(f, o, nil)
	text := o.metadata()
	for _, seed := range []string{text, "", "<", "<a/>", cut(text, "<KeyDescriptor", "</KeyDescriptor>"),
		strings.ReplaceAll(text, "https://", "javascript:"), `<!DOCTYPE a [<!ENTITY b "c">]>` + text,
		"<EntitiesDescriptor>" + text + "</EntitiesDescriptor>", strings.Repeat("<a>", 9000)} {
		f.Add(seed)
	}
	b := c.browser()
	f.Fuzz(func(t *testing.T, document string) {
		b.c.t, o.t = t, t
		_, refused := c.try(
			"CreateIdentityProvider",
			obj{"UserPoolId": c.pool, "ProviderName": "Acme", "ProviderType": "SAML",
				"ProviderDetails": obj{"MetadataFile": document}},
		)
		if refused != nil {
			if refused.code != "InvalidParameterException" {
				t.Errorf("%q: %s", document, refused.code)
			}
			return
		}
		c.supports("Acme")
		to := b.do("GET", "/oauth2/authorize?"+c.authorize(nil), nil).Header.Get("Location")
		if !strings.HasPrefix(to, callback+"?error=") && !strings.HasPrefix(to, "http://") &&
			!strings.HasPrefix(to, "https://") {
			t.Errorf("%q: to %q", document, to)
		}
		c.must("DeleteIdentityProvider", obj{"UserPoolId": c.pool, "ProviderName": "Acme"})
	})
}

// FuzzOutsideIDToken lets the provider's token endpoint answer any text as the ID token. None of them signs anybody in:
// those that the provider signed were made for another sign-in.
func FuzzOutsideIDToken(f *testing.F) {
	o := &outsideOIDC{t: f, info: map[string]any{"sub": "anna-1"}, nonce: "another"}
	c := federating(f, o, nil)
	c.addOIDC()
	c.supports("Acme")
	b := c.browser()
	good := o.token()
	parts := strings.Split(good, ".")
	for _, seed := range []string{good, "", ".", "..", "...",
		parts[0] + "." + parts[1] + ".", "e30.e30.", "e30." + parts[1] + "." + parts[2],
		"eyJhbGciOiJub25lIn0." + parts[1] + ".", `{"payload":"","signatures":[]}`, good + "A"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		b.c.t, o.t = t, t
		o.sign = func(*jwt.Token) (string, error) { return token, nil }
		to := b.oidcBack(o, nil).Header.Get("Location")
		if !strings.HasPrefix(to, callback+"?error=") {
			t.Errorf("%q: to %q", token, to)
		}
	})
}
