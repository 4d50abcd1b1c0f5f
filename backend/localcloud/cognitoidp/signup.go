package cognitoidp

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

type signUpInput struct {
	ClientId, Username, Password, SecretHash string
	ConfirmationCode                         string
	UserAttributes                           []attribute
}

// publicClient finds the client of an unsigned request about a user, and checks its secret hash.
func (s *Service) publicClient(id, username, hash string) (*pool, *client, error) {
	p, cl, err := s.clientByID(id)
	if err != nil {
		return nil, nil, err
	}
	if username == "" {
		return nil, nil, fail("InvalidParameterException",
			"1 validation error detected: Value null at 'username' failed to satisfy constraint: Member must not be null")
	}
	return p, cl, cl.checkSecretHash(username, hash)
}

func signUp(s *Service, c *wire.Call, in *signUpInput) (any, error) {
	p, _, err := s.publicClient(in.ClientId, in.Username, in.SecretHash)
	if err != nil {
		return nil, err
	}
	if p.Config.AdminCreateUserConfig.AllowAdminCreateUserOnly {
		return nil, fail("NotAuthorizedException", "SignUp is not permitted for this user pool")
	}
	if err := p.checkPassword(in.Password); err != nil {
		return nil, err
	}
	if err := p.checkAttributes(in.UserAttributes, false); err != nil {
		return nil, err
	}
	all := in.UserAttributes
	if kind, err := addressKind(p.Config.UsernameAttributes, in.Username); err == nil {
		all = append(slices.Clone(all), attribute{kind, in.Username})
	}
	if err := p.checkRequired(all); err != nil {
		return nil, err
	}
	u, err := s.addUser(p, in.Username, in.UserAttributes, c.Now)
	if err != nil {
		return nil, err
	}
	if err := s.setPassword(p, u, in.Password); err != nil {
		return nil, err
	}
	u.Status = unconfirmed
	s.writeUser(p, u)
	out := map[string]any{"UserConfirmed": false, "UserSub": u.Sub}
	if name := autoVerified(p, u); name != "" {
		out["CodeDeliveryDetails"] = s.sendCode(p, u, "confirm", name, confirmLife, c.Now)
	}
	return out, nil
}

// autoVerified is the address by which a new user is confirmed; Cognito prefers the phone.
func autoVerified(p *pool, u *user) string {
	for _, name := range []string{"phone_number", "email"} {
		if slices.Contains(p.Config.AutoVerifiedAttributes, name) && u.get(name) != "" {
			return name
		}
	}
	return ""
}

func confirmSignUp(s *Service, c *wire.Call, in *signUpInput) (any, error) {
	p, cl, err := s.publicClient(in.ClientId, in.Username, in.SecretHash)
	if err != nil {
		return nil, err
	}
	u := p.find(in.Username)
	if u == nil {
		if cl.hidesUsers() {
			return nil, fail("ExpiredCodeException", "Invalid code provided, please request a code again.")
		}
		return nil, fail("UserNotFoundException", "Username/client id combination not found.")
	}
	if u.Status != unconfirmed {
		return nil, fail("NotAuthorizedException", "User cannot be confirmed. Current status is %s", u.Status)
	}
	name := autoVerified(p, u)
	if err := s.useCode(p, u, "confirm", in.ConfirmationCode, c.Now); err != nil {
		return nil, err
	}
	if name != "" {
		u.set(name+"_verified", "true")
	}
	u.Status = confirmed
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}

// adminConfirmSignUp confirms without a code; it verifies no address.
func adminConfirmSignUp(s *Service, c *wire.Call, in *userInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if u.Status != unconfirmed {
		return nil, fail("NotAuthorizedException", "User cannot be confirmed. Current status is %s", u.Status)
	}
	u.Status = confirmed
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}

func resendConfirmationCode(s *Service, c *wire.Call, in *signUpInput) (any, error) {
	p, cl, err := s.publicClient(in.ClientId, in.Username, in.SecretHash)
	if err != nil {
		return nil, err
	}
	u := p.find(in.Username)
	if u == nil {
		if cl.hidesUsers() {
			return map[string]any{"CodeDeliveryDetails": decoyDelivery(in.Username)}, nil
		}
		return nil, fail("UserNotFoundException", "Username/client id combination not found.")
	}
	if u.Status != unconfirmed {
		return nil, fail("InvalidParameterException", "User is already confirmed.")
	}
	name := autoVerified(p, u)
	if name == "" {
		return nil, fail("InvalidParameterException", "Cannot resend codes. Auto verification not turned on.")
	}
	return map[string]any{"CodeDeliveryDetails": s.sendCode(p, u, "confirm", name, confirmLife, c.Now)}, nil
}
