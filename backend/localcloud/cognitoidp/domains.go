package cognitoidp

import (
	"regexp"

	"avatar-launcher/backend/localcloud/wire"
)

type domainInput struct{ Domain, UserPoolId string }

var domainForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)

// createDomain gives a pool the prefix of its hosted UI, https://PREFIX.auth.REGION.amazoncognito.com.
func createDomain(s *Service, _ *wire.Call, in *domainInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if !domainForm.MatchString(in.Domain) {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'domain' failed to satisfy constraint: Member must satisfy regular "+
				"expression pattern: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$", in.Domain)
	}
	if s.domains[in.Domain] != "" {
		return nil, fail("InvalidParameterException", "Domain already associated with another user pool.")
	}
	if p.Domain != "" {
		return nil, fail("InvalidParameterException", "User pool %s already has a domain configured.", p.ID)
	}
	p.Domain = in.Domain
	s.domains[in.Domain] = p.ID
	s.writePool(p)
	return nil, nil
}

// describeDomain answers an empty description for a prefix that nobody has, as Cognito does.
func describeDomain(s *Service, _ *wire.Call, in *domainInput) (any, error) {
	id := s.domains[in.Domain]
	if id == "" {
		return map[string]any{"DomainDescription": struct{}{}}, nil
	}
	return map[string]any{"DomainDescription": map[string]any{"UserPoolId": id, "Domain": in.Domain,
		"AWSAccountId": s.env.AccountID, "Status": "ACTIVE", "CustomDomainConfig": struct{}{}}}, nil
}

func deleteDomain(s *Service, _ *wire.Call, in *domainInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if p.Domain == "" || p.Domain != in.Domain {
		return nil, fail("InvalidParameterException", "No such domain or user pool exists.")
	}
	delete(s.domains, p.Domain)
	p.Domain = ""
	s.writePool(p)
	return nil, nil
}
