package cognitoidp_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/crewjam/saml"
	"github.com/golang-jwt/jwt/v5"

	"avatar-launcher/backend/localcloud/cognitoidp"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

// The outside providers of these tests, which no socket serves.
const (
	issuer       = "https://id.example"
	samlEntity   = "https://idp.example/metadata"
	clientSecret = "MARK-client-secret-1c0a"
)

// inProcess sends requests to a handler.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// outsideOIDC is an OpenID provider that signs whatever claims it is told to.
type outsideOIDC struct {
	t      testing.TB
	nonce  string // of the last authorization request
	claims func(jwt.MapClaims)
	info   map[string]any
	sign   func(*jwt.Token) (string, error)
	form   url.Values // of the last exchange
}

func (o *outsideOIDC) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	answer := func(v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			o.t.Error(err)
		}
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(obj{"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
			"jwks_uri": issuer + "/jwks", "userinfo_endpoint": issuer + "/me",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}})
	case "/jwks":
		pub := readyKeys()[0].PublicKey
		answer(obj{"keys": []obj{{"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(pub.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(pub.E)).Bytes())}}})
	case "/token":
		if err := r.ParseForm(); err != nil {
			o.t.Error(err)
		}
		o.form = r.PostForm
		answer(obj{"access_token": "MARK-provider-access", "token_type": "Bearer", "expires_in": 60, "id_token": o.token()})
	case "/me":
		answer(o.info)
	}
}

func (o *outsideOIDC) token() string {
	now := time.Now()
	claims := jwt.MapClaims{"iss": issuer, "aud": "launcher", "sub": "anna-1", "nonce": o.nonce, "iat": now.Unix(),
		"exp": now.Add(time.Minute).Unix(), "groups": []string{"avatar-users", "staff"}}
	if o.claims != nil {
		o.claims(claims)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = "k1"
	sign := o.sign
	if sign == nil {
		sign = func(t *jwt.Token) (string, error) { return t.SignedString(readyKeys()[0]) }
	}
	out, err := sign(t)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// federating is a cloud with one client that outside providers serve.
func federating(t testing.TB, h http.Handler, invoke func(string, []byte) ([]byte, error)) *cloud {
	t.Helper()
	return federatingBy(t, h, cognitoidp.Options{Invoke: invoke})
}

func federatingWithLog(t testing.TB, h http.Handler, log *slog.Logger) *cloud {
	t.Helper()
	return federatingBy(t, h, cognitoidp.Options{Log: log})
}

func federatingBy(t testing.TB, h http.Handler, opt cognitoidp.Options) *cloud {
	t.Helper()
	st, err := store.Open("")
	if err != nil {
		t.Fatal(err)
	}
	opt.GenerateKey = options().GenerateKey
	opt.HTTP = &http.Client{Transport: inProcess{h}}
	env := wiretest.Env(nil)
	svc, err := cognitoidp.New(env, st, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(svc.Close)
	c := &cloud{t: t, env: env, svc: svc,
		call: wire.Call{Principal: wire.Principal{ARN: "arn:aws:iam::123456789012:root", Root: true}}}
	c.pool = c.must("CreateUserPool", obj{"PoolName": "avatars", "Schema": []obj{{"Name": "groups",
		"AttributeDataType": "String", "Mutable": true}},
		"LambdaConfig": obj{"PreTokenGeneration": "arn:aws:lambda:us-east-1:123456789012:function:groups"},
	}).str("UserPool", "Id")
	return c
}

func (c *cloud) supports(names ...string) {
	c.t.Helper()
	c.addClient(oauthClient.with(obj{"SupportedIdentityProviders": names}))
}

func (c *cloud) addOIDC() {
	c.t.Helper()
	c.must("CreateIdentityProvider", obj{"UserPoolId": c.pool, "ProviderName": "Acme", "ProviderType": "OIDC",
		"ProviderDetails": obj{"client_id": "launcher", "client_secret": clientSecret, "oidc_issuer": issuer,
			"authorize_scopes": "openid email", "attributes_request_method": "GET"},
		"AttributeMapping": obj{"email": "email", "email_verified": "email_verified", "custom:groups": "groups"},
		"IdpIdentifiers":   []string{"acme.example"}})
}

// outsideSAML is a SAML provider of crewjam/saml.
type outsideSAML struct {
	t       testing.TB
	idp     *saml.IdentityProvider
	sp      *saml.EntityDescriptor
	session *saml.Session
	change  func(*saml.Assertion)
}

func (o *outsideSAML) GetServiceProvider(*http.Request, string) (*saml.EntityDescriptor, error) {
	return o.sp, nil
}

func newSAML(t testing.TB) *outsideSAML {
	t.Helper()
	key := readyKeys()[1]
	o := &outsideSAML{t: t, session: &saml.Session{ID: "s1", Index: "i1", NameID: "anna@x.com", CreateTime: time.Now(),
		UserEmail: "anna@x.com", CustomAttributes: []saml.Attribute{{Name: "groups",
			Values: []saml.AttributeValue{{Value: "avatar-users"}, {Value: "staff"}}}}}}
	at := func(path string) url.URL { return url.URL{Scheme: "https", Host: "idp.example", Path: path} }
	o.idp = &saml.IdentityProvider{Key: key, Certificate: certificate(t, key), MetadataURL: at("/metadata"),
		SSOURL: at("/sso"), LogoutURL: at("/slo"), ServiceProviderProvider: o,
		SignatureMethod: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}
	return o
}

func certificate(t testing.TB, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(10, 0, 0), Subject: pkix.Name{CommonName: "idp"}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (o *outsideSAML) metadata() string {
	o.t.Helper()
	d := o.idp.Metadata()
	d.IDPSSODescriptors[0].SingleLogoutServices = []saml.Endpoint{{Binding: saml.HTTPRedirectBinding,
		Location: "https://idp.example/slo"}}
	b, err := xml.Marshal(d)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(b)
}

func (o *outsideSAML) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if _, err := w.Write([]byte(o.metadata())); err != nil {
		o.t.Error(err)
	}
}

func (c *cloud) addSAML(more obj) {
	c.t.Helper()
	c.must("CreateIdentityProvider", obj{"UserPoolId": c.pool, "ProviderName": "Acme", "ProviderType": "SAML",
		"ProviderDetails":  obj{"MetadataURL": samlEntity, "IDPSignout": "true"}.with(more),
		"AttributeMapping": obj{"email": "urn:oid:0.9.2342.19200300.100.1.3", "custom:groups": "groups"}})
}

// respond answers the browser that was sent to the provider: the form that it posts.
func (o *outsideSAML) respond(location string) url.Values {
	o.t.Helper()
	r := httptest.NewRequest("GET", location, nil)
	acs, err := url.Parse(host + "/saml2/idpresponse")
	if err != nil {
		o.t.Fatal(err)
	}
	if o.sp == nil {
		o.sp = (&saml.ServiceProvider{EntityID: o.entity(r), AcsURL: *acs}).Metadata()
	}
	req, err := saml.NewIdpAuthnRequest(o.idp, r)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := req.Validate(); err != nil {
		o.t.Fatal(err)
	}
	if err := (saml.DefaultAssertionMaker{}).MakeAssertion(req, o.session); err != nil {
		o.t.Fatal(err)
	}
	if o.change != nil {
		o.change(req.Assertion)
	}
	form, err := req.PostBinding()
	if err != nil {
		o.t.Fatal(err)
	}
	return url.Values{"SAMLResponse": {form.SAMLResponse}, "RelayState": {form.RelayState}}
}

// entity reads the issuer of a request.
func (o *outsideSAML) entity(r *http.Request) string {
	req, err := saml.NewIdpAuthnRequest(o.idp, r)
	if err != nil {
		o.t.Fatal(err)
	}
	var parsed saml.AuthnRequest
	if err := xml.Unmarshal(req.RequestBuffer, &parsed); err != nil {
		o.t.Fatal(err)
	}
	return parsed.Issuer.Value
}

// groupsFunction stands for the stack's function: it makes groups of the attribute custom:groups.
func groupsFunction(_ string, event []byte) ([]byte, error) {
	var e obj
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	attributes, _ := e.at("request", "userAttributes").(map[string]any)
	groups := []string{}
	if s, _ := attributes["custom:groups"].(string); slices.Contains([]string{`["avatar-users","staff"]`,
		"[avatar-users, staff]"}, s) {
		groups = append(groups, "user")
	}
	e["response"] = obj{"claimsOverrideDetails": obj{"groupOverrideDetails": obj{"groupsToOverride": groups,
		"iamRolesToOverride": []string{"arn:aws:iam::123456789012:role/avatar-user"}}}}
	return json.Marshal(e)
}
