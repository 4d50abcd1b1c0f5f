package cognitoidp

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// The types of identity provider that work here. Those of social networks are left out.
const (
	typeSAML = "SAML"
	typeOIDC = "OIDC"
	cognito  = "COGNITO" // the pool's own users, among a client's SupportedIdentityProviders
)

// identityProvider is an outside identity provider of a pool.
type identityProvider struct {
	PoolID, Name, Type string
	Details            map[string]string // ProviderDetails; the client secret of an OIDC provider is among them
	Mapping            map[string]string // the pool's attribute → the provider's
	Identifiers        []string          // what idp_identifier may say, such as e-mail domains
	Metadata           string            `json:",omitempty"` // of a SAML provider, as it was last read
	Created, Modified  time.Time
}

type providerInput struct {
	UserPoolId, ProviderName, ProviderType string
	ProviderDetails, AttributeMapping      map[string]string
	IdpIdentifiers                         []string
	IdpIdentifier                          string
	listInput
}

// providerForm is the pattern of ProviderName: 3 to 32 characters without spaces, none at either end an underscore.
var providerForm = regexp.MustCompile(`^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}]{1,30}[^_\p{Z}]$`)

// createIdentityProvider reads the metadata of a SAML provider at once, before it takes the lock.
func createIdentityProvider(s *Service, c *wire.Call) (any, error) {
	in := &providerInput{}
	if err := wire.DecodeJSON(c.Body, in); err != nil {
		return nil, err
	}
	if !providerForm.MatchString(in.ProviderName) || in.ProviderName == cognito {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'providerName' failed to satisfy constraint: Member must satisfy "+
				"regular expression pattern: [^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+", in.ProviderName)
	}
	x := &identityProvider{PoolID: in.UserPoolId, Name: in.ProviderName, Type: in.ProviderType, Created: c.Now}
	if err := s.changeProvider(c, x, in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if p.providers[in.ProviderName] != nil {
		return nil, fail("DuplicateProviderException", "A provider already exists with the name %s in user pool %s",
			in.ProviderName, p.ID)
	}
	return s.putProvider(p, x)
}

// putProvider keeps a provider that was checked; its identifiers must be nobody else's.
func (s *Service) putProvider(p *pool, x *identityProvider) (any, error) {
	for _, other := range p.providers {
		if other.Name == x.Name {
			continue
		}
		for _, id := range x.Identifiers {
			if slices.Contains(other.Identifiers, id) {
				return nil, fail("InvalidParameterException", "The identifier %s is used by the provider %s.", id, other.Name)
			}
		}
	}
	for name := range x.Mapping {
		if _, ok := p.attribute(name); !ok && name != "username" {
			return nil, fail("InvalidParameterException", "Attribute %s is not in the user pool's schema.", name)
		}
	}
	p.providers[x.Name] = x
	s.write(providerBucket, p.ID+"/"+x.Name, x)
	return rendered(map[string]any{"IdentityProvider": viewProvider(x)})
}

// changeProvider sets what a request names, checks it, and reads the metadata.
func (s *Service) changeProvider(c *wire.Call, x *identityProvider, in *providerInput) error {
	if in.ProviderDetails != nil {
		x.Details = in.ProviderDetails
	}
	if in.AttributeMapping != nil {
		x.Mapping = in.AttributeMapping
	}
	if in.IdpIdentifiers != nil {
		x.Identifiers = in.IdpIdentifiers
	}
	x.Modified = c.Now
	tooLong := func(id string) bool { return id == "" || len(id) > 40 }
	if len(x.Identifiers) > 50 || slices.ContainsFunc(x.Identifiers, tooLong) {
		return fail("InvalidParameterException", "There may be 50 IdpIdentifiers of 1 to 40 characters each.")
	}
	switch x.Type {
	case typeOIDC:
		return checkOIDC(x.Details)
	case typeSAML:
		return s.readMetadata(c, x)
	}
	return fail("InvalidParameterException", "Identity providers of the type %s are not there in the embedded cloud.",
		x.Type)
}

func checkOIDC(details map[string]string) error {
	for _, name := range []string{"client_id", "oidc_issuer", "authorize_scopes", "attributes_request_method"} {
		if details[name] == "" {
			return fail("InvalidParameterException", "The provider details lack %s.", name)
		}
	}
	if !slices.Contains(strings.Fields(details["authorize_scopes"]), "openid") {
		return fail("InvalidParameterException", "authorize_scopes must contain openid.")
	}
	for _, name := range []string{"oidc_issuer", "authorize_url", "token_url", "attributes_url", "jwks_uri"} {
		if v := details[name]; v != "" && !safeAddress(v) {
			return fail("InvalidParameterException", "%s must be an HTTPS URL.", name)
		}
	}
	return nil
}

// safeAddress reports whether an address is HTTPS, or HTTP to this computer.
func safeAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	local := host == "localhost" || host == "127.0.0.1" || host == "::1" || strings.HasSuffix(host, ".localhost")
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// providerView is IdentityProviderType. The client secret is in it, as at AWS, for a caller with the right to see it.
type providerView struct {
	UserPoolId, ProviderName, ProviderType string
	ProviderDetails, AttributeMapping      map[string]string
	IdpIdentifiers                         []string
	CreationDate, LastModifiedDate         stamp
}

func viewProvider(x *identityProvider) providerView {
	details := maps.Clone(x.Details)
	if x.Type == typeSAML {
		maps.Copy(details, bindingDetails(x))
	}
	return providerView{UserPoolId: x.PoolID, ProviderName: x.Name, ProviderType: x.Type, ProviderDetails: details,
		AttributeMapping: x.Mapping, IdpIdentifiers: x.Identifiers, CreationDate: stamp(x.Created),
		LastModifiedDate: stamp(x.Modified)}
}

// providerOf finds a provider of a pool.
func (s *Service) providerOf(in *providerInput) (*pool, *identityProvider, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, nil, err
	}
	x := p.providers[in.ProviderName]
	if x == nil {
		return nil, nil, fail("ResourceNotFoundException", "Identity provider %s does not exist.", in.ProviderName)
	}
	return p, x, nil
}

func describeIdentityProvider(s *Service, _ *wire.Call, in *providerInput) (any, error) {
	_, x, err := s.providerOf(in)
	if err != nil {
		return nil, err
	}
	return map[string]any{"IdentityProvider": viewProvider(x)}, nil
}

func getIdentityProviderByIdentifier(s *Service, _ *wire.Call, in *providerInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	x := p.providerByIdentifier(in.IdpIdentifier)
	if x == nil {
		return nil, fail("ResourceNotFoundException", "No identity provider has the identifier %s.", in.IdpIdentifier)
	}
	return map[string]any{"IdentityProvider": viewProvider(x)}, nil
}

// providerByIdentifier finds the provider that an idp_identifier stands for.
func (p *pool) providerByIdentifier(id string) *identityProvider {
	for _, x := range p.providers {
		if slices.Contains(x.Identifiers, id) {
			return x
		}
	}
	return nil
}

func listIdentityProviders(s *Service, _ *wire.Call, in *providerInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	names, next, err := page(mapKeys(p.providers), in.NextToken, in.MaxResults, 60)
	if err != nil {
		return nil, err
	}
	out := []map[string]any{}
	for _, name := range names {
		x := p.providers[name]
		out = append(out, map[string]any{"ProviderName": x.Name, "ProviderType": x.Type, "CreationDate": stamp(x.Created),
			"LastModifiedDate": stamp(x.Modified)})
	}
	return answer("Providers", out, "NextToken", next), nil
}

// updateIdentityProvider replaces each of the three parts that the request has.
func updateIdentityProvider(s *Service, c *wire.Call) (any, error) {
	in := &providerInput{}
	if err := wire.DecodeJSON(c.Body, in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	_, was, err := s.providerOf(in)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	next := *was // providers are replaced, never changed
	if err := s.changeProvider(c, &next, in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _, err := s.providerOf(in)
	if err != nil {
		return nil, err
	}
	return s.putProvider(p, &next)
}

func deleteIdentityProvider(s *Service, _ *wire.Call, in *providerInput) (any, error) {
	p, x, err := s.providerOf(in)
	if err != nil {
		return nil, err
	}
	for _, cl := range s.clients {
		if cl.PoolID == p.ID && slices.Contains(cl.Config.SupportedIdentityProviders, x.Name) {
			cl.Config.SupportedIdentityProviders = slices.DeleteFunc(slices.Clone(cl.Config.SupportedIdentityProviders),
				func(name string) bool { return name == x.Name })
			s.writeClient(cl)
		}
	}
	delete(p.providers, x.Name)
	s.erase(providerBucket, p.ID+"/"+x.Name)
	return nil, nil
}

// checkProviders wants each of a client's providers to be there.
func (p *pool) checkProviders(c *clientConfig) error {
	for _, name := range c.SupportedIdentityProviders {
		if name != cognito && p.providers[name] == nil {
			return fail("InvalidParameterException", "The provider %s does not exist for User Pool %s.", name, p.ID)
		}
	}
	return nil
}

// providersOf lists the outside providers that a client supports, by name.
func (p *pool) providersOf(cl *client) []*identityProvider {
	var out []*identityProvider
	for _, name := range cl.Config.SupportedIdentityProviders {
		if x := p.providers[name]; x != nil {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b *identityProvider) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// takesPasswords reports whether the pool's own users may sign in by the client's pages. A client that names no
// provider takes them, as before there were others.
func (c *client) takesPasswords() bool {
	names := c.Config.SupportedIdentityProviders
	return len(names) == 0 || slices.Contains(names, cognito)
}
