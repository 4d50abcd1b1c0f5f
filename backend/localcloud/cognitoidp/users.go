package cognitoidp

import (
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

type userInput struct{ UserPoolId, Username string }

// find looks a user up by username, sub or, where the pool has them, alias.
func (p *pool) find(username string) *user {
	if u := p.users[p.fold(username)]; u != nil {
		return u
	}
	if u := p.bySub[username]; u != nil {
		return u
	}
	names := slices.Concat(p.Config.AliasAttributes, p.Config.UsernameAttributes)
	for _, name := range names {
		for _, u := range p.users {
			if v := u.get(name); v != "" && p.fold(v) == p.fold(username) && p.aliasGood(u, name) {
				return u
			}
		}
	}
	return nil
}

// aliasGood reports whether an attribute works as an alias: an address of AliasAttributes only once it is verified.
func (p *pool) aliasGood(u *user, name string) bool {
	if name == "preferred_username" || slices.Contains(p.Config.UsernameAttributes, name) {
		return true
	}
	return strings.EqualFold(u.get(name+"_verified"), "true")
}

// userOf finds a user for an administrator, who is told when there is none.
func (s *Service) userOf(poolID, username string) (*pool, *user, error) {
	p, err := s.poolByID(poolID)
	if err != nil {
		return nil, nil, err
	}
	if username == "" {
		return nil, nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'username' failed to satisfy constraint: Member must not be null")
	}
	u := p.find(username)
	if u == nil {
		return nil, nil, fail("UserNotFoundException", "User does not exist.")
	}
	return p, u, nil
}

// addUser makes a user without a password.
func (s *Service) addUser(p *pool, username string, list []attribute, now time.Time) (*user, error) {
	if username == "" || len(username) > 128 || strings.ContainsAny(username, " \t\r\n") {
		return nil, fail("InvalidParameterException",
			"1 validation error detected: Value '%s' at 'username' failed to satisfy constraint: Member must satisfy regular "+
				"expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+", username)
	}
	if p.find(username) != nil {
		return nil, fail("UsernameExistsException", "User account already exists")
	}
	u := &user{Username: username, Sub: s.uuid(), Created: now, Modified: now}
	if names := p.Config.UsernameAttributes; len(names) > 0 {
		name, err := addressKind(names, username)
		if err != nil {
			return nil, err
		}
		u.Username = u.Sub
		u.set(name, username)
	} else if len(p.Config.AliasAttributes) > 0 && emailLike(username) &&
		slices.Contains(p.Config.AliasAttributes, "email") {
		return nil, fail("InvalidParameterException",
			"Username cannot be of email format, since user pool is configured for email alias.")
	}
	u.set("sub", u.Sub)
	for _, a := range list {
		u.set(a.Name, a.Value)
	}
	p.users[p.fold(u.Username)], p.bySub[u.Sub] = u, u
	return u, nil
}

// addressKind says which attribute a username is, where the pool signs in by address.
func addressKind(names []string, username string) (string, error) {
	if emailLike(username) && slices.Contains(names, "email") {
		return "email", nil
	}
	if phoneLike(username) && slices.Contains(names, "phone_number") {
		return "phone_number", nil
	}
	return "", fail("InvalidParameterException", "Username should be an email or a phone number.")
}

// removeUser deletes a user with all sessions.
func (s *Service) removeUser(p *pool, u *user) {
	delete(p.users, p.fold(u.Username))
	delete(p.bySub, u.Sub)
	s.erase(userBucket, p.ID+"/"+u.Sub)
	for _, x := range s.sessions {
		if x.Sub == u.Sub && x.PoolID == p.ID {
			s.dropSession(x)
		}
	}
}

type adminCreateInput struct {
	userInput
	TemporaryPassword, MessageAction string
	UserAttributes                   []attribute
	DesiredDeliveryMediums           []string
}

func adminCreateUser(s *Service, c *wire.Call, in *adminCreateInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if in.MessageAction == "RESEND" {
		return s.resendInvitation(c, p, in)
	}
	if err := p.checkAttributes(in.UserAttributes, true); err != nil {
		return nil, err
	}
	password := in.TemporaryPassword
	if password == "" {
		password = temporaryPassword(p)
	} else if err := p.checkPassword(password); err != nil {
		return nil, err
	}
	u, err := s.addUser(p, in.Username, in.UserAttributes, c.Now)
	if err != nil {
		return nil, err
	}
	if err := s.setTemporary(p, u, password, c.Now); err != nil {
		return nil, err
	}
	if in.MessageAction != "SUPPRESS" {
		s.invite(p, u, password, c.Now)
	}
	s.writeUser(p, u)
	return map[string]any{"User": viewUser(u)}, nil
}

func (s *Service) resendInvitation(c *wire.Call, p *pool, in *adminCreateInput) (any, error) {
	u := p.find(in.Username)
	if u == nil {
		return nil, fail("UserNotFoundException", "User does not exist.")
	}
	if u.Status != forceChangePassword {
		return nil, fail("UnsupportedUserStateException", "Resend not possible. User's current status is %s.", u.Status)
	}
	password := in.TemporaryPassword
	if password == "" {
		password = temporaryPassword(p)
	}
	if err := s.setTemporary(p, u, password, c.Now); err != nil {
		return nil, err
	}
	s.invite(p, u, password, c.Now)
	u.touch(c.Now)
	s.writeUser(p, u)
	return map[string]any{"User": viewUser(u)}, nil
}

// userView is UserType.
type userView struct {
	Username             string
	Attributes           []attribute
	UserCreateDate       stamp
	UserLastModifiedDate stamp
	Enabled              bool
	UserStatus           string
}

func viewUser(u *user) userView {
	return userView{Username: u.Username, Attributes: u.Attributes, UserCreateDate: stamp(u.Created),
		UserLastModifiedDate: stamp(u.Modified), Enabled: !u.Disabled, UserStatus: u.Status}
}

func adminGetUser(s *Service, _ *wire.Call, in *userInput) (any, error) {
	_, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"Username": u.Username, "UserAttributes": u.Attributes, "Enabled": !u.Disabled,
		"UserStatus": u.Status, "UserCreateDate": stamp(u.Created), "UserLastModifiedDate": stamp(u.Modified)}
	u.addFactors(out)
	return out, nil
}

func adminDeleteUser(s *Service, _ *wire.Call, in *userInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	s.removeUser(p, u)
	return nil, nil
}
