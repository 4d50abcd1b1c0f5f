package cognitoidp

import (
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// recoveryAddress is the verified address to which a reset code goes, the phone first as by Cognito's default.
func recoveryAddress(u *user) (string, error) {
	for _, name := range []string{"phone_number", "email"} {
		if u.get(name) != "" && strings.EqualFold(u.get(name+"_verified"), "true") {
			return name, nil
		}
	}
	return "", fail("InvalidParameterException",
		"Cannot reset password for the user as there is no registered/verified email or phone_number")
}

// decoyDelivery is what a client that hides users is told about one who does not exist.
func decoyDelivery(username string) delivery {
	initial := "u"
	if username != "" && username[0] < 0x80 {
		initial = username[:1]
	}
	return delivery{AttributeName: "email", DeliveryMedium: "EMAIL", Destination: initial + "***@e***"}
}

func forgotPassword(s *Service, c *wire.Call, in *signUpInput) (any, error) {
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
	switch {
	case u.Disabled:
		return nil, fail("NotAuthorizedException", "User is disabled.")
	case u.Status == forceChangePassword, u.Status == externalProvider: // people of a provider have no password here
		return nil, fail("NotAuthorizedException", "User password cannot be reset in the current state.")
	}
	name, err := recoveryAddress(u)
	if err != nil {
		return nil, err
	}
	return map[string]any{"CodeDeliveryDetails": s.sendCode(p, u, "reset", name, resetLife, c.Now)}, nil
}

func confirmForgotPassword(s *Service, c *wire.Call, in *signUpInput) (any, error) {
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
	if err := p.checkPassword(in.Password); err != nil {
		return nil, err
	}
	if err := s.useCode(p, u, "reset", in.ConfirmationCode, c.Now); err != nil {
		return nil, err
	}
	if err := s.setPassword(p, u, in.Password); err != nil {
		return nil, err
	}
	u.Status = confirmed
	s.forgive(p, u.Username)
	u.touch(c.Now)
	s.writeUser(p, u)
	return nil, nil
}
