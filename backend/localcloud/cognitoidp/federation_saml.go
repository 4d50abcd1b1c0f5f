package cognitoidp

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/crewjam/saml"
	"github.com/crewjam/saml/samlsp"
	dsig "github.com/russellhaering/goxmldsig"

	"avatar-launcher/backend/localcloud/wire"
)

// The paths that are registered with a SAML provider, and how long its metadata may be, in bytes.
const (
	samlReturn  = "/saml2/idpresponse"
	samlLogout  = "/saml2/logout"
	maxMetadata = 1 << 20
)

// readMetadata reads and checks a SAML provider's metadata, from its details or from the address in them.
func (s *Service) readMetadata(c *wire.Call, x *identityProvider) error {
	text, address := x.Details["MetadataFile"], x.Details["MetadataURL"]
	if (text == "") == (address == "") {
		return fail("InvalidParameterException", "The provider details need one of MetadataFile and MetadataURL.")
	}
	if x.Details["EncryptedResponses"] == "true" {
		return fail("InvalidParameterException", "Encrypted responses are not there in the embedded cloud.")
	}
	if address != "" {
		if !safeAddress(address) {
			return fail("InvalidParameterException", "MetadataURL must be an HTTPS URL.")
		}
		b, err := s.fetch(c, address)
		if err != nil {
			return fail("InvalidParameterException", "Error retrieving metadata from %s: %s", hostOf(address), err)
		}
		text = string(b)
	}
	parsed, err := parseMetadata(text)
	if err != nil {
		return fail("InvalidParameterException", "The metadata is not that of a SAML identity provider.")
	}
	sp := &saml.ServiceProvider{IDPMetadata: parsed}
	if !safeAddress(sp.GetSSOBindingLocation(saml.HTTPRedirectBinding)) {
		return fail("InvalidParameterException", "The metadata has no single sign-on service with the HTTP redirect binding.")
	}
	x.Metadata = text
	return nil
}

func (s *Service) fetch(c *wire.Call, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(c.Request.Context(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.opt.HTTP.Do(r)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxMetadata+1))
	if len(b) > maxMetadata {
		return nil, errors.New("the document is longer than 1 MiB")
	}
	return b, err
}

func parseMetadata(text string) (*saml.EntityDescriptor, error) {
	parsed, err := samlsp.ParseMetadata([]byte(text))
	if err == nil && len(parsed.IDPSSODescriptors) == 0 {
		err = errors.New("cognitoidp: metadata without an IDPSSODescriptor")
	}
	return parsed, err
}

// bindingDetails are what Cognito adds to the details from the metadata.
func bindingDetails(x *identityProvider) map[string]string {
	out := map[string]string{}
	parsed, err := parseMetadata(x.Metadata)
	if err != nil {
		return out
	}
	sp := &saml.ServiceProvider{IDPMetadata: parsed}
	for name, location := range map[string]string{
		"SSORedirectBindingURI": sp.GetSSOBindingLocation(saml.HTTPRedirectBinding),
		"SLORedirectBindingURI": sp.GetSLOBindingLocation(saml.HTTPRedirectBinding),
	} {
		if location != "" {
			out[name] = location
		}
	}
	return out
}

// relyingParty is the pool as a SAML service provider. Its entity ID is Cognito's.
func (s *Service) relyingParty(x *identityProvider, base string) (*saml.ServiceProvider, error) {
	parsed, err := parseMetadata(x.Metadata)
	if err != nil {
		return nil, fmt.Errorf("%w: its metadata cannot be read", errFederation)
	}
	key, own, err := s.requestKey(x.PoolID)
	if err != nil {
		return nil, err
	}
	acs, err := url.Parse(base + samlReturn)
	if err != nil {
		return nil, errFederation
	}
	slo := *acs
	slo.Path = samlLogout
	sp := &saml.ServiceProvider{
		EntityID: "urn:amazon:cognito:sp:" + x.PoolID, AcsURL: *acs, SloURL: slo, IDPMetadata: parsed,
		Key: key, Certificate: own,
		AuthnNameIDFormat:     saml.UnspecifiedNameIDFormat,
		LogoutSignatureMethod: dsig.RSASHA256SignatureMethod, RejectSHA1Signatures: true, RejectExpiredIDPMetadata: true,
		Clock: dsig.NewFakeClockAt(s.now()), // stands still for the one message
	}
	if x.Details["RequestSigningAlgorithm"] != "" {
		sp.SignatureMethod = dsig.RSASHA256SignatureMethod
	}
	return sp, nil
}

// departSAML returns the address of the provider's single sign-on service with this sign-in's request.
func (s *Service) departSAML(x *identityProvider, f *federation, state string, fresh bool) (string, error) {
	sp, err := s.relyingParty(x, f.base)
	if err != nil {
		return "", err
	}
	if fresh {
		sp.ForceAuthn = yes()
	}
	at := sp.GetSSOBindingLocation(saml.HTTPRedirectBinding)
	request, err := sp.MakeAuthenticationRequest(at, saml.HTTPRedirectBinding, saml.HTTPPostBinding)
	if err != nil {
		return "", fmt.Errorf("%w: no request can be made by its metadata", errFederation)
	}
	f.requestID = request.ID
	to, err := request.Redirect(state, sp)
	if err != nil {
		return "", fmt.Errorf("%w: no request can be made by its metadata", errFederation)
	}
	return to.String(), nil
}

// readSAML verifies a response: signature, issuer, destination, recipient, audience, times, and that it answers this
// sign-in's request. Its errors have nothing of the response.
func (s *Service) readSAML(x *identityProvider, f *federation, response string) (*outsider, error) {
	document, err := base64.StdEncoding.DecodeString(strings.Map(dropSpace, response))
	if err != nil {
		return nil, fmt.Errorf("%w: the SAML response is not base64", errFederation)
	}
	sp, err := s.relyingParty(x, f.base)
	if err != nil {
		return nil, err
	}
	a, err := sp.ParseXMLResponse(document, []string{f.requestID}, sp.AcsURL)
	if err != nil {
		return nil, samlReason(err)
	}
	if a.Subject == nil || a.Subject.NameID == nil || a.Subject.NameID.Value == "" {
		return nil, fmt.Errorf("%w: the SAML response names nobody", errFederation)
	}
	who := &outsider{subject: a.Subject.NameID.Value, nameFormat: a.Subject.NameID.Format, issuer: a.Issuer.Value,
		attributes: attributesOf(a)}
	for _, st := range a.AuthnStatements {
		who.session = st.SessionIndex
	}
	return who, nil
}

func dropSpace(c rune) rune {
	if c == ' ' || c == '\r' || c == '\n' || c == '\t' {
		return -1
	}
	return c
}

// attributesOf reads the attributes of an assertion. Several values become one text, as at Cognito: [a, b].
func attributesOf(a *saml.Assertion) map[string]string {
	out := map[string]string{}
	for _, st := range a.AttributeStatements {
		for _, each := range st.Attributes {
			var values []string
			for _, v := range each.Values {
				values = append(values, v.Value)
			}
			text := strings.Join(values, "")
			if len(values) > 1 {
				text = "[" + strings.Join(values, ", ") + "]"
			}
			out[each.Name] = text
		}
	}
	return out
}

// samlReason says which of the checks a response failed, in words of our own: the library's cause quotes the response.
func samlReason(err error) error {
	cause := err
	var invalid *saml.InvalidResponseError
	if errors.As(err, &invalid) && invalid.PrivateErr != nil {
		cause = invalid.PrivateErr
	}
	var status saml.ErrBadStatus
	if errors.As(cause, &status) {
		return &oauthError{"access_denied", "The identity provider has signed nobody in."}
	}
	for known, text := range map[error]string{
		saml.ErrInvalidSignature: "signature", saml.ErrExpired: "expiry", saml.ErrNotYetValid: "start of validity",
		saml.ErrRequestIDMismatch: "InResponseTo", saml.ErrDestinationMismatch: "destination or recipient",
		saml.ErrAudienceMismatch: "audience", saml.ErrIssuerMismatch: "issuer", saml.ErrMalformedMessage: "form",
		saml.ErrMissingElement: "missing element", saml.ErrUnsupported: "unsupported feature",
	} {
		if errors.Is(cause, known) {
			return fmt.Errorf("%w: the SAML response is refused for its %s", errFederation, text)
		}
	}
	return fmt.Errorf("%w: the SAML response is refused", errFederation)
}

// farewellAt is the address at which a browser signs out of a SAML provider, "" if there is none.
func (s *Service) farewellAt(x *identityProvider, base, state string, who *outsider) string {
	if x.Type != typeSAML || x.Details["IDPSignout"] != "true" || who == nil {
		return ""
	}
	sp, err := s.relyingParty(x, base)
	if err != nil {
		return ""
	}
	if !safeAddress(sp.GetSLOBindingLocation(saml.HTTPRedirectBinding)) {
		return ""
	}
	to, err := sp.MakeRedirectLogoutRequest(who.subject, state, saml.WithSessionIndex(who.session))
	if err != nil {
		return ""
	}
	return to.String()
}

// getSigningCertificate shows the certificate of the key that signs requests to SAML providers.
func getSigningCertificate(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	keys, err := s.signingKeys(p)
	if err != nil {
		return nil, err
	}
	c, err := p.certificate(keys[0].private)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Certificate": base64.StdEncoding.EncodeToString(c.Raw)}, nil
}

// requestKey is the key that signs a pool's requests to SAML providers, with its certificate.
func (s *Service) requestKey(poolID string) (*rsa.PrivateKey, *x509.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pools[poolID]
	if p == nil {
		return nil, nil, errFederation
	}
	keys, err := s.signingKeys(p)
	if err != nil {
		return nil, nil, err
	}
	c, err := p.certificate(keys[0].private)
	return keys[0].private, c, err
}

// certificate is that of the key that signs requests to SAML providers. It is the same whenever it is made.
func (p *pool) certificate(key *rsa.PrivateKey) (*x509.Certificate, error) {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: p.Created.Add(-24 * time.Hour),
		NotAfter: p.Created.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	template.Subject.CommonName = p.ID
	der, err := x509.CreateCertificate(nil, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
