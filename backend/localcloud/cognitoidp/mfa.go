package cognitoidp

import (
	"slices"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// mfaConfig is a pool's second factors.
type mfaConfig struct {
	Mode             string // OFF, ON or OPTIONAL
	TOTP, SMS, Email bool
	SMSText          *smsMFAConfig   `json:",omitempty"`
	EmailText        *emailMFAConfig `json:",omitempty"`
	WebAuthn         *webAuthnConfig `json:",omitempty"`
}

type smsMFAConfig struct {
	SmsAuthenticationMessage string         `json:",omitempty"`
	SmsConfiguration         map[string]any `json:",omitempty"`
}

type emailMFAConfig struct {
	Message string `json:",omitempty"`
	Subject string `json:",omitempty"`
}

type enabled struct{ Enabled bool }

type mfaConfigInput struct {
	UserPoolId, MfaConfiguration  string
	SoftwareTokenMfaConfiguration *enabled
	SmsMfaConfiguration           *smsMFAConfig
	EmailMfaConfiguration         *emailMFAConfig
	WebAuthnConfiguration         *webAuthnConfig
}

func setMFAConfig(s *Service, c *wire.Call, in *mfaConfigInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	next := mfaConfig{Mode: in.MfaConfiguration, SMS: in.SmsMfaConfiguration != nil,
		Email:   in.EmailMfaConfiguration != nil,
		TOTP:    in.SoftwareTokenMfaConfiguration != nil && in.SoftwareTokenMfaConfiguration.Enabled,
		SMSText: in.SmsMfaConfiguration, EmailText: in.EmailMfaConfiguration}
	if next.Mode == "" {
		next.Mode = p.MFA.Mode
	}
	if !slices.Contains([]string{"OFF", "ON", "OPTIONAL"}, next.Mode) {
		return nil, fail("InvalidParameterException",
			"Invalid MFA configuration given, should be one of OFF, ON or OPTIONAL.")
	}
	if next.Mode != "OFF" && !next.TOTP && !next.SMS && !next.Email {
		return nil, fail("InvalidParameterException",
			"Invalid MFA configuration given, can't turn on MFA and disable all MFA types.")
	}
	if next.WebAuthn = p.MFA.WebAuthn; in.WebAuthnConfiguration != nil {
		next.WebAuthn = in.WebAuthnConfiguration
		if err := next.WebAuthn.settle(); err != nil {
			return nil, err
		}
	}
	if err := p.checkMode(next); err != nil {
		return nil, err
	}
	p.MFA, p.Modified = next, c.Now
	s.writePool(p)
	return p.MFA.view(), nil
}

func getMFAConfig(s *Service, _ *wire.Call, in *poolInput) (any, error) {
	p, err := s.poolByID(in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return p.MFA.view(), nil
}

func (m mfaConfig) view() map[string]any {
	out := map[string]any{"MfaConfiguration": m.Mode, "SoftwareTokenMfaConfiguration": enabled{m.TOTP}}
	if m.SMSText != nil {
		out["SmsMfaConfiguration"] = m.SMSText
	}
	if m.EmailText != nil {
		out["EmailMfaConfiguration"] = m.EmailText
	}
	if m.WebAuthn != nil {
		out["WebAuthnConfiguration"] = m.WebAuthn
	}
	return out
}

// usable lists the factors that the pool offers and for which the user has what it takes.
func (p *pool) usable(u *user) []string {
	var out []string
	if p.MFA.SMS && u.get("phone_number") != "" {
		out = append(out, smsMFA)
	}
	if p.MFA.TOTP && u.TOTP.Secret != "" {
		out = append(out, softwareToken)
	}
	if p.MFA.Email && u.get("email") != "" {
		out = append(out, emailOTP)
	}
	return out
}

// factorsAsked are the factors of which a sign-in must show one: what the user switched on, or, where the pool demands
// MFA, whatever they have.
func (p *pool) factorsAsked(u *user) []string {
	if p.MFA.Mode == "OFF" {
		return nil
	}
	usable := p.usable(u)
	chosen := slices.DeleteFunc(slices.Clone(usable), func(f string) bool { return !slices.Contains(u.Factors, f) })
	if len(chosen) > 0 || p.MFA.Mode == "OPTIONAL" {
		return chosen
	}
	return usable
}

// askMFA opens the challenge for the second factor, if there is to be one.
func (s *Service) askMFA(p *pool, u *user, a attempt, now time.Time) (step, bool) {
	factors := p.factorsAsked(u)
	switch {
	case len(factors) == 0 && p.MFA.Mode != "ON":
		return step{}, false
	case len(factors) == 0:
		ch := s.ask(mfaSetup, a, now)
		return step{challenge: mfaSetup, session: ch.key, params: map[string]string{
			"USER_ID_FOR_SRP": u.Username, "MFAS_CAN_SETUP": jsonText(p.MFA.offered())}}, true
	case len(factors) == 1:
		return s.askFactor(p, u, factors[0], a, now), true
	case slices.Contains(factors, u.Preferred):
		return s.askFactor(p, u, u.Preferred, a, now), true
	}
	ch := s.ask(selectMFA, a, now)
	ch.choices = factors
	return step{challenge: selectMFA, session: ch.key, params: map[string]string{
		"USER_ID_FOR_SRP": u.Username, "MFAS_CAN_CHOOSE": jsonText(factors)}}, true
}

func (m mfaConfig) offered() []string {
	out := []string{}
	if m.SMS {
		out = append(out, smsMFA)
	}
	if m.TOTP {
		out = append(out, softwareToken)
	}
	if m.Email {
		out = append(out, emailOTP)
	}
	return out
}

// askFactor opens one factor's challenge and, for SMS and e-mail, sends the code.
func (s *Service) askFactor(p *pool, u *user, factor string, a attempt, now time.Time) step {
	ch := s.ask(factor, a, now)
	st := step{challenge: factor, session: ch.key, params: map[string]string{"USER_ID_FOR_SRP": u.Username}}
	switch factor {
	case smsMFA, emailOTP:
		name, length := "phone_number", 6
		if factor == emailOTP {
			name, length = "email", 8
		}
		ch.code = digits(length)
		d := s.deliver(p, u, "mfa", name, ch.code, now)
		st.params["CODE_DELIVERY_DELIVERY_MEDIUM"], st.params["CODE_DELIVERY_DESTINATION"] = d.DeliveryMedium, d.Destination
	case softwareToken:
		if u.TOTP.Name != "" {
			st.params["FRIENDLY_DEVICE_NAME"] = u.TOTP.Name
		}
	}
	return st
}

// answerEmailSetup answers MFA_SETUP with an address, EMAIL, to which it sends a code. The address becomes the user's
// once the code has come back.
func (s *Service) answerEmailSetup(ch *challenge, in *respondInput, now time.Time) (*authAnswer, error) {
	p, _, u, err := s.people(ch.attempt)
	if err != nil {
		return nil, err
	}
	address := in.ChallengeResponses["EMAIL"]
	if !p.MFA.Email {
		return nil, fail("InvalidParameterException", "Email MFA has not been enabled by the userPool")
	}
	if err := p.checkAttributes([]attribute{{"email", address}}, false); err != nil {
		return nil, err
	}
	s.close(ch)
	a, there := ch.attempt, *u
	a.setupEmail = address
	there.Attributes = slices.Clone(u.Attributes)
	there.set("email", address)
	st := s.askFactor(p, &there, emailOTP, a, now)
	return &authAnswer{ChallengeName: st.challenge, ChallengeParameters: st.params, Session: st.session}, nil
}

// enrolEmail makes a proven address the user's second factor.
func (s *Service) enrolEmail(p *pool, u *user, address string, now time.Time) {
	u.set("email", address)
	u.set("email_verified", "true")
	if !slices.Contains(u.Factors, emailOTP) {
		u.Factors = append(u.Factors, emailOTP)
	}
	u.touch(now)
	s.writeUser(p, u)
}

type mfaSetting struct{ Enabled, PreferredMfa bool }

type mfaPreferenceInput struct {
	accessInput
	userInput
	SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings *mfaSetting
}

func setMFAPreference(s *Service, c *wire.Call, b *bearer, in *mfaPreferenceInput) (any, error) {
	return nil, s.prefer(b.pool, b.user, in, c.Now)
}

func adminSetMFAPreference(s *Service, c *wire.Call, in *mfaPreferenceInput) (any, error) {
	p, u, err := s.userOf(in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	return nil, s.prefer(p, u, in, c.Now)
}

// prefer switches factors on and off; all of the request or nothing.
func (s *Service) prefer(p *pool, u *user, in *mfaPreferenceInput, now time.Time) error {
	factors, preferred, chosen := slices.Clone(u.Factors), u.Preferred, 0
	settings := []struct {
		name    string
		setting *mfaSetting
		ready   bool
		unready string
	}{
		{smsMFA, in.SMSMfaSettings, u.get("phone_number") != "", "User does not have delivery config set to turn on SMS_MFA"},
		{softwareToken, in.SoftwareTokenMfaSettings, u.TOTP.Secret != "", "User has not verified software token mfa"},
		{emailOTP, in.EmailMfaSettings, u.get("email") != "", "User does not have delivery config set to turn on EMAIL_OTP"},
	}
	for _, f := range settings {
		if f.setting == nil {
			continue
		}
		factors = slices.DeleteFunc(factors, func(n string) bool { return n == f.name })
		if preferred == f.name {
			preferred = ""
		}
		if !f.setting.Enabled {
			if f.setting.PreferredMfa {
				return fail("InvalidParameterException", "Cannot set preferred MFA to a factor that is not enabled.")
			}
			continue
		}
		if !f.ready {
			return fail("InvalidParameterException", "%s", f.unready)
		}
		factors = append(factors, f.name)
		if f.setting.PreferredMfa {
			preferred = f.name
			chosen++
		}
	}
	if chosen > 1 {
		return fail("InvalidParameterException", "Only one MFA method can be preferred.")
	}
	u.Factors, u.Preferred = factors, preferred
	u.touch(now)
	s.writeUser(p, u)
	return nil
}

// addFactors writes a user's MFA members into an answer.
func (u *user) addFactors(out map[string]any) {
	if len(u.Factors) > 0 {
		out["UserMFASettingList"] = u.Factors
	}
	if u.Preferred != "" {
		out["PreferredMfaSetting"] = u.Preferred
	}
}
