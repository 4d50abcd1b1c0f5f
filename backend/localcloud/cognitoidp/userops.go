package cognitoidp

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

type adminPasswordInput struct {
	userInput
	Password  string
	Permanent bool
}

func adminSetUserPassword(s *Service, c *wire.Call, in *adminPasswordInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if in.Permanent {
		err = s.setPassword(p, u, in.Password)
	} else {
		err = s.setTemporary(p, u, in.Password, c.Now)
	}
	if err != nil {
		return nil, err
	}
	if in.Permanent {
		u.Status = confirmed
	}
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}

// adminResetUserPassword makes the old password useless and sends a code for ConfirmForgotPassword.
func adminResetUserPassword(s *Service, c *wire.Call, in *userInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if u.Status != confirmed && u.Status != resetRequired {
		return nil, fail("NotAuthorizedException", "User password cannot be reset in the current state.")
	}
	name, err := recoveryAddress(u)
	if err != nil {
		return nil, err
	}
	u.Status = resetRequired
	s.sendCode(p, u, "reset", name, resetLife, c.Now)
	u.touch(c.Now)
	s.endSessions(p, u)
	s.writeUser(p, u)
	return nil, nil
}

func adminEnableUser(s *Service, c *wire.Call, in *userInput) (any, error) {
	return s.setDisabled(c, in, false)
}

func adminDisableUser(s *Service, c *wire.Call, in *userInput) (any, error) {
	return s.setDisabled(c, in, true)
}

// setDisabled switches a user; disabling revokes the access tokens and refresh tokens too.
func (s *Service) setDisabled(c *wire.Call, in *userInput, disabled bool) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	u.Disabled = disabled
	if disabled {
		s.endSessions(p, u)
	}
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}

func adminGlobalSignOut(s *Service, _ *wire.Call, in *userInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	s.endSessions(p, u)
	return nil, nil
}

type listUsersInput struct {
	UserPoolId, Filter, PaginationToken string
	AttributesToGet                     []string
	Limit                               *int32
}

func listUsers(s *Service, _ *wire.Call, in *listUsersInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	match, err := parseFilter(in.Filter)
	if err != nil {
		return nil, err
	}
	var keys []string
	for k, u := range p.users {
		if match(u) {
			keys = append(keys, k)
		}
	}
	keys, next, err := page(keys, in.PaginationToken, in.Limit, 60)
	if err != nil {
		return nil, err
	}
	out := []userView{}
	for _, k := range keys {
		v := viewUser(p.users[k])
		if in.AttributesToGet != nil {
			v.Attributes = pick(v.Attributes, in.AttributesToGet)
		}
		out = append(out, v)
	}
	return answer("Users", out, "PaginationToken", next), nil
}

func pick(list []attribute, names []string) []attribute {
	out := []attribute{}
	for _, a := range list {
		if slices.Contains(names, a.Name) {
			out = append(out, a)
		}
	}
	return out
}
