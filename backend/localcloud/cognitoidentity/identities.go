package cognitoidentity

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// identity is somebody in an identity pool. Its ID is the same for ever.
type identity struct {
	ID, PoolID string
	Created    time.Time
	Logins     map[string]string // provider → sub; empty for a guest
}

// stamp is a time in seconds since 1970, as awsJson has it.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (t stamp) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), nil
}

func loginKey(poolID, provider, sub string) string { return poolID + "|" + provider + "|" + sub }

// adopt takes an identity into the working state.
func (s *Service) adopt(i *identity) {
	s.identities[i.ID] = i
	for provider, sub := range i.Logins {
		s.byLogin[loginKey(i.PoolID, provider, sub)] = i.ID
	}
}

func (s *Service) drop(i *identity) error {
	delete(s.identities, i.ID)
	for provider, sub := range i.Logins {
		delete(s.byLogin, loginKey(i.PoolID, provider, sub))
	}
	return s.keep(identityBucket, i.ID, nil)
}

type identityInput struct {
	IdentityPoolId, IdentityId, AccountId, CustomRoleArn string
	Logins                                               map[string]string
	IdentityIdsToDelete                                  []string
}

// getID finds or makes the identity of a sign-in, or makes one for a guest.
func getID(s *Service, c *wire.Call, in *identityInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	if len(in.Logins) == 0 {
		if !p.Config.AllowUnauthenticatedIdentities {
			return nil, fail("NotAuthorizedException", "Unauthenticated access is not supported for this identity pool.")
		}
		return s.addIdentity(p, nil, c.Now)
	}
	l, err := s.verifyAll(p, in.Logins, c.Now)
	if err != nil {
		return nil, err
	}
	if id := s.byLogin[loginKey(p.ID, l.provider, l.sub)]; id != "" {
		return map[string]string{"IdentityId": id}, nil
	}
	return s.addIdentity(p, map[string]string{l.provider: l.sub}, c.Now)
}

func (s *Service) addIdentity(p *pool, logins map[string]string, now time.Time) (any, error) {
	i := &identity{ID: s.id(), PoolID: p.ID, Created: now, Logins: logins}
	if err := s.keep(identityBucket, i.ID, i); err != nil {
		return nil, err
	}
	s.adopt(i)
	return map[string]string{"IdentityId": i.ID}, nil
}

func (s *Service) identity(id string) (*identity, error) {
	if region, _, ok := strings.Cut(id, ":"); !ok || region == "" {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'identityId' failed to satisfy constraint: Member must satisfy "+
				"regular expression pattern: [\\w-]+:[0-9a-f-]+", id)
	}
	i := s.identities[id]
	if i == nil {
		return nil, fail("ResourceNotFoundException", "Identity '%s' not found.", id)
	}
	return i, nil
}

// identityView is IdentityDescription.
type identityView struct {
	IdentityId                     string
	Logins                         []string `json:",omitempty"`
	CreationDate, LastModifiedDate stamp
}

func view(i *identity) identityView {
	v := identityView{IdentityId: i.ID, CreationDate: stamp(i.Created), LastModifiedDate: stamp(i.Created)}
	for provider := range i.Logins {
		v.Logins = append(v.Logins, provider)
	}
	slices.Sort(v.Logins)
	return v
}

func describeIdentity(s *Service, _ *wire.Call, in *identityInput) (any, error) {
	i, err := s.identity(in.IdentityId)
	if err != nil {
		return nil, err
	}
	return view(i), nil
}

func listIdentities(s *Service, _ *wire.Call, in *listInput) (any, error) {
	p, err := s.pool(in.IdentityPoolId)
	if err != nil {
		return nil, err
	}
	var ids []string
	for id, i := range s.identities {
		if i.PoolID == p.ID {
			ids = append(ids, id)
		}
	}
	ids, next, err := page(ids, in)
	if err != nil {
		return nil, err
	}
	list := []identityView{}
	for _, id := range ids {
		list = append(list, view(s.identities[id]))
	}
	out := map[string]any{"IdentityPoolId": p.ID, "Identities": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

func deleteIdentities(s *Service, _ *wire.Call, in *identityInput) (any, error) {
	for _, id := range in.IdentityIdsToDelete {
		if i := s.identities[id]; i != nil {
			if err := s.drop(i); err != nil {
				return nil, err
			}
		}
	}
	return map[string]any{"UnprocessedIdentityIds": []string{}}, nil
}
