package cognitoidentity

import (
	"encoding/base64"
	"maps"
	"slices"
	"sort"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// pool is an identity pool with its roles and tag mappings.
type pool struct {
	ID       string
	Config   poolConfig
	Roles    map[string]string      // "authenticated", "unauthenticated" → role ARN
	Mappings map[string]roleMapping // provider:client →
	Tags     map[string]tagMap      // provider →
}

// poolConfig is what CreateIdentityPool takes and DescribeIdentityPool shows.
type poolConfig struct {
	IdentityPoolName               string
	AllowUnauthenticatedIdentities bool
	AllowClassicFlow               bool              `json:",omitempty"`
	CognitoIdentityProviders       []provider        `json:",omitempty"`
	SupportedLoginProviders        map[string]string `json:",omitempty"`
	DeveloperProviderName          string            `json:",omitempty"`
	OpenIdConnectProviderARNs      []string          `json:",omitempty"`
	SamlProviderARNs               []string          `json:",omitempty"`
	IdentityPoolTags               map[string]string `json:",omitempty"`
}

// provider is a user pool's client whose ID tokens the identity pool takes.
type provider struct {
	ProviderName         string // cognito-idp.REGION.amazonaws.com/POOLID
	ClientId             string
	ServerSideTokenCheck bool
}

// tagMap says which claim becomes which principal tag.
type tagMap struct {
	UseDefaults   bool
	PrincipalTags map[string]string `json:",omitempty"` // tag → claim
}

type poolInput struct {
	IdentityPoolId string
	poolConfig
}

type poolView struct {
	IdentityPoolId string
	poolConfig
}

func (s *Service) pool(id string) (*pool, error) {
	if id == "" {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must not be null")
	}
	p := s.pools[id]
	if p == nil {
		return nil, fail("ResourceNotFoundException", "IdentityPool '%s' not found.", id)
	}
	return p, nil
}

func (c *poolConfig) check() error {
	if c.IdentityPoolName == "" || len(c.IdentityPoolName) > 128 {
		return fail("InvalidParameterException",
			"1 validation error detected: Value at 'identityPoolName' failed to satisfy constraint: Member must have length "+
				"between 1 and 128")
	}
	for _, p := range c.CognitoIdentityProviders {
		if !strings.HasPrefix(p.ProviderName, "cognito-idp.") || !strings.Contains(p.ProviderName, "/") || p.ClientId == "" {
			return fail("InvalidParameterException",
				"Invalid Cognito identity provider: ProviderName must be cognito-idp.REGION.amazonaws.com/POOL and ClientId "+
					"must not be empty")
		}
	}
	return nil
}

func createPool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	p := &pool{ID: s.id(), Config: in.poolConfig}
	s.pools[p.ID] = p
	return poolView{p.ID, p.Config}, s.keep(poolBucket, p.ID, p)
}

func updatePool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	p.Config = in.poolConfig
	return poolView{p.ID, p.Config}, s.keep(poolBucket, p.ID, p)
}

func describePool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	return poolView{p.ID, p.Config}, nil
}

func deletePool(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	for _, i := range s.identities {
		if i.PoolID == p.ID {
			if err := s.drop(i); err != nil {
				return nil, err
			}
		}
	}
	delete(s.pools, p.ID)
	return nil, s.keep(poolBucket, p.ID, nil)
}

type listInput struct {
	IdentityPoolId string
	MaxResults     *int
	NextToken      string
}

func listPools(s *Service, _ *wire.Call, in *listInput) (any, error) {
	ids, next, err := page(slices.Collect(maps.Keys(s.pools)), in)
	if err != nil {
		return nil, err
	}
	list := []map[string]string{}
	for _, id := range ids {
		list = append(list, map[string]string{"IdentityPoolId": id, "IdentityPoolName": s.pools[id].Config.IdentityPoolName})
	}
	out := map[string]any{"IdentityPools": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// page cuts one page of at most MaxResults (1–60, which the API demands) out of the keys.
func page(keys []string, in *listInput) (cut []string, next string, err error) {
	if in.MaxResults == nil || *in.MaxResults < 1 || *in.MaxResults > 60 {
		return nil, "", fail("InvalidParameterException",
			"1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value "+
				"between 1 and 60")
	}
	sort.Strings(keys)
	after, decodeErr := base64.StdEncoding.DecodeString(in.NextToken)
	if decodeErr != nil {
		return nil, "", fail("InvalidParameterException", "Invalid NextToken")
	}
	start := sort.Search(len(keys), func(i int) bool { return keys[i] > string(after) })
	end := min(start+*in.MaxResults, len(keys))
	if end < len(keys) {
		next = base64.StdEncoding.EncodeToString([]byte(keys[end-1]))
	}
	return keys[start:end], next, nil
}

type tagMapInput struct {
	IdentityPoolId, IdentityProviderName string
	tagMap
}

func setTagMap(s *Service, _ *wire.Call, in *tagMapInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if in.IdentityProviderName == "" || len(in.PrincipalTags) > 50 {
		return nil, fail("InvalidParameterException", "IdentityProviderName is needed, and at most 50 principal tags.")
	}
	if p.Tags == nil {
		p.Tags = map[string]tagMap{}
	}
	p.Tags[in.IdentityProviderName] = in.tagMap
	return in, s.keep(poolBucket, p.ID, p)
}

func getTagMap(s *Service, _ *wire.Call, in *tagMapInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	in.tagMap = p.Tags[in.IdentityProviderName]
	return in, nil
}

// tagsOf makes the principal tags of a verified token. A mapping counts for its provider, with or without the client
// behind it; the defaults are those of the developer guide, "Using attributes for access control".
func (p *pool) tagsOf(l *login) map[string]string {
	m, ok := p.Tags[l.provider+":"+l.client]
	if !ok {
		m, ok = p.Tags[l.provider]
	}
	if !ok {
		return nil
	}
	claims := m.PrincipalTags
	if m.UseDefaults {
		claims = map[string]string{"username": "sub", "client": "aud"}
	}
	out := map[string]string{}
	for tag, claim := range claims {
		if v, ok := l.claims[claim].(string); ok && v != "" && len(v) <= 256 {
			out[tag] = v
		}
	}
	return out
}
